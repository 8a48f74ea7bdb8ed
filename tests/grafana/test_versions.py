"""docs/versions.md says what the code does, property by property and version by version."""

import re
from pathlib import Path

import pytest

from obsdash.grafana.server import RENAMED_SOURCES, Server
from tests.grafana.conftest import VERSIONS as TESTED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/versions.md").read_text("utf-8")
ROW = re.compile(
    r"^\| (?P<until>until )?(?P<version>\d+\.\d+\.\d+) \| `(?P<name>\w+)` \|.*"
    r"\| `(?P<file>\w+\.py)::(?P<test>\w+)` \|$",
    re.MULTILINE,
)
ROWS = {row["name"]: row for row in ROW.finditer(PAGE)}
NAMES = {
    name
    for name, what in vars(Server).items()
    if isinstance(what, property) and name not in ("version", "text")
}


def just_before(version: str) -> str:
    major, minor, patch = map(int, version.split("."))
    if patch:
        return f"{major}.{minor}.{patch - 1}"
    return f"{major}.{minor - 1}.99" if minor else f"{major - 1}.99.99"


def test_the_page_has_a_row_for_each_property() -> None:
    assert ROWS.keys() == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_property_changes_at_the_version_that_the_page_names(name: str) -> None:
    row = ROWS[name]
    holds_before = bool(row["until"])
    assert getattr(Server(just_before(row["version"])), name) is holds_before
    assert getattr(Server(row["version"]), name) is not holds_before
    assert getattr(Server("9.3.0"), name) is holds_before
    assert getattr(Server(), name) is not holds_before  # hidden: as a new one


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_shows_it_exists_and_runs_on_both_sides(name: str) -> None:
    row = ROWS[name]
    text = (Path(__file__).parent / row["file"]).read_text("utf-8")
    assert f"def {row['test']}(" in text
    sides = {getattr(Server(version), name) for version in TESTED}
    assert sides == {True, False}


def test_the_page_lists_the_renamed_types() -> None:
    written = re.findall(r"^\| (\d+\.\d+\.\d+) \| `([\w-]+)` \| `([\w-]+)` \|$", PAGE, re.MULTILINE)
    known = [(".".join(map(str, since)), old, new) for old, new, since in RENAMED_SOURCES]
    assert written == known


def test_the_page_names_the_alertmanager_that_each_channel_needs() -> None:
    named = re.findall(r"^\| Alertmanager \| 0\.(\d+) ", PAGE, re.MULTILINE)
    code = (ROOT / "obsdash/author/notifications/channels.py").read_text("utf-8")
    oldest, *newer = sorted(set(re.findall(r"\(0, (\d+)\)", code)))
    assert oldest == "25"  # which every channel can do with that names none
    assert named == newer


def test_a_pre_release_counts_as_what_it_will_be() -> None:
    assert Server("13.1.0-pre").version == (13, 1, 0)
    assert Server("12.4.0-9812.patch1").version == (12, 4, 0)
    assert Server("9.3").version == (9, 3, 0)
