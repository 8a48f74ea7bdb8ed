"""Every receiver with most of its keys, on an Alertmanager that knows them all."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsdash.alertmanager.files import decode
from tests.alertmanager.test_corpus import edited
from tests.alertmanager.test_target import NOBODY, Place, at, texts
from tests.support.servers import alertmanager_programs, running_alertmanager

TEXT = (Path(__file__).parent / "every_receiver.yml").read_text(encoding="utf-8")
EDITS = 60


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    if "OBSDASH_TEST_ALERTMANAGER_BIN" not in os.environ:
        pytest.skip("OBSDASH_TEST_ALERTMANAGER_BIN names no Alertmanager of 0.33 or newer")
    with running_alertmanager(alertmanager_programs()[-1], tmp_path, NOBODY) as server:
        yield at(server, tmp_path / "alertmanager.yml", adopt=True)


def test_what_it_shows_of_every_receiver_is_what_was_written(place: Place) -> None:
    spec = decode(TEXT.encode())
    assert place.sync(spec).ok
    assert not place.plan(spec)
    place.load(TEXT)
    assert not place.plan(spec)
    place.file.unlink()
    assert texts(place.plan(spec)) == ["file on disk is absent"]


def test_every_edit_is_told_as_one_change_with_the_file_and_without(place: Place) -> None:
    spec, chance = decode(TEXT.encode()), random.Random(5)
    for _ in range(EDITS):
        wanted, what = edited(spec, chance)
        place.load(TEXT)
        by_file = texts(place.plan(wanted))
        assert len(by_file) == 1, (what, by_file)
        place.file.unlink()
        by_server = texts(place.plan(wanted))
        by_server.remove("file on disk is absent")
        assert len(by_server) == (0 if by_file[0].startswith("differs in secrets") else 1), (
            what,
            by_server,
        )
