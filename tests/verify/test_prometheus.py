"""Queries on a real Prometheus."""

import threading
from datetime import timedelta

import pytest

from obsdash.errors import TargetError
from obsdash.http import Client
from obsdash.verify import DataSource, Prometheus, Status, Window
from obsdash.verify.backends import QueryError
from obsdash.verify.model import Answer, Question
from tests.support.servers import Program, canned
from tests.verify.backend import END, WINDOW, dashboard, panel, rules, run, variable

PROM = DataSource("prometheus", "prom")


def ask(prometheus: Program, text: str, kind: str = "range") -> Answer:
    backend = Prometheus(Client(prometheus.url))
    return backend.ask(Question(PROM, kind, text, WINDOW))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["range", "instant"])
def test_a_query_has_the_series_it_has(prometheus: Program, kind: str) -> None:
    assert ask(prometheus, "up", kind) == Answer(2)
    assert ask(prometheus, 'up{job="none"}', kind).empty
    assert ask(prometheus, "never_a_number", kind) == Answer(1, numbers=False)
    assert ask(prometheus, "up / 0", kind).empty
    assert ask(prometheus, "1", kind) == Answer(1)


def test_a_string_is_an_answer(prometheus: Program) -> None:
    assert ask(prometheus, '"text"', "instant") == Answer(1)


def test_a_query_of_thousands_of_characters_is_sent(prometheus: Program) -> None:
    assert ask(prometheus, f'up{{job=~"api|{"x" * 20_000}"}}') == Answer(1)


def test_a_refused_query_is_the_servers_sentence(prometheus: Program) -> None:
    with pytest.raises(QueryError, match="parse error"):
        ask(prometheus, "rate(up[")
    with pytest.raises(QueryError, match=r"many-to-many|duplicate|multiple matches"):
        ask(prometheus, 'up * on() up{job=~".*"}')


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("label_values(up, job)", ("api", "web")),
        ("label_values( up{job='api'},instance )", ("10.0.0.1:9100",)),
        ("label_values(status)", ("200",)),
        ("label_values(up{x=~'a,b'}, job)", ()),
        ("label_names()", ("__name__", "instance", "job", "status")),
        ("metrics(^up)", ("up",)),
        ("metrics(nothing)", ()),
        ("query_result(count(up))", (f"{{}} 2 {int(END.timestamp() * 1000)}",)),
        ('up{job="api"}', ('up{instance="10.0.0.1:9100",job="api"}',)),
        ('series(up{job="api"})', ('up{instance="10.0.0.1:9100",job="api"}',)),
    ],
)
def test_what_variables_ask(prometheus: Program, call: str, found: tuple[str, ...]) -> None:
    assert ask(prometheus, call, "values").values == found


@pytest.mark.parametrize(
    "call", ["label_values(up[, job)", "query_result(up[)", "metrics(()", "label_values()", "{"]
)
def test_what_variables_ask_wrongly_is_the_querys_error(prometheus: Program, call: str) -> None:
    with pytest.raises(QueryError):
        ask(prometheus, call, "values")


@pytest.mark.parametrize(
    ("expr", "missing"),
    [
        ('up{job="none"} == 0', []),
        ("upp == 0", ["metric upp has no series at all"]),
        ("up and gone", ["metric gone has no series at all"]),
        ("absent(gone) and up", []),
        ("(gone or vector(0)) > 5", []),
        ("(rate(gone[5m]) or up) > 5", []),
        ("gone or lost", [f"metric {name} has no series at all" for name in ("gone", "lost")]),
        ("up unless gone", []),
        ("gone unless up", ["metric gone has no series at all"]),
        ('ALERTS{alertstate="firing"}', []),
    ],
)  # fmt: skip
def test_what_an_expression_takes_for_granted_must_exist(
    prometheus: Program, expr: str, missing: list[str]
) -> None:
    assert Prometheus(Client(prometheus.url)).unknown(expr, WINDOW) == missing


def test_a_metric_that_was_there_outside_the_window_only_does_not_exist(
    prometheus: Program,
) -> None:
    later = Window(END + timedelta(days=30), timedelta(hours=1))
    assert Prometheus(Client(prometheus.url)).unknown("up", later)


def test_a_dashboard_and_its_rules_from_end_to_end(prometheus: Program) -> None:
    found = run(
        dashboard(
            panel('rate(requests_total{job=~"$job"}[$__rate_interval])', 'up{job="$job"}'),
            variables=[variable("job", "label_values(up, job)", multi=True, includeAll=True)],
        ),
        rules({"alert": "Down", "expr": "up == 0"}, {"alert": "Typo", "expr": "upp == 0"}),
        backend=Prometheus(Client(prometheus.url)),
    )
    assert [(f.status, f.ok) for f in found] == [
        (Status.DATA, True),
        (Status.DATA, True),
        (Status.EMPTY, False),  # "=" with several values: what Grafana would show, too
        (Status.EMPTY, True),
        (Status.EMPTY, False),
    ]


def test_something_else_than_a_prometheus_is_told_from_one() -> None:
    page = b"<html><title>Welcome</title></html>"
    for answer in ((200, "text/html", page), (200, "application/json", b"{}"), (404, "", b"")):
        with canned(answer) as server, pytest.raises(TargetError) as error:
            Prometheus(Client(server.url)).check()
        assert not isinstance(error.value, QueryError)


def test_a_query_that_takes_too_long_is_that_querys_error() -> None:
    hold = threading.Event()

    def held(asked: object) -> tuple[int, str, bytes]:
        hold.wait(5)
        return 200, "", b""

    with canned(held) as server:
        backend = Prometheus(Client(server.url, timeout=0.1))
        with pytest.raises(QueryError, match="did not answer"):
            backend.ask(Question(PROM, "range", "up", WINDOW))
        hold.set()


@pytest.mark.parametrize(
    "data",
    [b"null", b"[]", b'{"result": 7}', b'{"result": [7, {"values": [[1]]}, {"value": "x"}]}'],
)
def test_an_odd_answer_is_an_empty_one(data: bytes) -> None:
    body = b'{"status": "success", "data": %s}' % data
    with canned((200, "application/json", body)) as server:
        backend = Prometheus(Client(server.url))
        assert backend.ask(Question(PROM, "range", "up", WINDOW)).empty
