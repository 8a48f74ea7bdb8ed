"""Queries on a Loki, played by a small server with the answers of a real one."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from obsdash.errors import TargetError
from obsdash.http import Client
from obsdash.verify import DataSource, Loki
from obsdash.verify.backends import QueryError
from obsdash.verify.model import Answer, Question
from tests.support.servers import Asked, Canned, canned
from tests.verify.backend import END, WINDOW

LOKI = DataSource("loki", "logs")
STREAM = {"stream": {"app": "api"}, "values": [["1714564800000000000", "a line"]]}
SERIES = {"metric": {"app": "api"}, "values": [[1714564800, "3"]]}
RESULTS: dict[str, dict[str, Any]] = {
    '{app="api"}': {"resultType": "streams", "result": [STREAM]},
    '{app="none"}': {"resultType": "streams", "result": []},
    'rate({app="api"}[1m])': {"resultType": "matrix", "result": [SERIES]},
}


def _answer(asked: Asked) -> tuple[int, str, bytes]:
    parts = urlsplit(asked.path)
    query = parse_qs(parts.query)
    found: Any
    match parts.path.removeprefix("/loki/api/v1/").split("/"):
        case ["labels"]:
            found = ["app", "level"]
        case ["label", name, "values"]:
            found = [f"{name} in {query.get('query', ['everything'])[0]}"]
        case ["query" | "query_range"]:
            text = query["query"][0]
            if text not in RESULTS:
                return 400, "text/plain", b"parse error at line 1, col 2: syntax error"
            found = RESULTS[text]
        case _:
            return 404, "text/plain", b"404 page not found"
    return 200, "application/json", json.dumps({"status": "success", "data": found}).encode()


@pytest.fixture
def loki() -> Iterator[Canned]:
    with canned(_answer) as server:
        yield server


def ask(loki: Canned, text: str, kind: str = "range") -> Answer:
    return Loki(Client(loki.url)).ask(Question(LOKI, kind, text, WINDOW))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["range", "instant"])
def test_lines_and_series_are_data(loki: Canned, kind: str) -> None:
    assert ask(loki, '{app="api"}', kind) == Answer(1)
    assert ask(loki, 'rate({app="api"}[1m])', kind) == Answer(1)
    assert ask(loki, '{app="none"}', kind).empty


def test_times_are_nanoseconds(loki: Canned) -> None:
    ask(loki, '{app="api"}')
    query = parse_qs(urlsplit(loki.asked[-1].path).query)
    assert query["end"] == [f"{END.timestamp():.0f}000000000"]
    assert query["step"] == ["15"]


def test_a_refused_query_is_the_servers_sentence(loki: Canned) -> None:
    with pytest.raises(QueryError, match="syntax error"):
        ask(loki, "{")


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("label_names()", ("app", "level")),
        ("label_values(app)", ("app in everything",)),
        ('label_values({level="error", x=~"a,b"}, app)', ('app in {level="error", x=~"a,b"}',)),
    ],
)
def test_what_variables_ask(loki: Canned, call: str, found: tuple[str, ...]) -> None:
    assert ask(loki, call, "values").values == found


def test_what_loki_has_no_call_for_is_the_variables_error(loki: Canned) -> None:
    with pytest.raises(QueryError, match=r"none of label_names\(\), label_values"):
        ask(loki, "query_result(up)", "values")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ('{app="none", level=~"a|b"} |= "x"', []),
        ('{ap="none"}', ["no stream has a label ap"]),
        ('sum(rate({app="a", text="{b=\\"c\\"}"}[1m]))', ["no stream has a label text"]),
        ('{app=`x`} | json | line_format "{{.msg}}"', []),
    ],
)
def test_labels_that_no_stream_has_are_named(loki: Canned, text: str, missing: list[str]) -> None:
    assert Loki(Client(loki.url)).unknown(text, WINDOW) == missing


def test_something_else_than_a_loki_is_told_from_one(loki: Canned) -> None:
    Loki(Client(loki.url)).check()
    with canned((200, "application/json", b'{"data": 1}')) as server, pytest.raises(TargetError):
        Loki(Client(server.url)).check()
    with pytest.raises(TargetError):
        Loki(Client(f"{loki.url}/elsewhere")).check()


def test_a_loki_without_labels_says_nothing_of_data() -> None:
    with canned((200, "application/json", b'{"status": "success"}')) as server:
        Loki(Client(server.url)).check()
        assert Loki(Client(server.url)).ask(
            Question(LOKI, "values", "label_names()", WINDOW)
        ) == Answer(0)
