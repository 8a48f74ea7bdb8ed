"""A uid that Grafana would refuse, or cut off, is refused where it is defined."""

from pathlib import Path

import pytest

from obsdash.project import load_project
from obsdash.resource import Environment
from tests.cli.shell import write

TOO_LONG = "u" * 41
ODD = ("a b", "ünï", "a/b", "a.b")
PLACES = {
    "dashboards/S/a.py": 'a = {{"uid": "{uid}", "title": "a", "panels": []}}\n',
    "datasources/a.py": (
        'a = {{"uid": "{uid}", "name": "a", "type": "loki", "access": "proxy", "url": "http://x"}}\n'
    ),
    "alerts/a.yaml": (
        "groups: [{{name: g, folder: F, interval: 1m, rules: "
        "[{{uid: {uid}, title: a, condition: A, data: [{{refId: A}}]}}]}}]\n"
    ),
    "dashboards/b.py": (
        "from obsdash.author import LibraryPanel\n"
        'a = LibraryPanel("a", {{"type": "stat", "title": "a"}}, uid="{uid}")\n'
    ),
}


@pytest.mark.parametrize("uid", [TOO_LONG, *ODD])
@pytest.mark.parametrize("place", PLACES)
def test_it_is_refused_on_its_line(place: str, uid: str, tmp_path: Path) -> None:
    write(tmp_path, {place: PLACES[place].format(uid=uid)})
    (error,) = load_project(tmp_path, Environment("test")).errors
    assert str(error.origin).startswith(f"{place}:")
    assert uid in f"{error.message} {error.help}"


@pytest.mark.parametrize("place", PLACES)
def test_one_of_40_characters_is_taken(place: str, tmp_path: Path) -> None:
    uid = "u-" * 19 + "_9"
    write(tmp_path, {place: PLACES[place].format(uid=uid)})
    project = load_project(tmp_path, Environment("test"))
    assert not project.errors
    assert project.resources
