"""The Alertmanager of a Mimir: stored, unchanged, refused, put back; a double and a real one."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from obsdash.alertmanager import MimirAlertmanagerTarget
from obsdash.author import Email, Route, Routing, Slack
from obsdash.errors import ConfigError, TargetError
from obsdash.plan import Blocked, Plan
from obsdash.planfile import dump_plans
from obsdash.resource import Resource
from obsdash.target import Applied, Failed, Refused, Report, apply_plan, plan_for
from obsdash.undo import undo_plan
from tests.doubles.alertmanager import MimirDouble, running_mimir

REAL = os.environ.get("OBSDASH_TEST_MIMIR_URL", "")
SLACK = "https://hooks.slack.example.com/s3cr3t-sentinel"
PASSWORD = "s3cr3t-password"


@dataclass
class Lab:
    """A Mimir and a tenant that no other test has."""

    url: str
    tenant: str
    values: dict[str, str]
    double: MimirDouble | None = None

    def target(self, **options: Any) -> MimirAlertmanagerTarget:
        settings = {"project": "shop", "tenant": self.tenant, "secrets": self.reveal, **options}
        return MimirAlertmanagerTarget(self.url, **settings)

    def reveal(self, reference: str) -> str:
        if reference not in self.values:
            raise ConfigError(f"the secret {reference} is not set")
        return self.values[reference]

    def plan(self, routing: Routing, **options: Any) -> Plan:
        return plan_for(self.target(**options), list(routing.resources()))

    def sync(self, routing: Routing, **options: Any) -> Report:
        return apply_plan(self.plan(routing, **options), self.target(**options))

    def stored(self, tenant: str = "") -> dict[str, Any]:
        status, body = self._call("GET", tenant or self.tenant)
        return yaml.safe_load(body) if status == 200 else {}

    def config(self) -> Any:
        return yaml.safe_load(self.stored()["alertmanager_config"])

    def store(self, config: str) -> None:
        document = yaml.safe_dump({"template_files": {}, "alertmanager_config": config})
        assert self._call("POST", self.tenant, document)[0] == 201

    def _call(self, method: str, tenant: str, body: str | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        try:
            connection.request(method, "/api/v1/alerts", body, {"X-Scope-OrgID": tenant})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(params=["double", *(["real"] if REAL else [])])
def lab(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    values = {"env:SLACK_WEBHOOK_URL": SLACK, "env:SMTP_PASSWORD": PASSWORD}
    for reference, value in values.items():
        monkeypatch.setenv(reference.removeprefix("env:"), value)
    tenant = f"t{uuid.uuid4().hex[:8]}"
    if request.param == "real":
        yield Lab(REAL, tenant, values)
        return
    with running_mimir() as double:
        yield Lab(double.url, tenant, values, double)


def routing(channel: str = "#alerts") -> Routing:
    mail = Email(
        to="ops@example.com",
        smarthost="mail.example.com:587",
        sender="obsdash@example.com",
        username="obsdash",
        password="env:SMTP_PASSWORD",
    )
    slack = Slack(url="env:SLACK_WEBHOOK_URL", channel=channel)
    return Routing(
        routes=[Route("critical", match={"severity": "critical"}, to=[mail, slack])],
        fallback=[slack],
    )


def told(plan: Plan) -> list[str]:
    return [change.text for action in plan.actions for change in action.changes]


def blocked(plan: Plan) -> list[str]:
    return [action.reason for action in plan.actions if isinstance(action, Blocked)]


def test_a_routing_is_stored_with_its_secrets_and_is_then_in_sync(lab: Lab) -> None:
    report = lab.sync(routing())
    assert [type(one) for one in report.outcomes] == [Applied]
    receivers = {one["name"]: one for one in lab.config()["receivers"]}
    assert receivers["critical"]["slack_configs"][0]["api_url"] == SLACK
    assert receivers["critical"]["email_configs"][0]["auth_password"] == PASSWORD
    assert "_file" not in lab.stored()["alertmanager_config"]
    assert not lab.plan(routing()).actions


def test_a_change_is_told_in_the_words_of_any_alertmanager(lab: Lab) -> None:
    lab.sync(routing())
    assert told(lab.plan(routing("#shop"))) == [
        'receiver "default": slack channel "#alerts" → "#shop"',
        'receiver "critical": slack channel "#alerts" → "#shop"',
    ]


def test_a_secret_that_changed_is_named_and_shown_nowhere(lab: Lab) -> None:
    lab.sync(routing())
    lab.values["env:SMTP_PASSWORD"] = "n3w-secret"
    plan = lab.plan(routing())
    assert told(plan) == [
        "differs in secrets, which are not shown:"
        " receivers[critical].email_configs[0].auth_password"
    ]
    report = apply_plan(plan, lab.target())
    assert not lab.plan(routing()).actions
    shown = f"{dump_plans('shop', 'prod', [plan])!r} {plan!r} {report!r}"
    for secret in (SLACK, PASSWORD, "n3w-secret"):
        assert secret not in shown


def test_a_secret_that_is_not_set_here_is_not_compared_but_needed_to_write(lab: Lab) -> None:
    lab.sync(routing())
    del lab.values["env:SMTP_PASSWORD"]
    assert not lab.plan(routing()).actions
    (outcome,) = lab.sync(routing("#shop")).outcomes
    assert isinstance(outcome, Failed)
    assert outcome.reason == "the secret env:SMTP_PASSWORD is not set"


def test_what_mimir_refuses_leaves_the_old_one_and_says_why(lab: Lab) -> None:
    lab.sync(routing())
    before = lab.stored()
    (wanted,) = routing().resources()
    wrong = replace(wanted, spec={**wanted.spec, "route": {"receiver": "absent"}})
    plan = plan_for(lab.target(), [wrong])
    (outcome,) = apply_plan(plan, lab.target()).outcomes
    assert isinstance(outcome, Failed)
    assert 'undefined receiver "absent" used in route' in outcome.reason
    assert outcome.reason.endswith("the old configuration stays")
    assert lab.stored() == before


def test_a_file_that_is_no_secret_of_ours_is_refused_with_the_reason(lab: Lab) -> None:
    wanted = Resource(
        next(iter(routing().resources())).ref,
        {
            "route": {"receiver": "a"},
            "receivers": [{"name": "a", "slack_configs": [{"api_url_file": "/s/x"}]}],
        },
    )
    (outcome,) = apply_plan(plan_for(lab.target(), [wanted]), lab.target()).outcomes
    assert isinstance(outcome, Failed)
    assert "is not allowed" in outcome.reason


def test_a_configuration_of_others_is_left_alone_unless_adopted(lab: Lab) -> None:
    lab.store("route: {receiver: a}\nreceivers: [{name: a}]\n")
    before = lab.stored()
    plan = lab.plan(routing())
    assert blocked(plan) == [
        f"obsdash did not write the configuration of alertmanager {lab.url} tenant {lab.tenant};"
        " --adopt takes it over"
    ]
    assert lab.stored() == before
    lab.sync(routing(), adopt=True)
    assert lab.stored()["alertmanager_config"].startswith("# Written by obsdash for project shop")


def test_a_configuration_of_another_project_is_never_taken(lab: Lab) -> None:
    lab.sync(routing(), project="other")
    plan = lab.plan(routing("#shop"), adopt=True)
    assert "belongs to project other" in blocked(plan)[0]


def test_one_tenant_knows_nothing_of_another(lab: Lab) -> None:
    lab.sync(routing())
    other = f"{lab.tenant}-other"
    assert lab.stored(other) == {}
    lab.sync(routing("#b"), tenant=other)
    assert not lab.plan(routing()).actions


def test_templates_of_a_folder_are_stored_compared_and_used(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "shop.tmpl"
    file.write_text('{{ define "shop" }}Hällo{{ end }}', encoding="utf-8")
    lab.sync(routing(), templates=tmp_path)
    assert lab.stored()["template_files"] == {"shop.tmpl": file.read_text("utf-8")}
    assert lab.config()["templates"] == ["shop.tmpl"]
    assert not lab.plan(routing(), templates=tmp_path).actions
    file.write_text('{{ define "shop" }}Servus{{ end }}', encoding="utf-8")
    (text,) = told(lab.plan(routing(), templates=tmp_path))
    assert text.startswith('template file "shop.tmpl" ')
    assert "Servus" in text


def test_templates_of_others_stay(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "a.tmpl").write_text('{{ define "a" }}x{{ end }}')
    lab.sync(routing(), templates=tmp_path)
    lab.sync(routing("#b"))
    assert list(lab.stored()["template_files"]) == ["a.tmpl"]


def test_what_was_changed_meanwhile_is_not_overwritten(lab: Lab) -> None:
    lab.sync(routing())
    plan = lab.plan(routing("#shop"))
    lab.sync(routing("#other"))
    (outcome,) = apply_plan(plan, lab.target()).outcomes
    assert isinstance(outcome, Refused)


def test_a_rollback_puts_the_old_one_back_with_its_secrets(lab: Lab) -> None:
    lab.sync(routing())
    before = lab.stored()
    plan = lab.plan(routing("#shop"))
    apply_plan(plan, lab.target())
    back = undo_plan(plan, lab.target(), refused=())
    assert [type(one) for one in apply_plan(back, lab.target()).outcomes] == [Applied]
    assert lab.stored() == before


def test_a_write_that_failed_but_was_stored_is_taken_back() -> None:
    with running_mimir() as double:
        values = {"env:SLACK_WEBHOOK_URL": SLACK, "env:SMTP_PASSWORD": PASSWORD}
        lab = Lab(double.url, "t", values, double)
        with pytest.MonkeyPatch.context() as patch:
            for reference, value in values.items():
                patch.setenv(reference.removeprefix("env:"), value)
            lab.sync(routing())
            before = lab.stored()
            double.fails = [500]
            (outcome,) = lab.sync(routing("#shop")).outcomes
    assert isinstance(outcome, Failed)
    assert outcome.reason.endswith("the old configuration is back")
    assert double.stored["t"] == before


def test_an_address_without_the_api_is_no_empty_tenant(lab: Lab) -> None:
    lab.url += "/elsewhere"
    with pytest.raises(TargetError, match="not the configuration of a tenant") as caught:
        lab.plan(routing())
    assert "needs config, the path of its file" in caught.value.help


def test_a_missing_tenant_is_said(lab: Lab) -> None:
    with pytest.raises(TargetError, match="401"):
        lab.plan(routing(), tenant="")
