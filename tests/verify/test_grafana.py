"""Queries through a Grafana: the double's answers and those of real ones are judged alike."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from obsdash.errors import TargetError
from obsdash.http import Auth, Client
from obsdash.verify import (
    Backend,
    DataSource,
    Finding,
    Prometheus,
    Status,
    ThroughGrafana,
    grafana_sources,
    proxy_path,
)
from tests.support.servers import Asked, Program, canned, grafana_programs, running_grafana
from tests.verify.backend import dashboard, panel, rules, run, variable
from tests.verify.grafana import SOURCES, grafana

ADMIN = Auth(user="admin", password="admin")


@pytest.fixture(scope="module", params=["double", *grafana_programs()])
def url(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    prometheus: Program,
) -> Iterator[str]:
    """Return the address of a Grafana with the sources of the double."""
    if request.param == "double":
        with canned(grafana) as server:
            yield server.url
        return
    folder = tmp_path_factory.mktemp("grafana")
    with running_grafana(request.param, folder) as started:
        for source in SOURCES:
            _create(Client(started.url, auth=ADMIN), source, prometheus.url)
        yield started.url


def _create(client: Client, source: dict[str, Any], prometheus: str) -> None:
    address = prometheus if source["uid"] == "prom" else "http://127.0.0.1:9"
    body = {**source, "access": "proxy", "url": address}
    assert client.request("POST", "/api/datasources", json=body).status == 200


def checked(url: str, *resources: Any) -> list[Finding]:
    client = Client(url, auth=ADMIN)

    def through(source: DataSource) -> Backend:
        direct = source.type == "prometheus"
        proxy = Client(url + proxy_path(source), auth=ADMIN)
        return made.setdefault(
            source.uid, ThroughGrafana(client, source, Prometheus(proxy) if direct else None)
        )

    made: dict[str, Backend] = {}
    sources = grafana_sources(client)
    found = run(*resources, backend=None, sources=sources, through=through, named={})  # type: ignore[arg-type]
    return list(found)


def one(url: str, *targets: dict[str, Any], uid: str = "prom", kind: str = "prometheus") -> Finding:
    shown = panel(source={"type": kind, "uid": uid}, targets=list(targets))
    (finding,) = checked(url, dashboard({**shown, "targets": list(targets)}))
    return finding


@pytest.mark.parametrize("instant", [False, True])
@pytest.mark.parametrize(
    ("expr", "status", "reason"),
    [
        ('up{job="api"}', Status.DATA, ""),
        ("nothing_here", Status.EMPTY, "no data"),
        ("never_a_number", Status.EMPTY, "only NaN"),
    ],
)
def test_prometheus_through_grafana(
    url: str, expr: str, status: Status, reason: str, instant: bool
) -> None:
    finding = one(url, {"refId": "Q", "expr": expr, "instant": instant})
    assert (finding.status, finding.reason) == (status, reason)


def test_a_refused_query_is_the_servers_sentence(url: str) -> None:
    finding = one(url, {"refId": "Q", "expr": "rate(up["})
    assert finding.status is Status.ERROR
    assert "parse error" in finding.reason


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ("random_walk", Status.DATA),
        ("no_data_points", Status.EMPTY),
        ("server_error_500", Status.ERROR),
    ],
)
def test_data_sources_that_only_grafana_speaks(url: str, scenario: str, status: Status) -> None:
    finding = one(url, {"refId": "A", "scenarioId": scenario}, uid="test", kind="testdata")
    assert finding.status is status


def test_variables_and_rules_go_the_same_way(url: str) -> None:
    found = dashboard(
        panel('up{job=~"$job"}'),
        variables=[variable("job", "label_values(up, job)", includeAll=True, multi=True)],
    )
    filled, shown, alert = checked(url, found, rules({"alert": "A", "expr": "nothing_here > 5"}))
    assert (filled.status, shown.ran) == (Status.DATA, 'up{job=~"(api|web)"}')
    assert (alert.status, alert.ok) == (Status.EMPTY, "metric" not in alert.reason)


def test_a_data_source_that_does_not_answer_is_one_error(url: str) -> None:
    first, second = checked(url, dashboard(panel("up", "down", source={"uid": "dead"})))
    assert first.reason.startswith("data source dead gives Grafana no answer (502")
    assert second.status is Status.SKIPPED


def test_a_data_source_that_only_browsers_ask_is_skipped(url: str) -> None:
    finding = one(url, {"refId": "A", "query": "x"}, uid="am", kind="alertmanager")
    assert finding.status is Status.SKIPPED
    assert finding.reason == "alertmanager is asked by the browser only"


def test_a_plugin_that_is_not_there_is_an_error(url: str) -> None:
    finding = one(url, {"refId": "A", "query": "x"}, uid="odd", kind="no-plugin")
    assert (finding.status, finding.reason) == (
        Status.ERROR,
        "this Grafana has no plugin no-plugin",
    )


def test_the_data_sources_are_grafanas(url: str) -> None:
    found = grafana_sources(Client(url, auth=ADMIN)) or ()
    assert {(s.uid, s.name, s.default) for s in found} == {
        (s["uid"], s["name"], s["isDefault"]) for s in SOURCES
    }


def test_wrong_credentials_are_one_sentence(url: str) -> None:
    with pytest.raises(TargetError, match="401"):
        grafana_sources(Client(url))
    client = Client(url)
    source = DataSource("testdata", "test")
    with pytest.raises(TargetError, match="401"):
        run(
            dashboard(panel("x", source={"type": "testdata", "uid": "test"})),
            backend=ThroughGrafana(client, source, None),
            named={"testdata": ThroughGrafana(client, source, None)},
        )


def test_a_data_source_that_answers_too_late_does_not_end_the_run() -> None:
    hold = threading.Event()

    def held(asked: Asked) -> tuple[int, str, bytes]:
        hold.wait(30)
        return 502, "", b""

    source = DataSource("prometheus", "prom")
    with canned(held) as server:
        client = Client(server.url, timeout=0.1)
        backend = ThroughGrafana(client, source, Prometheus(client))
        (finding,) = run(dashboard(panel("up")), backend=backend)
        hold.set()
    assert finding.reason == "data source prom gives Grafana no answer (too late)"


def test_who_may_not_list_the_data_sources_gets_none() -> None:
    with canned((403, "application/json", b'{"message": "Access denied"}')) as server:
        assert grafana_sources(Client(server.url)) is None


@pytest.mark.parametrize(
    "answer", [(502, "text/html", b"<html>Bad Gateway</html>"), (200, "application/json", b"[]")]
)
def test_an_answer_that_is_not_grafanas_ends_the_run(answer: tuple[int, str, bytes]) -> None:
    source = DataSource("testdata", "test")
    with canned(answer) as server:
        backend = ThroughGrafana(Client(server.url), source, None)
        with pytest.raises(TargetError):
            run(
                dashboard(panel("x", source={"type": "testdata", "uid": "test"})),
                backend=backend,
                named={"testdata": backend},
            )


def test_recorded_answers_of_grafana_9_3_2_are_understood() -> None:
    file = Path(__file__).parents[3] / "shared/recordings/grafana-9.3.2/query.json"
    if not file.is_file():
        pytest.skip("no recordings here")
    calls = [c for c in json.loads(file.read_text())["calls"] if c["path"] == "/api/ds/query"]
    statuses = []
    for call in calls:
        body = json.dumps(call["response"]).encode()
        with canned((call["status"], "application/json", body)) as server:
            backend = ThroughGrafana(Client(server.url), DataSource("testdata", "t"), None)
            (finding,) = run(
                dashboard(panel("x", source={"type": "testdata", "uid": "t"})),
                backend=backend,
                named={"testdata": backend},
            )
            statuses.append(str(finding.status))
    assert len(calls) > 20
    assert set(statuses) == {"data", "empty", "error"}
