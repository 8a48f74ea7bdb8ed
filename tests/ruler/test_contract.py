"""What holds on every ruler: from the plan to the server and back."""

from obsdash.plan import Blocked, Update
from obsdash.resource import Ref
from obsdash.target import Applied, Failed, Report, apply_plan
from obsdash.undo import undo_plan
from tests.ruler.conftest import Lab


def verbs(report: Report) -> list[str]:
    outcomes = report.outcomes
    assert not [o for o in outcomes if isinstance(o, Failed)], outcomes
    return [outcome.verb for outcome in outcomes if isinstance(outcome, Applied)]


def test_rules_are_stored_and_the_next_plan_is_empty(lab: Lab) -> None:
    wanted = (
        lab.group("api/error rate", lab.alert(), lab.record(), interval="90s"),
        lab.group("api/plain"),
        lab.group("host/numbers", lab.alert(labels={"port": "17:00", "n": "1_000", "b": "on"})),
    )
    assert not lab.plan().orphans
    assert verbs(lab.sync(*wanted)) == ["created"] * 3
    again = lab.plan(*wanted)
    assert not again, again.actions
    assert len(again.unchanged) == 3


def test_a_changed_rule_is_an_update_of_its_group_only(lab: Lab) -> None:
    other = lab.group("api/plain")
    lab.sync(lab.group("api/errors", lab.alert(), lab.record()), other)
    changed = lab.group("api/errors", lab.alert(**{"for": "10m"}), lab.record())
    (action,) = lab.plan(changed, other).actions
    assert isinstance(action, Update)
    assert [change.text for change in action.changes] == ["for 5m → 10m"]
    assert verbs(lab.sync(changed, other)) == ["updated"]
    assert not lab.plan(changed, other)


def test_an_inserted_rule_is_one_change(lab: Lab) -> None:
    lab.sync(lab.group("api/errors", lab.alert(), lab.record()))
    more = lab.group("api/errors", lab.record("job:new:rate5m"), lab.alert(), lab.record())
    (action,) = lab.plan(more).actions
    assert isinstance(action, Update)
    assert [change.verb for change in action.changes] == ["added"]
    assert verbs(lab.sync(more)) == ["updated"]
    assert not lab.plan(more)


def test_the_labels_of_a_group_reach_its_rules_on_every_server(lab: Lab) -> None:
    wanted = lab.group("api/errors", lab.alert(), lab.record(), labels={"team": "shop"})
    assert verbs(lab.sync(wanted)) == ["created"]
    assert not lab.plan(wanted)
    (action,) = lab.plan(lab.group("api/errors", lab.alert(), lab.record())).actions
    assert "label team" in str(action)


def test_nothing_is_deleted_without_prune_nor_because_nothing_is_defined(lab: Lab) -> None:
    lab.sync(lab.group("api/errors"), lab.group("host/disk"))
    plan = lab.plan()
    assert not plan
    assert [ref.uid for ref in plan.orphans] == ["api/errors", "host/disk"]
    assert verbs(lab.sync(lab.group("host/disk"), prune=True)) == ["deleted"]
    assert [ref.uid for ref in lab.plan().orphans] == ["host/disk"]


def test_what_others_wrote_is_counted_and_left_alone(lab: Lab) -> None:
    namespace = f"team-{lab.tag}"
    status, _ = lab.call("POST", f"/{namespace}", lab.group("x/theirs").spec)
    assert status == 202
    plan = lab.plan(prune=True)
    assert not plan
    assert Ref(lab.kind, f"{namespace}/theirs") in plan.unmanaged
    assert verbs(lab.sync(lab.group("api/errors"))) == ["created"]
    lab.sync(prune=True)
    assert lab.call("GET", f"/{namespace}/theirs")[0] == 200


def test_what_a_server_does_not_keep_is_refused_by_name_before_anything_is_written(
    lab: Lab,
) -> None:
    lacks = {"loki": ["keep_firing_for", "query_offset"], "grafana": ["limit", "query_offset"]}
    for key in lacks.get(lab.flavour, []):
        value = 3 if key == "limit" else "1m"
        rule = lab.alert(keep_firing_for="1m") if key == "keep_firing_for" else lab.alert()
        settings = {} if key == "keep_firing_for" else {key: value}
        (action,) = lab.plan(lab.group("api/errors", rule, **settings)).actions
        assert isinstance(action, Blocked)
        assert f"sets {key}, which" in action.reason


def test_what_a_server_keeps_comes_back(lab: Lab) -> None:
    if lab.flavour in ("mimir", "cortex"):
        settings = {"limit": 5, "query_offset": "30s"}
    else:
        settings = {"limit": 5} if lab.flavour == "loki" else {}
    alert = lab.alert() if lab.flavour == "loki" else lab.alert(keep_firing_for="10m")
    wanted = lab.group("api/errors", alert, **settings)
    assert verbs(lab.sync(wanted)) == ["created"]
    assert not lab.plan(wanted)


def test_a_run_is_undone(lab: Lab) -> None:
    before = lab.group("api/errors"), lab.group("api/old")
    lab.sync(*before)
    target = lab.target()
    done = lab.plan(
        lab.group("api/errors", lab.alert(**{"for": "1h"})), lab.group("api/new"), prune=True
    )
    lab.sync(lab.group("api/errors", lab.alert(**{"for": "1h"})), lab.group("api/new"), prune=True)
    assert apply_plan(undo_plan(done, target, refused=()), target).ok
    assert not lab.plan(*before).actions
    assert not lab.plan(*before).orphans


def test_names_with_spaces_and_signs_come_back(lab: Lab) -> None:
    wanted = lab.group("shop api/é + 5 & 6")
    assert verbs(lab.sync(wanted)) == ["created"]
    assert not lab.plan(wanted)
    assert verbs(lab.sync(prune=True)) == ["deleted"]
    assert not lab.plan().orphans
