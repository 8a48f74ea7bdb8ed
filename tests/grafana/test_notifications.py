"""Mute timings, message templates, contact points and policies, on every Grafana."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from obsdash.plan import Blocked, Create, Update
from obsdash.resource import (
    CONTACT_POINT,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    Ref,
    Resource,
)
from obsdash.target import Applied, Failed, Refused, apply_plan
from tests.doubles.grafana import GrafanaDouble
from tests.doubles.grafana.store import Integration
from tests.grafana.conftest import Lab

Json = Any
PROVISIONING = "/v1/provisioning"
TREE = Ref(NOTIFICATION_POLICY, "main")


@pytest.fixture
def site(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """Return a server without notification objects of ours, and leave it so."""
    addresses = partial(lab.target, secrets=lambda ref: f"https://hooks.invalid/{ref}")
    monkeypatch.setattr(lab, "target", addresses)
    yield lab
    if not lab.double:
        lab.call("DELETE", f"{PROVISIONING}/policies")
        for kind in ("contact-points", "templates", "mute-timings"):
            for item in lab.api("GET", f"{PROVISIONING}/{kind}") or ():
                if lab.tag in item["name"]:
                    name = item["uid"] if kind == "contact-points" else quote(item["name"], "")
                    lab.call("DELETE", f"{PROVISIONING}/{kind}/{name}")


def timing(lab: Lab, text: str = "nights", **interval: Any) -> Resource:
    name = lab.name(text)
    hours = {"times": [{"start_time": "22:00", "end_time": "24:00"}]}
    spec = {"name": name, "time_intervals": [{**hours, **interval}]}
    return Resource(Ref(MUTE_TIMING, name), spec)


def template(lab: Lab, text: str, name: str = "title") -> Resource:
    name = lab.name(name)
    return Resource(Ref(MESSAGE_TEMPLATE, name), {"name": name, "template": text})


def slack(lab: Lab, **settings: Any) -> Json:
    return {
        "uid": lab.name("slack"),
        "type": "slack",
        "settings": {"recipient": "#shop", **settings},
        "disableResolveMessage": False,
    }


def mail(lab: Lab, to: str = "ops@example.com", text: str = "mail") -> Json:
    return {"uid": lab.name(text), "type": "email", "settings": {"addresses": to}}


def point(
    lab: Lab, *integrations: Json, text: str = "pager", secrets: dict[str, str] | None = None
) -> Resource:
    name, found = lab.name(text), list(integrations) or [mail(lab, text=f"mail-{len(text)}")]
    spec = {"name": name, "integrations": found}
    known = {f"{one['uid']}/url": "env:SLACK" for one in found if one["type"] == "slack"}
    return Resource(Ref(CONTACT_POINT, name), spec, secrets=known if secrets is None else secrets)


def tree(to: Resource, *routes: Json, **spec: Any) -> Resource:
    document = {"receiver": to.ref.uid, "group_by": ["alertname"], **spec}
    return Resource(TREE, {**document, "routes": list(routes)} if routes else document)


def route(to: Resource, *matchers: list[str], **spec: Any) -> Json:
    return {"receiver": to.ref.uid, "object_matchers": list(matchers), **spec}


def everything(lab: Lab) -> list[Resource]:
    """Return objects of all four kinds that refer to each other."""
    nights, title = timing(lab), template(lab, "{{ .Status }}\nof the shop")
    hook = {
        "uid": lab.name("hook"),
        "type": "webhook",
        "settings": {"httpMethod": "POST", "maxAlerts": 3, "username": "u"},
    }
    secrets = {
        f"{lab.name('slack')}/url": "env:SLACK",
        f"{hook['uid']}/url": "env:HOOK",
        f"{hook['uid']}/password": "file:/run/secrets/hook",
    }
    call = f'{{{{ template "{title.ref.uid}" . }}}}'
    pager = point(lab, slack(lab, title=call), mail(lab), hook, secrets=secrets)
    critical = route(
        pager,
        ["severity", "=", "critical"],
        ["team", "=~", "shop|pay"],
        mute_time_intervals=[nights.ref.uid],
        **{"continue": True, "repeat_interval": "24h", "group_by": []},
    )
    return [nights, title, pager, tree(pager, critical, group_wait="90s")]


def items(lab: Lab, kind: str) -> list[Json]:
    return [one for one in lab.api("GET", f"{PROVISIONING}/{kind}") if lab.tag in one["name"]]


def words(update: Any) -> list[str]:
    assert isinstance(update, Update), update
    return [change.text for change in update.changes]


def only(lab: Lab, *resources: Resource, **options: Any) -> Any:
    (action,) = lab.plan(*resources, **options).actions
    return action


# All kinds together


def test_after_a_sync_there_is_nothing_to_do(site: Lab) -> None:
    resources = everything(site)
    report = site.sync(*resources)
    assert report.ok, report
    plan = site.plan(*resources)
    assert not plan, plan.actions
    assert set(plan.unchanged) == {one.ref for one in resources}


def test_prune_deletes_from_the_policies_down_and_leaves_no_trace(site: Lab) -> None:
    site.sync(*everything(site))
    report = site.sync(prune=True)
    assert [one.ref.kind for one in report.outcomes] == [
        NOTIFICATION_POLICY,
        CONTACT_POINT,
        MESSAGE_TEMPLATE,
        MUTE_TIMING,
    ]
    assert report.ok, report
    assert not site.plan().orphans
    assert not any(items(site, kind) for kind in ("contact-points", "templates", "mute-timings"))


def test_another_project_sees_them_and_may_not_even_adopt_them(site: Lab) -> None:
    resources = everything(site)
    site.sync(*resources)
    other = f"{site.project}-2"
    assert {one.ref for one in resources} <= set(site.plan(project=other).unmanaged)
    changed = [replace(one, spec=_changed(one.spec)) for one in resources]
    plan = site.plan(*changed, project=other, adopt=True)
    assert {type(action) for action in plan.actions} == {Blocked}
    assert all(site.project in str(getattr(action, "reason", "")) for action in plan.actions)


def _changed(spec: Json) -> Json:
    """Return a spec that says something else."""
    other = deepcopy(spec)
    if "time_intervals" in other:
        other["time_intervals"][0]["weekdays"] = ["sunday"]
    elif "template" in other:
        other["template"] = "another"
    elif "integrations" in other:
        other["integrations"][1]["settings"]["addresses"] = "dev@example.com"
    else:
        other["repeat_interval"] = "1h"
    return other


def test_what_a_person_made_is_blocked_until_it_is_adopted(site: Lab) -> None:
    resources = everything(site)
    by_hand = {"X-Disable-Provenance": "true"}
    pager = resources[2]
    for one in ({**mail(site, "dev@example.com"), "name": pager.ref.uid},):
        assert site.call("POST", f"{PROVISIONING}/contact-points", one, **by_hand)[0] == 202
    body = {"receiver": pager.ref.uid, "group_by": ["job"]}
    assert site.call("PUT", f"{PROVISIONING}/policies", body, **by_hand)[0] == 202
    actions = {action.ref: action for action in site.plan(*resources).actions}
    for ref in (pager.ref, TREE):
        assert "--adopt" in str(getattr(actions[ref], "reason", ""))
    assert site.sync(*resources, adopt=True).ok
    assert not site.plan(*resources)


def test_what_a_person_made_under_our_names_is_not_deleted(site: Lab) -> None:
    if site.version < (10, 0):
        pytest.skip("9.3 says of all that comes over its provisioning API that a program made it")
    pager = point(site)
    site.sync(pager)
    (item,) = items(site, "contact-points")
    site.api("DELETE", f"{PROVISIONING}/contact-points/{item['uid']}")
    body = {**mail(site), "uid": site.name("theirs"), "name": pager.ref.uid}
    headers = {"X-Disable-Provenance": "true"}
    assert site.call("POST", f"{PROVISIONING}/contact-points", body, **headers)[0] == 202
    plan = site.plan(prune=True)
    assert not plan
    assert pager.ref in plan.unmanaged


def test_an_edit_made_since_the_plan_is_not_overwritten(site: Lab) -> None:
    resources = everything(site)
    site.sync(*resources)
    wanted = [replace(one, spec=_changed(one.spec)) for one in resources]
    plan = site.plan(*wanted)
    name = site.name("nights")
    body = {**resources[0].spec, "time_intervals": [{"weekdays": ["monday"]}]}
    assert site.call("PUT", f"{PROVISIONING}/mute-timings/{name}", body)[0] == 202
    outcomes = {one.ref: one for one in apply_plan(plan, site.target()).outcomes}
    assert isinstance(outcomes[resources[0].ref], Refused)
    assert isinstance(outcomes[resources[2].ref], Applied)


def test_a_token_without_the_right_to_them_still_delivers_dashboards(site: Lab) -> None:
    from obsdash.http import Auth

    auth = Auth(token=site.token("Editor"))
    dashboard = site.dashboard("api")
    assert [type(one) for one in site.plan(dashboard, auth=auth).actions] == [Create]


@pytest.fixture(params=["9.3.2", "13.1.0-pre"])
def filed(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Return the double of a version, which can be told what its provisioning files hold."""
    with GrafanaDouble(request.param) as double:
        yield Lab(double.url, double=double)


def test_what_grafana_has_from_a_file_is_never_written(filed: Lab) -> None:
    double = filed.double
    assert double
    resources = everything(filed)
    nights, title, pager, _ = resources
    double.provision_contact_point(pager.ref.uid, Integration("file", "email", {"addresses": "a"}))
    double.provision_timing(nights.ref.uid, [])
    double.provision_template(title.ref.uid, "another")
    double.provision_policies({"receiver": pager.ref.uid})
    plan = filed.plan(*resources, adopt=True)
    assert [type(action) for action in plan.actions] == [Blocked] * 4
    assert all("from a file" in str(getattr(action, "reason", "")) for action in plan.actions)


# What is no difference


def test_other_spellings_are_no_difference(site: Lab) -> None:
    nights = timing(site, weekdays=["Saturday", "monday:monday"], months=["may:august", "December"])
    title = template(site, "  {{ .Status }}\n")
    pager = point(site, slack(site, mentionChannel=""), mail(site))
    one = route(pager, ["b", "=", "2"], ["a", "=", "1"], repeat_interval="24h")
    resources = [nights, title, pager, tree(pager, one, group_wait="60s")]
    site.sync(*resources)
    spelled = timing(site, weekdays=["saturday", "monday"], months=["5:8", "12"])
    text = f'{{{{ define "{title.ref.uid}" }}}}\n  {{{{ .Status }}}}\n{{{{ end }}}}'
    other = point(site, {**mail(site), "disableResolveMessage": False}, slack(site))
    two = {"matchers": ['a="1"', "b=2"], "repeat_interval": "1d", "group_by": [], "routes": []}
    again = [spelled, template(site, text), other, tree(pager, two, group_wait="1m")]
    plan = site.plan(*again)
    assert not plan, plan.actions


# Words


def test_a_plan_says_in_words_what_changes(site: Lab) -> None:
    pager, chat = point(site), point(site, slack(site), text="chat")
    nights, title = timing(site, weekdays=["saturday"]), template(site, "a\nb")
    shop = [["severity", "=", "critical"], ["team", "=", "shop"]]
    site.sync(nights, title, pager, chat, tree(pager, route(chat, *shop)))
    plan = site.plan(
        timing(site, weekdays=["sunday"]),
        template(site, "a\nc"),
        pager,
        point(site, slack(site, recipient="#new"), mail(site), text="chat"),
        tree(pager, route(pager, *shop), route(chat, ["team", "=", "pay"])),
    )
    told = {action.ref.kind: words(action) for action in plan.actions}
    assert told[MUTE_TIMING] == ["saturday · 22:00-24:00 → sunday · 22:00-24:00"]
    assert told[MESSAGE_TEMPLATE] == ['"b" → "c"']
    assert told[CONTACT_POINT] == [
        'slack: recipient "#shop" → "#new"',
        'email to "ops@example.com" added',
    ]
    assert told[NOTIFICATION_POLICY] == [
        'alerts with severity="critical", team="shop" now go to '
        f'"{pager.ref.uid}" instead of "{chat.ref.uid}"',
        f'route team="pay" to "{chat.ref.uid}" added',
    ]


# Contact points


def test_secrets_are_written_and_never_read_back(site: Lab) -> None:
    chat = point(site, slack(site))
    site.sync(chat, secrets=lambda reference: f"https://hooks.invalid/{reference}")
    live = site.target().read([chat]).live[chat.ref]
    assert dict(live.secrets) == {f"{site.name('slack')}/url": ""}
    assert live.spec == chat.spec
    assert "hooks.invalid" not in str(live)
    assert not site.plan(chat)


def test_an_address_that_this_grafana_shows_is_a_secret_all_the_same(site: Lab) -> None:
    uid = site.name("discord")
    chat = {"uid": uid, "type": "discord", "settings": {"message": "x"}}
    wanted = point(site, chat, secrets={f"{uid}/url": "env:DISCORD"})
    site.sync(wanted, secrets=lambda _: "https://discord.invalid/api/webhooks/1/hush")
    assert not site.plan(wanted)
    assert "hush" not in str(site.target().read([]).live)
    assert "hush" not in str(site.plan(prune=True))


def test_a_complaint_about_a_secret_does_not_repeat_it(site: Lab) -> None:
    if site.double:
        pytest.skip("the double takes every address")
    report = site.sync(point(site, slack(site)), secrets=lambda _: "hush of: hush")
    (outcome,) = report.outcomes
    assert isinstance(outcome, Failed)
    assert "slack" in outcome.reason
    assert "hush" not in str(report)


def test_a_secret_without_a_reference_stays_and_one_that_is_gone_is_emptied(site: Lab) -> None:
    uid, settings = site.name("hook"), {"url": "http://127.0.0.1:9"}
    hook: Json = {"uid": uid, "type": "webhook", "settings": settings}
    both = {f"{uid}/password": "env:PASSWORD", f"{uid}/authorization_credentials": "env:TOKEN"}
    with_both = {**hook, "settings": {**settings, "username": "u"}}
    site.sync(point(site, with_both, secrets={f"{uid}/password": both[f"{uid}/password"]}))
    longer = {**with_both, "settings": {**settings, "username": "u", "maxAlerts": "3"}}
    kept = point(site, longer, secrets={f"{uid}/password": ""})
    assert site.sync(kept).ok
    (item,) = items(site, "contact-points")
    assert item["settings"]["password"] == "[REDACTED]"
    without = point(site, hook, secrets={})
    assert "secret password removed" in " ".join(words(only(site, without)))
    assert site.sync(without).ok
    (item,) = items(site, "contact-points")
    assert not item["settings"].get("password")
    assert not site.plan(without)


def test_integrations_come_change_and_go_one_by_one(site: Lab) -> None:
    one, two, three = (mail(site, f"{n}@example.com", n) for n in ("one", "two", "three"))
    site.sync(point(site, one, two))
    changed = {**two, "settings": {"addresses": "2@example.com"}, "disableResolveMessage": True}
    wanted = point(site, changed, three)
    assert sorted(words(only(site, wanted))) == [
        'email: addresses "one@example.com" → "three@example.com"',
        'email: addresses "two@example.com" → "2@example.com"',
        "email: is not told when alerts are resolved",
    ]
    assert site.sync(wanted).ok
    assert not site.plan(wanted)
    addresses = [item["settings"]["addresses"] for item in items(site, "contact-points")]
    assert sorted(addresses) == ["2@example.com", "three@example.com"]


def test_an_integration_that_moves_to_another_contact_point_gets_a_uid_of_its_own(
    site: Lab,
) -> None:
    site.sync(point(site, mail(site)))
    wanted = point(site, mail(site), text="renamed")
    assert site.sync(wanted, prune=True).ok
    assert not site.plan(wanted)
    assert {item["name"] for item in items(site, "contact-points")} == {wanted.ref.uid}


# What is used is not deleted


def test_what_is_still_used_is_not_deleted(site: Lab) -> None:
    resources = everything(site)
    site.sync(*resources)
    title = resources[1]
    policies = resources[3]
    report = site.sync(policies, prune=True)
    reasons = {one.ref.kind: one.reason for one in report.outcomes if isinstance(one, Refused)}
    assert reasons == {
        CONTACT_POINT: "the notification policies still send to it",
        MESSAGE_TEMPLATE: f"contact point {resources[2].ref.uid!r} still calls it",
        MUTE_TIMING: "the notification policies still name it",
    }
    assert title.ref.uid in {item["name"] for item in items(site, "templates")}


# Policies


def test_grafanas_own_tree_counts_as_none_and_comes_back(site: Lab) -> None:
    pager = point(site)
    assert isinstance(
        next(a for a in site.plan(pager, tree(pager)).actions if a.ref == TREE), Create
    )
    site.sync(pager, tree(pager))
    assert site.sync(prune=True).ok
    assert TREE not in {*site.plan().orphans, *site.plan().unmanaged}


def test_a_policy_without_a_receiver_has_its_parents(site: Lab) -> None:
    pager = point(site)
    wanted = tree(pager, {"object_matchers": [["team", "=", "shop"]]})
    assert site.sync(pager, wanted).ok
    assert not site.plan(pager, wanted)


def test_active_times_are_blocked_where_grafana_has_none(site: Lab) -> None:
    pager, days = point(site), timing(site, "days")
    one = route(pager, ["a", "=", "b"], active_time_intervals=[days.ref.uid])
    plan = site.plan(days, pager, tree(pager, one))
    action = next(action for action in plan.actions if action.ref == TREE)
    if site.version < (12, 1):
        assert isinstance(action, Blocked)
        assert "12.1" in action.reason
    else:
        assert site.sync(days, pager, tree(pager, one)).ok
        assert not site.plan(days, pager, tree(pager, one))


# Names


@pytest.mark.parametrize("name", ["a/b c", "100 %? #1", "*/}} ", '"quoted" \\ ü'])
def test_any_name_can_be_delivered_and_found_again(site: Lab, name: str) -> None:
    nights, pager = timing(site, name), point(site, text=name)
    one = route(pager, ["a", "=", 'b"c'], mute_time_intervals=[nights.ref.uid])
    resources = [nights, pager, tree(pager, one)]
    assert site.sync(*resources).ok
    assert not site.plan(*resources)
    assert site.sync(prune=True).ok
