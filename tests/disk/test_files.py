"""Files are whole, locks are held by one, rule files are told from others."""

import stat
import threading
from pathlib import Path

import pytest

from obsdash.disk.lock import LOCK, locked
from obsdash.disk.names import unusable
from obsdash.disk.rules import decode_groups, encode_groups
from obsdash.disk.whole import SUFFIX, read_or_none, stage, temporary, write_whole
from obsdash.errors import TargetError


def test_a_staged_file_is_not_visible_until_it_is_committed(tmp_path: Path) -> None:
    file = tmp_path / "a" / "rules.yml"
    staged = stage(file, b"new", durable=True)
    assert read_or_none(file) is None
    assert [path.name for path in (tmp_path / "a").glob("*.yml")] == []
    staged.commit()
    staged.discard()
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_discarded_file_leaves_nothing(tmp_path: Path) -> None:
    stage(tmp_path / "x", b"new", durable=False).discard()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_writer_left_does_not_matter(tmp_path: Path) -> None:
    temporary(tmp_path / "x").write_bytes(b"half")
    write_whole(tmp_path / "x", b"new", durable=False)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_planted_link_at_the_temporary_name_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"precious")
    (tmp_path / f"x{SUFFIX}").symlink_to(other)
    write_whole(tmp_path / "x", b"new", durable=False)
    assert other.read_bytes() == b"precious"


def test_the_lock_is_held_by_one_and_leaves_nothing(tmp_path: Path) -> None:
    with locked(tmp_path):
        with pytest.raises(TargetError, match="another obsdash"), locked(tmp_path):
            pass
        assert (tmp_path / LOCK).exists()
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path):
        pass


def test_a_lock_file_left_by_a_killed_writer_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    with locked(tmp_path):
        pass


def test_never_two_writers_at_once_however_often_they_try(tmp_path: Path) -> None:
    inside: list[int] = []
    most = 0

    def work() -> None:
        nonlocal most
        for _ in range(200):
            try:
                with locked(tmp_path):
                    inside.append(1)
                    most = max(most, len(inside))
                    inside.pop()
            except TargetError:
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_groups_are_sorted_by_name() -> None:
    groups = [{"name": "b", "rules": []}, {"name": "a", "rules": []}]
    assert decode_groups(encode_groups(groups)) == groups[::-1]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "x",
        "groups: 7",
        "groups: [7]",
        "groups: [{}]",
        "groups: [{name: [7]}]",
        "namespace: x\ngroups: []",
        "groups: [{name: a}, {name: a}]",
    ],
)
def test_what_is_no_rule_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_groups(text.encode())


def test_an_empty_file_has_no_groups() -> None:
    assert decode_groups(b"") == decode_groups(b"groups:\n") == []


@pytest.mark.parametrize("name", ["api", "Äpfel & Birnen", "a.b", "x" * 200, "100%", "🔥"])
def test_ordinary_names_are_usable(name: str) -> None:
    assert unusable(name) == ""


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "a\n", "con", "COM1.x", "x" * 201, "\ud800", " a", "a "]
)
def test_other_names_are_not(name: str) -> None:
    assert unusable(name)
