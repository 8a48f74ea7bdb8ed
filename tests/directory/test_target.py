"""A directory as a target: what is written, what is found, what is left alone."""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from obsdash.directory import DirectoryTarget
from obsdash.disk.lock import locked
from obsdash.errors import TargetError
from obsdash.plan import Blocked, Create, Delete, Plan, Update, make_plan
from obsdash.resource import (
    ALERTMANAGER,
    DASHBOARD,
    DATASOURCE,
    FOLDER,
    LOKI_RULE_GROUP,
    RULE_GROUP,
    Ref,
    Resource,
)
from obsdash.target import Applied, Failed, Refused, Report, apply_plan, plan_for


def dashboard(uid: str, folder: str = "Shop", **spec: Any) -> Resource:
    return Resource(Ref(DASHBOARD, uid), {"uid": uid, "title": uid.title(), **spec}, folder)


def folder(path: str) -> Resource:
    parent, _, title = path.rpartition("/")
    return Resource(Ref(FOLDER, path), {"title": title}, parent)


def group(uid: str, expr: str = "up == 0", kind: str = RULE_GROUP) -> Resource:
    name = uid.rpartition("/")[2]
    rule = {"alert": "Down", "expr": expr, "for": "1m", "labels": {"severity": "critical"}}
    return Resource(Ref(kind, uid), {"name": name, "rules": [rule]})


def source(uid: str, url: str = "http://prometheus:9090", **secrets: str) -> Resource:
    spec = {"uid": uid, "name": uid.title(), "type": "prometheus", "access": "proxy", "url": url}
    return Resource(Ref(DATASOURCE, uid), spec, secrets=secrets)


ALERTS = Resource(
    Ref(ALERTMANAGER, "main"), {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}
)
EVERYTHING = (
    folder("Shop"),
    source("prometheus"),
    dashboard("api"),
    dashboard("home", ""),
    group("api/latency"),
    group("api/errors"),
    group("logs/errors", 'sum(rate({app="x"}[5m])) > 1', LOKI_RULE_GROUP),
    ALERTS,
)


def sync(root: Path, wanted: Sequence[Resource], *, prune: bool = True) -> Report:
    target = DirectoryTarget(root)
    return apply_plan(plan_for(target, wanted, prune=prune), target)


def plan(root: Path, wanted: Sequence[Resource], *, prune: bool = True) -> Plan:
    return plan_for(DirectoryTarget(root), wanted, prune=prune)


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def verbs(report: Report) -> list[str]:
    return [outcome.verb for outcome in report.outcomes if isinstance(outcome, Applied)]


def reasons(report: Report) -> list[str]:
    return [o.reason for o in report.outcomes if isinstance(o, Failed | Refused)]


def test_every_kind_gets_its_file(tmp_path: Path) -> None:
    report = sync(tmp_path, EVERYTHING)
    assert report.ok
    assert sorted(contents(tmp_path)) == [
        ".obsdash.json",
        "alertmanager/alertmanager.yml",
        "grafana/dashboards/Shop/api.json",
        "grafana/dashboards/home.json",
        "grafana/provisioning/dashboards/obsdash.yaml",
        "grafana/provisioning/datasources/obsdash.yaml",
        "loki/rules/fake/logs.yml",
        "prometheus/rules/api.yml",
    ]


def test_after_a_sync_there_is_nothing_to_do(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    again = plan(tmp_path, EVERYTHING)
    assert not again
    assert len(again.unchanged) == len(EVERYTHING)
    assert again.unmanaged == ()


def test_equal_input_in_any_order_gives_equal_bytes(tmp_path: Path) -> None:
    for name, wanted in (("a", EVERYTHING), ("b", EVERYTHING[::-1])):
        target = DirectoryTarget(tmp_path / name, mount="/etc/obsdash")
        apply_plan(plan_for(target, wanted), target)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_several_syncs_give_the_bytes_that_one_gives(tmp_path: Path) -> None:
    target = DirectoryTarget(tmp_path / "steps", mount="/m")
    for count in range(1, len(EVERYTHING) + 1):
        apply_plan(plan_for(target, EVERYTHING[:count], prune=True), target)
    once = DirectoryTarget(tmp_path / "once", mount="/m")
    apply_plan(plan_for(once, EVERYTHING), once)
    assert contents(tmp_path / "steps") == contents(tmp_path / "once")


def test_a_dashboard_is_readable_json_with_sorted_keys(tmp_path: Path) -> None:
    sync(tmp_path, [dashboard("api", title="Ünits", panels=[])])
    text = (tmp_path / "grafana/dashboards/Shop/api.json").read_text("utf-8")
    assert text == '{\n  "panels": [],\n  "title": "Ünits",\n  "uid": "api"\n}\n'


def test_rule_groups_of_a_namespace_share_a_file_in_a_fixed_order(tmp_path: Path) -> None:
    sync(tmp_path, [group("api/latency"), group("api/errors", "a\n/ b > 1")])
    text = (tmp_path / "prometheus/rules/api.yml").read_text("utf-8")
    assert text.index("name: errors") < text.index("name: latency")
    assert "expr: |-\n      a\n      / b > 1\n" in text
    assert text.index("alert:") < text.index("expr:") < text.index("for:") < text.index("labels:")


def test_only_files_whose_bytes_change_are_written(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.*") if path.is_file()}
    sync(tmp_path, [*EVERYTHING[:2], dashboard("api", refresh="5s"), *EVERYTHING[3:]])
    rewritten = {p.name for p, inode in before.items() if p.stat().st_ino != inode}
    assert rewritten == {"api.json", ".obsdash.json"}


def test_files_are_readable_for_all_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        sync(tmp_path / "new", EVERYTHING)
    finally:
        os.umask(old)
    for path in (tmp_path / "new").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path


def test_a_dollar_is_kept_from_grafanas_expansion_and_read_back(tmp_path: Path) -> None:
    loki = Resource(
        Ref(DATASOURCE, "loki"),
        {
            "uid": "loki",
            "name": "Loki",
            "type": "loki",
            "jsonData": {"derivedFields": [{"url": "${__value.raw}", "name": "a$$b"}]},
        },
    )
    sync(tmp_path, [loki])
    text = (tmp_path / "grafana/provisioning/datasources/obsdash.yaml").read_text("utf-8")
    assert "url: $${__value.raw}" in text
    assert DirectoryTarget(tmp_path).read([]).live[loki.ref].spec == loki.spec


def test_secrets_are_written_as_references_and_read_back(tmp_path: Path) -> None:
    wanted = source("db", password="env:DB_PASSWORD", ca="file:/run/secrets/ca")
    sync(tmp_path, [wanted])
    text = (tmp_path / "grafana/provisioning/datasources/obsdash.yaml").read_text("utf-8")
    assert "password: $__env{DB_PASSWORD}" in text
    assert "ca: $__file{/run/secrets/ca}" in text
    assert DirectoryTarget(tmp_path).read([]).live[wanted.ref] == wanted


def test_a_literal_secret_in_a_hand_edited_file_does_not_reach_the_snapshot(
    tmp_path: Path,
) -> None:
    sync(tmp_path, [source("db", password="env:DB_PASSWORD")])
    file = tmp_path / "grafana/provisioning/datasources/obsdash.yaml"
    file.write_text(file.read_text().replace("$__env{DB_PASSWORD}", "hunter2"))
    live = DirectoryTarget(tmp_path).read([]).live
    assert live[Ref(DATASOURCE, "db")].secrets == {"password": ""}
    assert "hunter2" not in repr(live)


def test_the_provider_leads_grafana_to_where_it_sees_the_dashboards(tmp_path: Path) -> None:
    file = tmp_path / "grafana/provisioning/dashboards/obsdash.yaml"
    sync(tmp_path, [dashboard("api")])
    assert f"path: {tmp_path}/grafana/dashboards\n" in file.read_text()
    target = DirectoryTarget(tmp_path, mount="/etc/obsdash/")
    changed = plan_for(target, [dashboard("api")])
    assert len(changed.actions) == 1, "another mount is a change"
    assert apply_plan(changed, target).ok
    assert "path: /etc/obsdash/grafana/dashboards\n" in file.read_text()
    assert not plan_for(target, [dashboard("api")])


def test_a_lost_provider_comes_back_and_orphans_still_go(tmp_path: Path) -> None:
    file = tmp_path / "grafana/provisioning/dashboards/obsdash.yaml"
    sync(tmp_path, [dashboard("api"), dashboard("old")])
    file.unlink()
    report = sync(tmp_path, [dashboard("api")])
    assert report.ok
    assert sorted(verbs(report)) == ["deleted", "updated"]
    assert file.exists()
    assert not plan(tmp_path, [dashboard("api")])


def test_the_provider_goes_with_the_last_dashboard(tmp_path: Path) -> None:
    sync(tmp_path, [dashboard("api"), group("api/errors")])
    sync(tmp_path, [group("api/errors")])
    assert sorted(contents(tmp_path)) == [".obsdash.json", "prometheus/rules/api.yml"]


def test_nested_folders_become_one_directory_because_grafana_cannot_nest_them(
    tmp_path: Path,
) -> None:
    wanted = [folder("Shop"), folder("Shop/Payments"), dashboard("pay", "Shop/Payments")]
    sync(tmp_path, wanted)
    assert (tmp_path / "grafana/dashboards/Shop › Payments/pay.json").exists()
    assert not plan(tmp_path, wanted)


def test_a_dashboard_moves_with_its_folder(tmp_path: Path) -> None:
    sync(tmp_path, [dashboard("api", "Shop")])
    moved = [dashboard("api", "Team")]
    action = plan(tmp_path, moved).actions[0]
    assert isinstance(action, Update)
    assert action.live.folder == "Shop"
    assert sync(tmp_path, moved).ok
    assert [path.parent.name for path in tmp_path.rglob("api.json")] == ["Team"]
    assert not plan(tmp_path, moved)


def test_a_move_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    sync(tmp_path, [dashboard("api", "Shop")])
    old = tmp_path / "grafana/dashboards/Shop/api.json"
    kept, manifest = old.read_bytes(), (tmp_path / ".obsdash.json").read_bytes()
    sync(tmp_path, [dashboard("api", "Team")])
    old.write_bytes(kept)  # as if killed before the old file went
    entry = b'"grafana/dashboards/Shop/api.json": "x",\n    "grafana/dashboards/Team/api.json"'
    new = (tmp_path / ".obsdash.json").read_bytes()
    (tmp_path / ".obsdash.json").write_bytes(
        new.replace(b'"grafana/dashboards/Team/api.json"', entry)
    )
    assert manifest != new
    assert sync(tmp_path, [dashboard("api", "Team")]).ok
    assert not old.exists()


def test_stale_files_of_ours_go_with_prune_only(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    kept = [folder("Shop"), dashboard("api")]
    assert len(plan(tmp_path, kept, prune=False).orphans) == len(EVERYTHING) - 2
    report = sync(tmp_path, kept)
    assert report.ok
    assert sorted(contents(tmp_path)) == [
        ".obsdash.json",
        "grafana/dashboards/Shop/api.json",
        "grafana/provisioning/dashboards/obsdash.yaml",
    ]
    assert not plan(tmp_path, kept)


def test_a_folder_in_use_is_no_orphan(tmp_path: Path) -> None:
    sync(tmp_path, [folder("Shop"), dashboard("api")])
    assert not plan(tmp_path, [dashboard("api")])


def test_a_group_of_several_goes_alone(tmp_path: Path) -> None:
    sync(tmp_path, [group("api/latency"), group("api/errors")])
    sync(tmp_path, [group("api/errors")])
    assert list(DirectoryTarget(tmp_path).read([]).live) == [Ref(RULE_GROUP, "api/errors")]


def test_a_part_can_be_synced_without_the_rest(tmp_path: Path) -> None:
    sync(tmp_path, [group("api/latency"), group("api/errors")])
    sync(tmp_path, [group("api/errors", "up == 1")], prune=False)
    live = DirectoryTarget(tmp_path).read([]).live
    assert live == {r.ref: r for r in (group("api/latency"), group("api/errors", "up == 1"))}


FOREIGN = {
    "grafana/dashboards/Mine/own.json": "{}",
    "prometheus/rules/own.yml": "groups: [{name: g, rules: []}]",
    "grafana/provisioning/datasources/own.yaml": "datasources: [{name: Own, uid: own}]",
    "loki/rules/fake/broken.yml": "groups: [",
}


def _write(root: Path, files: Iterable[tuple[str, str]]) -> None:
    for name, text in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_files_of_others_are_listed_and_never_touched(tmp_path: Path) -> None:
    _write(tmp_path, FOREIGN.items())
    sync(tmp_path, EVERYTHING)
    sync(tmp_path, [])
    assert plan(tmp_path, []).unmanaged == (
        Ref(DASHBOARD, "own"),
        Ref(DATASOURCE, "own"),
        Ref(FOLDER, "Mine"),
        Ref(LOKI_RULE_GROUP, "broken/?"),
        Ref(RULE_GROUP, "own/g"),
    )
    left = contents(tmp_path)
    assert {name: left[name].decode() for name in FOREIGN} == FOREIGN


def test_a_foreign_file_in_our_place_blocks(tmp_path: Path) -> None:
    _write(tmp_path, [("prometheus/rules/api.yml", "groups: []")])
    report = sync(tmp_path, [group("api/errors"), group("web/errors")])
    assert reasons(report) == [
        "prometheus/rules/api.yml was not written by obsdash: move it away, or remove it"
    ]
    assert verbs(report) == ["created"]
    assert (tmp_path / "prometheus/rules/api.yml").read_text() == "groups: []"


def test_a_foreign_file_with_our_uid_blocks(tmp_path: Path) -> None:
    _write(tmp_path, [("grafana/dashboards/Mine/api.json", "{}")])
    (action,) = plan(tmp_path, [dashboard("api")]).actions
    assert isinstance(action, Blocked)
    assert "grafana/dashboards/Mine/api.json" in action.reason


def test_a_foreign_provider_blocks_dashboards_only(tmp_path: Path) -> None:
    _write(tmp_path, [("grafana/provisioning/dashboards/obsdash.yaml", "mine")])
    blocked = plan(tmp_path, [dashboard("api"), group("api/errors")])
    assert [type(action) for action in blocked.actions] == [Blocked, Create]


def test_what_is_on_disk_already_needs_no_manifest(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    (tmp_path / ".obsdash.json").unlink()
    assert not plan(tmp_path, EVERYTHING)


def test_a_hand_edited_file_shows_as_a_change_and_is_put_right(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    file = tmp_path / "grafana/dashboards/Shop/api.json"
    file.write_text('{"uid": "api", "title": "Edited"}')
    (action,) = plan(tmp_path, EVERYTHING).actions
    assert isinstance(action, Update)
    assert action.live.spec["title"] == "Edited"
    sync(tmp_path, EVERYTHING)
    assert not plan(tmp_path, EVERYTHING)


def test_a_reformatted_file_says_the_same_and_is_left_alone(tmp_path: Path) -> None:
    sync(tmp_path, [group("api/errors")])
    file = tmp_path / "prometheus/rules/api.yml"
    file.write_text("# checked by ada\n" + file.read_text())
    assert not plan(tmp_path, [group("api/errors")])


@pytest.mark.parametrize("damage", [b"{", b"\xff\x00", b"[]", b"null", b"a: [", b""])
@pytest.mark.parametrize("wanted", [EVERYTHING, ()], ids=["wanted", "orphaned"])
def test_a_damaged_file_is_a_difference_not_a_crash(
    tmp_path: Path, damage: bytes, wanted: tuple[Resource, ...]
) -> None:
    sync(tmp_path, EVERYTHING)
    for name in contents(tmp_path):
        if name not in (".obsdash.json", "grafana/provisioning/dashboards/obsdash.yaml"):
            (tmp_path / name).write_bytes(damage)
    report = sync(tmp_path, wanted)
    assert report.ok
    assert report.outcomes
    assert not plan(tmp_path, wanted)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    file = tmp_path / "grafana/dashboards/Shop/api.json"
    file.unlink()
    file.mkdir()  # permissions do not stop root, a directory does
    with pytest.raises(TargetError, match=r"Shop/api\.json cannot be read: Is a directory"):
        DirectoryTarget(tmp_path).read([])


def test_a_path_through_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TargetError, match=r"file.* cannot be read: Not a directory"):
        DirectoryTarget(tmp_path / "file" / "build").read([])


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"schemaVersion": 99, "files": {}, "folders": []}',
        '{"schemaVersion": 1, "files": {"../x": ""}, "folders": []}',
        '{"schemaVersion": 1, "files": {"/etc/x": ""}, "folders": []}',
        '{"schemaVersion": 1, "files": [], "folders": []}',
    ],
)
def test_a_damaged_manifest_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / ".obsdash.json").write_text(text)
    with pytest.raises(TargetError, match=r"\.obsdash\.json is damaged"):
        DirectoryTarget(tmp_path).read([])


@pytest.mark.parametrize(
    ("resource", "sentence"),
    [
        (folder("Shop/.."), "begins or ends with a dot"),
        (dashboard("api", ".hidden"), "begins or ends with a dot"),
        (dashboard("api", "a\0b"), "a slash or a control character"),
        (dashboard("a/b"), "a slash or a control character"),
        (dashboard("../x"), "a slash or a control character"),
        (dashboard("api", "Shop//x"), "it is empty"),
        (dashboard("api", "x" * 300), "more than 200 bytes"),
        (dashboard("api", "/".join(["x" * 100] * 3)), "too long for the name of a file"),
        (dashboard("api", "aux"), "some systems reserve it"),
        (dashboard("api", "a › b"), "stands for nested folders"),
        (dashboard("api", "\ud800"), "control character"),
        (folder("General"), "Grafana calls its root so"),
        (group("a\\b/c"), "a slash or a control character"),
    ],
)
def test_a_name_that_cannot_be_a_files_is_refused(
    tmp_path: Path, resource: Resource, sentence: str
) -> None:
    report = sync(tmp_path, [resource, dashboard("good")])
    assert len(reasons(report)) == 1
    assert sentence in reasons(report)[0]
    assert verbs(report) == ["created"]


def test_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    report = sync(tmp_path, [dashboard("a", "Shop"), dashboard("b", "shop"), dashboard("B", "X")])
    assert verbs(report) == ["created", "created"]
    assert reasons(report) == [
        "some file systems take grafana/dashboards/shop and grafana/dashboards/Shop for the same"
    ]
    report = sync(tmp_path, [dashboard("api"), dashboard("API")])
    assert reasons(report) == [
        "some file systems take grafana/dashboards/Shop/api.json"
        " and grafana/dashboards/Shop/API.json for the same"
    ]


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    with locked(tmp_path):
        report = sync(tmp_path, [dashboard("api")])
    assert reasons(report) == [f"another obsdash is writing into {tmp_path}"]
    assert sync(tmp_path, [dashboard("api")]).ok


def test_a_folder_that_holds_what_is_not_ours_stays(tmp_path: Path) -> None:
    sync(tmp_path, [folder("Shop")])
    _write(tmp_path, [("grafana/dashboards/Shop/own.json", "{}")])
    report = sync(tmp_path, [])
    assert reasons(report) == ["grafana/dashboards/Shop stays: Directory not empty"]
    assert (tmp_path / "grafana/dashboards/Shop/own.json").exists()


def test_a_plan_does_not_overwrite_what_changed_since(tmp_path: Path) -> None:
    sync(tmp_path, [dashboard("api")])
    target = DirectoryTarget(tmp_path)
    made = plan_for(target, [dashboard("api", refresh="5s")])
    (tmp_path / "grafana/dashboards/Shop/api.json").write_text("{}")
    assert reasons(apply_plan(made, target)) == ["it was changed since the plan was made"]


def test_files_lists_what_is_ours(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    assert sorted(DirectoryTarget(tmp_path).files()) == sorted(
        contents(tmp_path).keys() - {".obsdash.json"}
    )


def test_an_unchanged_resource_is_the_wanted_object_itself(tmp_path: Path) -> None:
    """So comparing it costs nothing, however large it is."""
    sync(tmp_path, EVERYTHING)
    live = DirectoryTarget(tmp_path).read(EVERYTHING).live
    assert all(live[resource.ref] is resource for resource in EVERYTHING)


def test_make_plan_on_a_fresh_directory_creates_everything(tmp_path: Path) -> None:
    snapshot = DirectoryTarget(tmp_path / "absent").read(EVERYTHING)
    fresh = make_plan("x", EVERYTHING, snapshot)
    assert all(isinstance(action, Create) for action in fresh.actions)
    assert not (tmp_path / "absent").exists(), "reading writes nothing"


def test_without_actions_nothing_is_made(tmp_path: Path) -> None:
    assert list(DirectoryTarget(tmp_path / "absent").apply([])) == []
    assert not (tmp_path / "absent").exists()


def test_deleting_needs_prune(tmp_path: Path) -> None:
    sync(tmp_path, EVERYTHING)
    assert not [a for a in plan(tmp_path, [], prune=False).actions if isinstance(a, Delete)]
