"""JSON text keeps its manner; only what says something else is written anew."""

import copy
import json
from random import Random
from typing import Any

import pytest

from obsdash.project.jsontext import rewritten
from tests.diff.documents import dashboard
from tests.support.edits import edited

TEXT = """{
  "title": "API",
  "tags": ["shop","api"],
  "panels": [
    { "id": 1, "gridPos": {"h": 8, "w": 12},
      "title": "Requests \\u00e9", "max": 1.50 },
    { "id": 2, "title": "Errors" }
  ],
  "empty": []
}
"""


def changed(text: str, **fields: Any) -> str:
    document = json.loads(text)
    return rewritten(text, {**document, **fields})


def test_what_says_the_same_is_the_same_text() -> None:
    assert rewritten(TEXT, json.loads(TEXT)) == TEXT


def test_one_value_is_one_value() -> None:
    assert changed(TEXT, title="APIs") == TEXT.replace('"API"', '"APIs"')


def test_panels_are_found_by_their_ids() -> None:
    document = json.loads(TEXT)
    document["panels"][1]["title"] = "Failures"
    del document["panels"][0]
    text = TEXT.replace("Errors", "Failures")
    start, end = text.index("    { "), text.index("    { ", text.index("    { ") + 1)
    assert rewritten(TEXT, document) == text[:start] + text[end:]


def test_what_is_new_is_written_like_its_neighbours() -> None:
    document = json.loads(TEXT)
    document["tags"].append("new")
    document["panels"][0]["gridPos"]["y"] = 4
    document["panels"].append({"id": 3})
    document["refresh"] = {"every": ["1m"]}
    text = TEXT.replace('"api"]', '"api","new"]').replace('"w": 12', '"w": 12, "y": 4')
    text = text.replace('Errors" }', 'Errors" },\n    {\n      "id": 3\n    }')
    new = '[],\n  "refresh": {\n    "every": [\n      "1m"\n    ]\n  }'
    assert rewritten(TEXT, document) == text.replace("[]", new)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a":1}', '{"a":2,"b":[3]}'),
        ('["x"]', '["y", "z"]'),
        ('{"a":1}', '{"a":1,"b":{"c":[1,2]}}'),
        ('{"a": ["x"]}', '{"a": ["y", "z"]}'),
        ("[1, 2, 3]", "[3]"),
        ("[1, 2, 3]", "[0, 1, 2, 3]"),
        ('{"a": 1}', "{}"),
        ("{}", '{"a": 1}'),
        ("[]", "null"),
        ('{\r\n\t"a": 1\r\n}\r\n', '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 2\r\n\t}\r\n}\r\n'),
        ('{"a\\"b:": 1, "c": 2}', '{"a\\"b:": 3}'),
        ('{"ä": 1}', '{"ä": "ö"}'),
        ('{"a": "\\u00e4"}', '{"a": "\\u00f6"}'),
        (" 7 ", " 8 "),
    ],
)
def test_a_text_is_written_in_its_own_manner(before: str, after: str) -> None:
    assert rewritten(before, json.loads(after)) == after


@pytest.mark.parametrize("indent", [None, 2, 4, "\t"])
def test_whatever_was_edited_the_text_says_it(indent: int | str | None) -> None:
    chance = Random(7)
    document = dashboard()
    for _ in range(100):
        text = json.dumps(document, indent=indent)
        _, new = edited(copy.deepcopy(document), chance)
        found = rewritten(text, new)
        assert json.loads(found) == new
        assert sorted(found.splitlines()) == sorted(json.dumps(new, indent=indent).splitlines())
        document = new
