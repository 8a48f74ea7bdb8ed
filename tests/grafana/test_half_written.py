"""Objects that take several calls to write: ended or taken back, and never over another's edit."""

from collections.abc import Iterator
from typing import Any

import pytest

from obsdash.resource import CONTACT_POINT, FOLDER, Ref, Resource, alert_group_ref
from obsdash.target import Applied, Failed, Outcome
from tests.doubles.grafana import Fault
from tests.grafana.conftest import Lab
from tests.grafana.scenes import PROMETHEUS, address, rule

Json = dict[str, Any]

MAIL = {"uid": "mail", "type": "email", "settings": {"addresses": "a@example.com"}}
SLACK = {"uid": "slack", "type": "slack", "settings": {"recipient": "#a"}}
REFUSED = {"uid": "hook", "type": "webhook", "settings": {}}  # Grafana wants a URL
PATH = "/v1/provisioning/contact-points"
CHANGED = ((MAIL, {"addresses": "b@example.com"}), (SLACK, {"recipient": "#b"}))


def point(lab: Lab, *integrations: Json) -> Resource:
    found = [{**one, "disableResolveMessage": False} for one in integrations]
    secrets = {"slack/url": "env:SLACK"} if SLACK["type"] in {o["type"] for o in found} else {}
    name = lab.name("team")
    spec = {"name": name, "integrations": found}
    return Resource(Ref(CONTACT_POINT, name), spec, secrets=secrets)


def group(lab: Lab, *rules: Json) -> Resource:
    spec = {"name": lab.name("g"), "interval": 300, "rules": list(rules)}
    return Resource(alert_group_ref(lab.name("F"), lab.name("g")), spec, lab.name("F"))


def folder(lab: Lab) -> Resource:
    return Resource(Ref(FOLDER, lab.name("F")), {"title": lab.name("F")})


@pytest.fixture
def site(lab: Lab) -> Iterator[Lab]:
    """Return a server, and take away what a test leaves on it."""
    yield lab
    assert lab.sync(prune=True, secrets=address).ok


def outcome(lab: Lab, *resources: Resource, **options: Any) -> Outcome:
    """Sync; return what became of the last one."""
    outcomes = {o.ref: o for o in lab.sync(*resources, secrets=address, **options).outcomes}
    return outcomes[resources[-1].ref]


def test_a_new_contact_point_of_which_grafana_refuses_a_part_is_taken_back(site: Lab) -> None:
    said = outcome(site, point(site, MAIL, SLACK, REFUSED))
    assert isinstance(said, Failed)
    assert said.reason.endswith("it is as it was")
    assert not [p for p in site.api("GET", PATH) if p["name"] == site.name("team")]
    assert site.project not in str(site.api("GET", "/v1/provisioning/templates"))


def test_a_changed_contact_point_of_which_grafana_refuses_a_part_is_put_back(site: Lab) -> None:
    old = point(site, MAIL, SLACK)
    assert isinstance(outcome(site, old), Applied)
    changed = [{**one, "settings": {**one["settings"], **new}} for one, new in CHANGED]
    said = outcome(site, point(site, *changed, REFUSED))
    assert isinstance(said, Failed)
    assert "it is as it was, but secrets of it may be the new ones" in said.reason
    assert not site.plan(old, secrets=address)


def test_a_group_of_which_grafana_refuses_a_rule_is_as_it_was(site: Lab) -> None:
    site.api("POST", "/datasources", {"uid": site.name("p"), "name": site.name("p"), **PROMETHEUS})
    old = group(site, rule(site.name("a"), "up == 0", site.name("p")))
    assert isinstance(outcome(site, folder(site), old), Applied)
    wrong = rule(site.name("c"), "up", site.name("p"))
    wrong["data"][0]["relativeTimeRange"] = {"from": 0, "to": 600}
    new = rule(site.name("b"), "up == 1", site.name("p"))
    said = outcome(site, folder(site), group(site, new, wrong))
    assert isinstance(said, Failed)
    assert not site.plan(folder(site), old, secrets=address)


def test_what_another_one_wrote_meanwhile_is_not_written_over(double: Lab) -> None:
    assert isinstance(outcome(double, point(double, MAIL)), Applied)
    server = double.double
    assert server
    store = server.store

    def meddle(method: str, path: str) -> None:
        """Change it as another one does, and let our own write fail for that."""
        if method == "PUT" and path.endswith("/contact-points/mail"):
            store.contact_points[double.name("team")][0].settings = {"addresses": "x@example.com"}
            server.faults[len(server.calls)] = Fault.INTERNAL

    server.before = meddle
    said = outcome(double, point(double, {**MAIL, "settings": {"addresses": "b@example.com"}}))
    assert isinstance(said, Failed)
    assert "something else than was sent" in said.reason
    assert store.contact_points[double.name("team")][0].settings == {"addresses": "x@example.com"}
