"""What a load depends on is written down, and a change of it is noticed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from obsdash.project import Project
from obsdash.project.inputs import Inputs
from tests.project.conftest import Load, dashboard, write

SOURCE = f"""
import os
from pathlib import Path
import shared
text = Path(__file__).parent.joinpath("title.txt").read_text()
names = os.listdir(Path(__file__).parent / "data")
job = os.environ.get("OBSDASH_TEST_JOB", "none")
x = {dashboard("a")}
"""
FILES = {
    "shared.py": "",
    "dashboards/a.py": SOURCE,
    "dashboards/title.txt": "T",
    "dashboards/data/one": "",
}


@pytest.fixture
def memo(load: Load, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.delenv("OBSDASH_TEST_JOB", raising=False)
    return saved(load(FILES))


def saved(project: Project) -> dict[str, object]:
    """Return the inputs as they come back from a file."""
    assert not project.errors
    found: dict[str, object] = json.loads(json.dumps(project.inputs.to_json()))
    return found


def test_nothing_changed_is_unchanged(memo: dict[str, object], tmp_path: Path) -> None:
    assert Inputs.unchanged(memo, tmp_path)


def test_a_file_that_was_only_touched_is_unchanged(memo: dict[str, object], tmp_path: Path) -> None:
    os.utime(tmp_path / "dashboards/a.py", ns=(1, 1))
    os.utime(tmp_path / "dashboards/title.txt", ns=(1, 1))
    assert Inputs.unchanged(memo, tmp_path)


def edit(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        write(root, {name: text})
        os.utime(root / name, ns=(1, 1))

    return change


CHANGES = {
    "a definition": edit("dashboards/a.py", SOURCE + "#"),
    "a definition of equal size": edit("dashboards/a.py", SOURCE.replace("none", "some")),
    "a module of the project": edit("shared.py", "#"),
    "a file that was read": edit("dashboards/title.txt", "U"),
    "a new definition": edit("alerts/new.yaml", "groups: []"),
    "a folder that was listed": edit("dashboards/data/two", ""),
    "a module in front of an installed one": edit("dashboards/shared.py", ""),
    "a deleted definition": lambda root: (root / "dashboards/a.py").unlink(),
    "a deleted module": lambda root: (root / "shared.py").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_noticed(
    memo: dict[str, object], tmp_path: Path, change: Callable[[Path], None]
) -> None:
    change(tmp_path)
    assert not Inputs.unchanged(memo, tmp_path)


def test_a_variable_of_the_environment_is_noticed_and_not_stored(
    memo: dict[str, object], load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSDASH_TEST_JOB", "sekret")
    assert not Inputs.unchanged(memo, tmp_path)
    again = saved(load({}))
    assert Inputs.unchanged(again, tmp_path)
    assert "sekret" not in json.dumps(again)


def test_the_environment_as_a_whole_is_noticed(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memo = saved(
        load({"dashboards/a.py": f"import os\ny = dict(os.environ)\nx = {dashboard('a')}"})
    )
    assert Inputs.unchanged(memo, tmp_path)
    monkeypatch.setenv("OBSDASH_TEST_ANY", "1")
    assert not Inputs.unchanged(memo, tmp_path)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])", "starts a program"),
        ("import os\nos.system('true')", "starts a program"),
        (
            "import socket\ns = socket.socket()\ntry:\n    s.connect(('127.0.0.1', 1))\n"
            "except OSError:\n    pass\ns.close()",
            "network",
        ),
    ],
)
def test_what_no_stamp_can_tell_is_never_unchanged(
    load: Load, tmp_path: Path, code: str, reason: str
) -> None:
    project = load({"dashboards/a.py": f"{code}\nx = {dashboard('a')}"})
    assert reason in project.inputs.volatile
    assert not Inputs.unchanged(saved(project), tmp_path)


def test_a_file_that_was_looked_for_in_vain_is_noticed(load: Load, tmp_path: Path) -> None:
    code = "try:\n    open(__file__ + '.extra')\nexcept OSError:\n    pass\n"
    memo = saved(load({"dashboards/a.py": code + f"x = {dashboard('a')}"}))
    assert Inputs.unchanged(memo, tmp_path)
    write(tmp_path, {"dashboards/a.py.extra": ""})
    assert not Inputs.unchanged(memo, tmp_path)


def test_installed_modules_are_stamped_and_pythons_own_are_not(load: Load) -> None:
    source = f"import json, grafanalib.core\nx = {dashboard('a')}"
    files = load({"dashboards/a.py": source}).inputs.files
    assert any(name.endswith("grafanalib/core.py") for name in files)
    assert json.__file__ not in files


def test_looking_at_inputs_loads_nothing_heavy() -> None:
    code = "import sys, obsdash.project.inputs; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split())
    assert not {"grafanalib.core", "yaml", "obsdash.project.load"} & loaded
    assert not {name for name in loaded if name.startswith("obsdash.adapters")}
