"""Rulers that do not do what they should: one sentence, and what else can be done is done."""

import pytest

from obsdash.errors import TargetError
from obsdash.plan import Blocked
from obsdash.resource import Ref, Resource
from obsdash.target import Applied, Failed
from tests.doubles.ruler import RulerDouble, running_ruler
from tests.ruler.conftest import Lab
from tests.support.servers import Asked, canned


def lab_for(double: RulerDouble) -> Lab:
    return Lab(double.flavour, double.url, double)


def test_what_an_older_server_drops_fails_by_name() -> None:
    with running_ruler("mimir", drops=("keep_firing_for",)) as double:
        lab = lab_for(double)
        rule = lab.alert(keep_firing_for="10m")
        (failed,) = lab.sync(lab.group("api/errors", rule)).outcomes
    assert isinstance(failed, Failed)
    assert failed.reason == (
        'Mimir stored the group without all of it: alert "Errors" keep firing for 10m added'
    )


def test_what_is_stored_but_never_loaded_fails() -> None:
    with running_ruler("cortex", lag=1_000_000) as double:
        (failed,) = lab_for(double).sync(lab_for(double).group("api/errors"), wait=0.2).outcomes
    assert isinstance(failed, Failed)
    assert "stored, but after 0.2 s not what Cortex evaluates" in failed.reason


def test_a_ruler_is_waited_for_until_it_has_loaded_the_rules() -> None:
    with running_ruler("loki", lag=3) as double:
        lab = lab_for(double)
        assert lab.sync(lab.group("api/errors")).ok
        assert double.loaded


def test_a_group_that_is_refused_does_not_stop_the_others() -> None:
    with running_ruler("mimir", refuse="bad") as double:
        lab = lab_for(double)
        report = lab.sync(lab.group("api/bad"), lab.group("api/good"))
    failed, applied = sorted(report.outcomes, key=lambda outcome: str(outcome.ref))
    assert isinstance(failed, Failed)
    assert "the store is read-only" in failed.reason
    assert isinstance(applied, Applied)


@pytest.mark.parametrize("flavour", ["mimir", "cortex", "loki", "grafana"])
def test_the_server_is_asked_what_it_is(flavour: str) -> None:
    with running_ruler(flavour) as double:
        assert lab_for(double).plan().server.startswith(flavour.capitalize())


def test_what_is_no_ruler_is_said_so() -> None:
    nothing = (404, "text/plain", b"404 page not found")
    with canned(nothing) as server, pytest.raises(TargetError, match="has no API for rules"):
        Lab("mimir", server.url).plan()


def test_a_prometheus_is_taken_for_no_ruler() -> None:
    def answer(asked: Asked) -> tuple[int, str, bytes]:
        if asked.path == "/api/v1/rules":
            return 200, "application/json", b'{"status":"success","data":{"groups":[]}}'
        return 404, "text/plain", b"404 page not found"

    with canned(answer) as server, pytest.raises(TargetError, match="has no API for rules"):
        Lab("mimir", server.url).plan()


def test_a_missing_tenant_is_the_servers_own_sentence() -> None:
    with running_ruler("loki") as double, pytest.raises(TargetError, match="no org id"):
        lab_for(double).plan(tenant="")


@pytest.mark.parametrize(
    ("flavour", "settings", "sentence"),
    [
        ("grafana", {"interval": "15s"}, "interval 15s is no multiple of 10s"),
        ("mimir", {"rules": []}, "a group without rules cannot be stored"),
        ("cortex", {"source_tenants": ["a"]}, "a rule group has no key 'source_tenants'"),
        ("loki", {"name": "a%b"}, "Loki cannot delete what has '%' in its name"),
    ],
)
def test_what_cannot_be_stored_is_blocked_in_the_plan(
    flavour: str, settings: dict[str, object], sentence: str
) -> None:
    with running_ruler(flavour) as double:
        lab = lab_for(double)
        spec = {**lab.group("api/errors").spec, **settings}
        (action,) = lab.plan(Resource(Ref(lab.kind, f"api/{spec['name']}"), spec)).actions
    assert isinstance(action, Blocked)
    assert sentence in action.reason


def test_mimirs_own_keys_are_delivered() -> None:
    with running_ruler("mimir") as double:
        lab = lab_for(double)
        wanted = lab.group("api/errors", source_tenants=["a", "b"])
        assert lab.sync(wanted).ok
        assert not lab.plan(wanted)


def test_in_grafana_a_rule_keeps_its_uid_when_another_is_put_before_it() -> None:
    def uids() -> dict[str, str]:
        (group,) = double.stored[""][f"{lab.prefix}api"].values()
        return {r["alert"]: r["labels"]["__grafana_alert_rule_uid__"] for r in group["rules"]}

    with running_ruler("grafana") as double:
        lab = lab_for(double)
        lab.sync(lab.group("api/errors", lab.alert("Old")))
        before = uids()
        lab.sync(lab.group("api/errors", lab.alert("New"), lab.alert("Old")))
        assert uids()["Old"] == before["Old"]
        assert len(set(uids().values())) == 2
