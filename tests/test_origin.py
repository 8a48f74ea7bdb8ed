"""Marks travel inside a document and come out by JSON pointer."""

import sys
from pathlib import Path

from obsdash.origin import (
    EMPTY_KEY,
    ORIGIN_KEY,
    Mark,
    Origin,
    here,
    parse_origin,
    split_marks,
    watching,
)


def test_split_marks_takes_the_private_keys_out_and_says_where_they_stood() -> None:
    document = {
        ORIGIN_KEY: "d.py:1",
        "panels": [{ORIGIN_KEY: "d.py:2", EMPTY_KEY: "no errors yet", "title": "a"}],
        "a/b~c": {ORIGIN_KEY: "d.py:3"},
    }
    spec, marks = split_marks(document)
    assert spec == {"panels": [{"title": "a"}], "a/b~c": {}}
    assert marks == {
        "": Mark(Origin("d.py", 1)),
        "/panels/0": Mark(Origin("d.py", 2), "no errors yet"),
        "/a~1b~0c": Mark(Origin("d.py", 3)),
    }


def test_an_origin_prints_and_parses_as_file_and_line() -> None:
    assert str(Origin("dashboards/a.py", 42)) == "dashboards/a.py:42"
    assert parse_origin("dashboards/a.py:42") == Origin("dashboards/a.py", 42)
    assert parse_origin("dashboards/a.json") == Origin("dashboards/a.json", 0)
    assert str(Origin("dashboards/a.json", 0)) == "dashboards/a.json"


def test_here_is_the_running_definition_file_even_behind_a_helper() -> None:
    root, file = Path("/project"), Path("/project/dashboards/a.py")
    scope: dict[str, object] = {"here": lambda: here(sys._getframe(1))}
    exec(compile("def make():\n    return here()", "/project/helper.py", "exec"), scope)
    with watching(root, file):
        exec(compile("\n\nplace = make()", str(file), "exec"), scope)
        direct = eval("make()", scope)
    assert scope["place"] == Origin("dashboards/a.py", 3)
    assert direct == Origin("helper.py", 2)


def test_here_is_nothing_outside_a_run() -> None:
    assert here(sys._getframe()) is None
