"""No secret leaves obsdash but to the server that it is for, whatever is run and whatever fails."""

import base64
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.cli.shell import Said, obsdash, settings, write
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.doubles.grafana.answers import Answer, Call, User

TOKEN = "glsa_S3nt/nel+1=token"
SECRETS = {
    "GRAFANA_TOKEN": TOKEN,
    "ORDERS_PASSWORD": "S3nt/nel+2=&pass wörd",
    "ORDERS_HEADER": "S3nt/nel+3='\"<header>",
    "SLACK_URL": "https://hooks.example.com/S3nt/nel+4?x=1&y=2",
    "MAIL_PASSWORD": "S3nt/nel+5%mail\\word",
}
FILE_SECRET = "S3nt/nel+6#file"

DATASOURCES = """
from obsdash.author import PostgresSource, PrometheusSource

orders = PostgresSource(
    "orders", "db:5432", user="ada", database="shop", secrets={"password": "env:ORDERS_PASSWORD"}
)
metrics = PrometheusSource(
    "metrics",
    "http://127.0.0.1:9",
    json_data={"httpHeaderName1": "X-Shop"},
    secrets={"httpHeaderValue1": "env:ORDERS_HEADER", "basicAuthPassword": "file:FILE"},
)
"""
DASHBOARDS = """
from obsdash.author import Dashboard, LibraryPanel, Prometheus, Stat

up = LibraryPanel(
    "Up",
    Stat("Up", Prometheus("up"), datasource={"type": "prometheus", "uid": "metrics"}),
    uid="up",
)
shop = Dashboard("Shop", uid="shop", panels=[up], folder="Shop")
"""
ROUTING = """
from obsdash.author import Alert, Email, Route, Routing, RuleGroup, Slack

slack = Slack(url="env:SLACK_URL", channel="#shop")
mail = Email(
    to="ops@example.com", smarthost="mail:25", sender="a@example.com",
    username="a", password="env:MAIL_PASSWORD",
)
routing = Routing(
    routes=[Route("critical", match={"severity": "critical"}, to=[slack])],
    fallback=[mail],
    secrets_dir="/run/secrets",
)
group = RuleGroup(
    "api", [Alert("Down", expr="up == 0", for_="1m", severity="critical", summary="It is down")]
)
"""


def forms(secret: str) -> set[str]:
    """Return how a secret may be written: in JSON, in a URL, in HTML, in base64 at any offset."""
    raw = secret.encode()
    shifted = [base64.b64encode(b"x" * n + raw + b"x" * ((3 - n - len(raw)) % 3)) for n in range(3)]
    encoded = {one.decode()[4:-4] for one in shifted}  # without what the neighbours decide
    encoded |= {one.replace("+", "-").replace("/", "_") for one in encoded}
    written = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escape(secret)} | (
        encoded | written
    )


def leaks(text: str) -> list[str]:
    """Return which secrets stand in a text, in which form."""
    every = {**SECRETS, "FILE": FILE_SECRET}
    return [
        f"{name}: {form}" for name, value in every.items() for form in forms(value) if form in text
    ]


@pytest.fixture
def grafana(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GrafanaDouble]:
    """A Grafana that knows the token, and a project of all kinds in the current folder."""
    with GrafanaDouble("12.3.1") as double:
        double.store.tokens[TOKEN] = User("sa", "Admin", server_admin=True)
        (tmp_path / "vault").mkdir()
        secret = tmp_path / "vault" / "secret"
        secret.write_text(FILE_SECRET)
        project = tmp_path / "project"
        target = f'url = "{double.url}", token = "env:GRAFANA_TOKEN", routing = true'
        write(
            project,
            {
                "pyproject.toml": settings(
                    f'{{ type = "grafana", {target}, rules_folder = "Alerts" }}',
                    '{ type = "directory", path = "build/local" }',
                ),
                "datasources/all.py": DATASOURCES.replace("file:FILE", f"file:{secret}"),
                "dashboards/shop.py": DASHBOARDS,
                "alerts/routing.py": ROUTING,
            },
        )
        monkeypatch.chdir(project)
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        yield double


COMMANDS = (
    ["config"],
    ["config", "--format", "json"],
    ["build"],
    ["diff", "--out", "plan.json", "--json", "shown.json", "--markdown", "plan.md", "--noise"],
    ["diff", "--format", "json"],
    ["sync", "--plan", "plan.json"],
    ["diff", "--exit-code"],
    ["diff", "--rotate-secrets", "--out", "rotation.json", "--format", "json"],
    ["sync", "--plan", "rotation.json", "--format", "json"],
    ["sync", "--rotate-secrets", "--bulk"],
    ["history"],
    ["history", "--format", "json"],
    ["verify", "--format", "json"],
    ["verify", "-v"],
    ["rollback", "last", "--dry-run"],
)


def everything(said: Said, root: Path) -> str:
    files = [file for file in root.rglob("*") if file.is_file()]
    return said.everything + "".join(file.read_text("utf-8", "replace") for file in files)


def test_no_command_writes_or_prints_a_secret(grafana: GrafanaDouble, tmp_path: Path) -> None:
    root = tmp_path / "project"
    for command in COMMANDS:
        said = obsdash(*command)
        assert said.code in (0, 1), (command, said.everything)
        assert leaks(everything(said, root)) == [], command
    names = {file.name for file in root.rglob("*")}
    assert {"plan.json", "rotation.json", "shown.json", "plan.md", "obsdash.yaml"} <= names
    stored = repr({uid: source.secrets for uid, source in grafana.store.datasources.items()})
    assert repr(SECRETS["ORDERS_PASSWORD"]) in stored
    assert FILE_SECRET in stored
    assert obsdash("rollback", "last").code == 0
    first = obsdash("history", "--format", "json").out
    assert leaks(everything(obsdash("rollback", json.loads(first)["runs"][-1]["run"]), root)) == []


@pytest.mark.parametrize(
    "fault", [Fault.LOST, Fault.INTERNAL, Fault.FORBIDDEN, Fault.HALF, Fault.LOGIN_PAGE, "echo"]
)
def test_no_failure_tells_a_secret(
    grafana: GrafanaDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault | str
) -> None:
    if isinstance(fault, Fault):

        def broken(method: str, path: str) -> None:
            if method != "GET":
                grafana.faults[len(grafana.calls)] = fault

        grafana.before = broken
    else:
        real = grafana.answer

        def echoing(call: Call, authorization: str) -> Answer:
            held = (
                call.body.get("secureJsonData") or call.body.get("settings") if call.body else None
            )
            if not held:
                return real(call, authorization)
            return Answer(400, {"message": f"cannot use {json.dumps(held)}"})

        monkeypatch.setattr(grafana, "answer", echoing)
    monkeypatch.setattr("obsdash.grafana.write.BACKOFF", 0.0)
    monkeypatch.setattr("obsdash.grafana.transport.BACKOFF", 0.0)
    said = obsdash("sync")
    assert ("failed" in said.everything) is (fault not in (Fault.LOST, Fault.HALF))
    assert leaks(everything(said, tmp_path / "project")) == []
    assert leaks(everything(obsdash("history"), tmp_path / "project")) == []


def test_the_forms_are_found() -> None:
    secret = SECRETS["ORDERS_PASSWORD"]
    for text in (
        json.dumps({"a": secret}),
        base64.b64encode(f"ada:{secret}".encode()).decode(),
        f"http://x/?p={quote_plus(secret)}&q=1",
        f"<b>{escape(secret)}</b>",
    ):
        assert leaks(text), text
    assert leaks("env:ORDERS_PASSWORD") == []
