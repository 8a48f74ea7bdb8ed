"""Edits made in Grafana, taken over into definitions or settled in saved plans, as users do it.

On the double, and on each real Grafana whose start program `OBSDASH_TEST_GRAFANA` names.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from obsdash.migration.lift import lifted
from tests.cli.shell import obsdash, settings, write
from tests.diff.documents import Spec, dashboard
from tests.diff.old import old_dashboard
from tests.doubles.grafana import GrafanaDouble
from tests.merge.test_properties import patched
from tests.support.hands import Hands, red
from tests.support.servers import grafana_programs, running_grafana

DOUBLES = ("9.3.2", "13.0.0")
FILE = "dashboards/api.json"


@pytest.fixture(name="served", scope="module", params=[*DOUBLES, *grafana_programs()])
def _served(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    """A Grafana's address; alice works there, too."""
    if request.param in DOUBLES:
        with GrafanaDouble(request.param) as double:
            joined(Hands(double.url, "admin", "admin"), "alice")
            yield double.url
        return
    with running_grafana(request.param, tmp_path_factory.mktemp("grafana")) as real:
        joined(Hands(real.url, "admin", "admin"), "alice")
        yield real.url


def joined(admin: Hands, login: str) -> int:
    """Let somebody in, whose password is the login; return the number of the user."""
    person = {"name": login, "login": login, "password": login, "OrgId": 1}
    number: int = admin.call("POST", "admin/users", person)["id"]
    # what an Editor may write of new dashboards is known after a minute only
    admin.call("PATCH", f"org/users/{number}", {"role": "Admin"})
    return number


@pytest.fixture(name="alice")
def _alice(served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Alice, at a Grafana without dashboards that is the target of the project here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PW", "admin")
    monkeypatch.setenv("NO_COLOR", "1")
    target = f'{{ type = "grafana", url = "{served}", user = "admin", password = "env:PW" }}'
    write(tmp_path, {"pyproject.toml": settings(target)})
    admin = Hands(served, "admin", "admin")
    for one in admin.call("GET", "search?type=dash-db"):
        admin.call("DELETE", f"dashboards/uid/{one['uid']}")
    return Hands(served)


def defined(document: Spec, file: str = FILE, **style: Any) -> str:
    text = json.dumps(document, **{"indent": 2, **style}) + "\n"
    write(Path.cwd(), {file: text})
    return text


def synced(document: Spec, file: str = FILE, **style: Any) -> str:
    text = defined(document, file, **style)
    said = obsdash("sync")
    assert said.code == 0, said
    return text


def live(alice: Hands, uid: str = "api") -> Any:
    return alice.call("GET", f"dashboards/uid/{uid}")["dashboard"]


def in_sync() -> bool:
    return obsdash("diff", "--exit-code").code == 0


def retitled(title: str) -> Callable[[Spec], object]:
    return lambda document: document.update(title=title)


def test_an_edit_is_told_on_its_line_and_written_there(alice: Hands) -> None:
    text = synced(dashboard(4))
    alice.edit("api", red("Errors", 0.9))
    said = obsdash("pull")
    assert "edited in Grafana by alice at " in said.out
    line = text[: text.index('"Errors"')].rpartition("    {\n")[0].count("\n") + 1
    assert f'panel "Errors"  threshold red 0.8 → 0.9  {FILE}:{line}' in said.out
    assert Path(FILE).read_text() == text, "nothing is written unless asked"
    said = obsdash("pull", "--write", "dashboard/api")
    assert f"wrote {FILE}" in said.out
    before, after = text.splitlines(), Path(FILE).read_text().splitlines()
    [(was, now)] = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert (was.strip(), now.strip()) == ('"value": 0.8', '"value": 0.9')
    assert in_sync()
    assert obsdash("pull").out.startswith("Nothing to pull from grafana ")


@pytest.mark.parametrize("style", [{"indent": None}, {"indent": "\t"}, {"sort_keys": True}])
def test_a_file_keeps_its_manner_and_its_wrapper(alice: Hands, style: dict[str, Any]) -> None:
    text = synced({"dashboard": dashboard(2), "overwrite": True}, **style)
    Path(FILE).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    alice.edit("api", retitled("By hand"))
    assert f"wrote {FILE}" in obsdash("pull", "--write").out
    expected = text.replace('"API"', '"By hand"').replace("\n", "\r\n")
    assert Path(FILE).read_bytes() == b"\xef\xbb\xbf" + expected.encode()
    assert in_sync()


def test_your_own_changes_stay_in_what_is_written(alice: Hands) -> None:
    board = dashboard(4)
    synced(board)
    alice.edit("api", red("Errors", 0.9))
    alice.edit("api", lambda document: document["panels"].pop(3))
    board["panels"][0]["fieldConfig"]["defaults"]["unit"] = "ms"
    board["panels"][0]["title"] = "Calls"
    defined(board)
    assert obsdash("pull", "--write").code == 0
    red("Errors", 0.9)(board)
    del board["panels"][3]
    assert json.loads(Path(FILE).read_text()) == board
    said = obsdash("diff")
    assert "0 blocked" in said.out or "blocked" not in said.out
    assert "edited in Grafana" not in said.out


def test_the_migrated_form_is_taken_over_with_the_edit(alice: Hands) -> None:
    synced(old_dashboard())

    def saved_in_the_editor(document: Spec) -> None:
        new = lifted(document, 37)
        new["panels"][1]["fieldConfig"]["defaults"]["unit"] = "s"
        document.clear()
        document.update(new)

    alice.edit("old", saved_in_the_editor)
    said = obsdash("pull", "--write")
    assert 'panel "Up"  unit "percent" → "s"' in said.out
    assert "Grafana migrated schema 16 → 37" in said.out
    written = json.loads(Path(FILE).read_text())
    assert written["schemaVersion"] == 37
    assert written["panels"][1]["type"] == live(alice, "old")["panels"][1]["type"]
    assert in_sync()


def test_what_python_defines_is_told_by_line_and_as_a_patch(alice: Hands) -> None:
    content = f"import json\n\nboard = json.loads({json.dumps(dashboard(2))!r})\n"
    write(Path.cwd(), {"dashboards/api.py": content})
    assert obsdash("sync").code == 0
    alice.edit("api", red("Errors", 0.9))
    said = obsdash("pull", "--write")
    assert "dashboards/api.py is" in said.err or "is no JSON file" in said.err
    assert Path("dashboards/api.py").read_text() == content
    [found] = json.loads(obsdash("pull", "--format", "json").out)["pulled"]
    assert (found["ref"], found["written"], found["twoWay"]) == ("dashboard/api", False, None)
    [edit] = found["edits"]
    assert (edit["by"], edit["subject"]) == ("alice", 'panel "Errors"')
    board = dashboard(2)
    red("Errors", 0.9)(board)
    assert patched(dashboard(2), found["patch"])["panels"] == board["panels"]


def test_what_yaml_defines_is_taken_over_by_hand(alice: Hands) -> None:
    text = json.dumps(dashboard(2))  # which is YAML as well
    write(Path.cwd(), {"dashboards/api.yaml": text})
    assert obsdash("sync").code == 0
    alice.edit("api", red("Errors", 0.9))
    said = obsdash("pull", "--write")
    assert "dashboards/api.yaml:1 is no JSON file: take the edits over by hand" in said.err
    assert 'panel "Errors"  threshold red 0.8 → 0.9  dashboards/api.yaml' in said.out
    assert Path("dashboards/api.yaml").read_text() == text


def both_edited(alice: Hands) -> Spec:
    """Return a definition that has a change; what is live has one of Alice's."""
    board = dashboard(4)
    synced(board)
    alice.edit("api", red("Errors", 0.9))
    board["panels"][0]["fieldConfig"]["defaults"]["unit"] = "ms"
    defined(board)
    return board


def told(alice: Hands) -> tuple[str, float]:
    """Return what is live: the definition's unit, Alice's threshold."""
    panels = live(alice)["panels"]
    defaults = [panel["fieldConfig"]["defaults"] for panel in panels]
    return defaults[0]["unit"], defaults[1]["thresholds"]["steps"][1]["value"]


@pytest.mark.parametrize(
    ("options", "then"),
    [
        (("--take", "ours"), ("ms", 0.8)),
        (("--take", "theirs"), ("reqps", 0.9)),
        (("--merge",), ("ms", 0.9)),
        ((), ("reqps", 0.9)),
    ],
)
def test_a_saved_plan_does_what_was_settled(
    alice: Hands, options: tuple[str, ...], then: tuple[str, float]
) -> None:
    both_edited(alice)
    shown = obsdash("diff", "--out", "plan.json", *options)
    assert "edited in Grafana by alice" in shown.out
    version = live(alice)["version"]
    said = obsdash("sync", "--plan", "plan.json")
    assert said.code == (0 if options else 1), said
    assert told(alice) == then
    if then == ("reqps", 0.9):
        assert live(alice)["version"] == version, "nothing was written"


@pytest.mark.parametrize("options", [("--take", "ours"), ("--merge",)])
def test_a_saved_plan_refuses_what_was_edited_since(alice: Hands, options: tuple[str, ...]) -> None:
    both_edited(alice)
    assert obsdash("diff", "--out", "plan.json", *options).code == 0
    alice.edit("api", red("Errors", 0.95))
    said = obsdash("sync", "--plan", "plan.json")
    assert said.code == 1
    assert "changed since" in said.everything
    assert told(alice) == ("reqps", 0.95)


def test_what_both_changed_is_refused_until_a_side_is_taken(alice: Hands) -> None:
    board = both_edited(alice)
    red("Errors", 0.7)(board)
    defined(board)
    said = obsdash("sync", "--merge")
    assert said.code == 1
    assert "threshold red 0.8 → 0.9  you changed it, too" in said.out
    assert told(alice) == ("reqps", 0.9)
    assert obsdash("sync", "--merge", "--take", "theirs").code == 0
    assert told(alice) == ("ms", 0.9)
    assert obsdash("sync", "--merge", "--take", "ours").code == 0
    assert told(alice) == ("ms", 0.7)
    assert in_sync()


def test_take_is_for_the_dashboards_that_are_named(alice: Hands) -> None:
    board = both_edited(alice)
    other = {**dashboard(2), "uid": "other", "title": "Other"}
    synced_other = obsdash("sync", "--take", "theirs")
    assert synced_other.code == 0
    defined(other, "dashboards/other.json")
    assert obsdash("sync", "dashboard/other").code == 0
    alice.edit("other", retitled("By hand"))
    defined({**board, "refresh": "1m"})
    defined({**other, "refresh": "1m"}, "dashboards/other.json")
    said = obsdash("sync", "--take", "ours", "dashboard/other")
    assert said.code == 0, said
    assert live(alice, "other")["title"] == "Other"
    assert told(alice) == ("reqps", 0.9)


def test_an_edit_is_put_back_by_a_rollback(alice: Hands) -> None:
    both_edited(alice)
    assert obsdash("sync", "--take", "ours").code == 0
    assert told(alice) == ("ms", 0.8)
    assert obsdash("rollback", "last").code == 0
    assert told(alice) == ("reqps", 0.9)
    assert "edited in Grafana by alice" in obsdash("diff").out


def test_a_version_that_somebody_restored_is_an_edit(alice: Hands) -> None:
    board = dashboard(4)
    synced(board)
    red("Errors", 0.9)(board)
    synced(board)
    alice.restore("api", 1)
    said = obsdash("diff")
    assert "edited in Grafana by alice at " in said.out
    assert 'panel "Errors"  threshold red 0.9 → 0.8' in said.out
    alice.restore("api", 2)
    assert in_sync()


def test_a_dashboard_that_somebody_moved_is_edited(alice: Hands) -> None:
    file = "dashboards/Shop/api.json"
    synced(dashboard(2), file)
    folder = f"elsewhere{time.time_ns()}"
    alice.call("POST", "folders", {"title": folder, "uid": folder})
    alice.move("api", folder)
    said = obsdash("diff")
    assert f'folder "Shop" → "{folder}"  would be overwritten' in said.out
    assert obsdash("sync", "--take", "ours").code == 0
    assert in_sync()


def test_who_left_is_an_unknown_user(alice: Hands) -> None:
    synced(dashboard(2))
    person = f"carol{time.time_ns()}"
    admin = Hands(alice.url, "admin", "admin")
    number = joined(admin, person)
    Hands(alice.url, person, person).edit("api", red("Errors", 0.9))
    assert f"edited in Grafana by {person} at " in obsdash("diff").out
    admin.call("DELETE", f"admin/users/{number}")
    assert "edited in Grafana by an unknown user at " in obsdash("diff").out


def test_what_was_never_saved_by_obsdash_is_two_way(alice: Hands) -> None:
    alice.call("POST", "dashboards/db", {"dashboard": dashboard(2), "message": "by hand"})
    defined(dashboard(2, title="Defined"))
    said = obsdash("diff", "--adopt")
    two_way = "Two-way, edits cannot be told from your changes: dashboard/api"
    assert f"{two_way} (obsdash has not saved it yet)" in said.out
    assert "(two-way, as obsdash has not saved it yet: your own" in obsdash("pull").out
