"""Configurations that others wrote: in sync once loaded, and every edit of them is found."""

import copy
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from obsdash.alertmanager.files import decode
from obsdash.http import Client
from obsdash.resource import Spec
from tests.alertmanager.test_target import NOBODY, Place, at, binary, texts
from tests.support.servers import running_alertmanager

CORPUS = (
    Path(os.environ.get("OBSDASH_TEST_CORPUS", Path(__file__).parents[3] / "shared/corpus"))
    / "alertmanager"
)
EDITS = 100

__all__ = ["binary"]  # a fixture
pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="OBSDASH_TEST_CORPUS names no folder of configurations"
)


@pytest.fixture
def place(binary: str, tmp_path: Path) -> Iterator[Place]:
    with running_alertmanager(binary, tmp_path, NOBODY) as server:
        yield at(server, tmp_path / "alertmanager.yml", adopt=True)


def accepted(place: Place) -> Iterator[tuple[Path, str, Spec]]:
    """Yield the configurations that this Alertmanager takes, each while it is loaded."""
    with Client(place.server.url) as client:
        for file in sorted(CORPUS.rglob("*.y*ml")):
            place.file.write_bytes(file.read_bytes())
            if client.post("/-/reload").status == 200:
                yield file, file.read_text(encoding="utf-8"), decode(file.read_bytes())


def test_what_was_synced_does_not_differ_however_it_is_written(place: Place) -> None:
    count = 0
    for file, text, spec in list(accepted(place)):
        count += 1
        place.load(NOBODY)
        assert place.sync(spec).ok, file
        assert not place.plan(spec), file
        place.load(text)
        assert not place.plan(spec), file
        place.file.write_text("route: []\n")
        assert texts(place.plan(spec)) == ["file on disk differs from what is loaded"], file
    assert count >= 25


def test_every_edit_is_found_and_told_as_one_change(place: Place) -> None:
    """The edited configuration is what is wanted; both with the file and with the API alone."""
    found = list(accepted(place))
    chance = random.Random(7)
    for number in range(EDITS):
        file, text, spec = found[number % len(found)]
        wanted, what = edited(spec, chance)
        place.load(text)
        by_file = texts(place.plan(wanted))
        assert len(by_file) == 1, (file, what, by_file)
        place.file.unlink()
        by_server = texts(place.plan(wanted))
        by_server.remove("file on disk is absent")
        hidden = by_file[0].startswith("differs in secrets")  # by the API
        assert len(by_server) == (0 if hidden else 1), (file, what, by_file, by_server)


def edited(spec: Spec, chance: random.Random) -> tuple[Spec, str]:
    """Return a configuration with one edit, and what that is."""
    edited = copy.deepcopy(spec)
    places = [path for path in _places(edited, ()) if path[-1] != "name"]
    path = chance.choice(places)
    holder: Any = edited
    for step in path[:-1]:
        holder = holder[step]
    value = holder[path[-1]]
    if isinstance(value, list):
        value.append(copy.deepcopy(value[-1]) if isinstance(value[0], dict) else "another")
        if isinstance(value[-1], dict):
            _rename(value[-1])
    else:
        holder[path[-1]] = _other(value)
    return edited, f"{path} {value!r}"


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    steps: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        steps = list(enumerate(value))
    for step, inner in steps:
        yield from _places(inner, (*path, step))
    if path and (isinstance(value, str | bool | int) or (isinstance(value, list) and value)):
        yield path


def _rename(item: Spec) -> None:
    """Make a copied item another one."""
    if "name" in item:
        item["name"] = "another"
    elif "receiver" in item:
        item["matchers"] = ['another="one"']
    else:
        item["another"] = "one"


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"
