"""Queries on a Loki: the double's answers and those of a real one are judged alike."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from obsdash.errors import TargetError
from obsdash.http import Client
from obsdash.verify import DataSource, Loki, Window
from obsdash.verify.backends import QueryError
from obsdash.verify.model import Answer, Question
from tests.support.servers import canned, free_port, running
from tests.verify.backend import END, WINDOW
from tests.verify.loki import CONFIG, STREAMS, loki

LOKI = DataSource("loki", "logs")
REAL = os.environ.get("OBSDASH_TEST_LOKI", "")  # the program


@pytest.fixture(scope="module", params=["double", *([REAL] if REAL else [])])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """Return a client of a Loki with the lines of the double."""
    if request.param == "double":
        with canned(loki) as server:
            yield Client(server.url)
        return
    folder, port = tmp_path_factory.mktemp("loki"), free_port()
    config = folder / "loki.yaml"
    config.write_text(CONFIG.format(port=port, grpc=free_port(), folder=folder))
    command = [REAL, f"-config.file={config}"]
    with running(command, port, "/ready", folder / "loki.log") as started:
        client = Client(started.url)
        now = str(time.time_ns())
        streams = [{"stream": s, "values": [[now, line] for line in lines]} for s, lines in STREAMS]
        response = client.request("POST", "/loki/api/v1/push", json={"streams": streams})
        assert response.status == 204
        yield client


def ask(client: Client, text: str, kind: str = "range") -> Answer:
    window = Window(datetime.now(UTC) + timedelta(seconds=1), timedelta(hours=1))
    return Loki(client).ask(Question(LOKI, kind, text, window))  # type: ignore[arg-type]


def test_lines_are_data_and_none_are_not(client: Client) -> None:
    assert ask(client, '{app="api"}') == Answer(1)
    assert ask(client, '{app="none"}').empty


@pytest.mark.parametrize("kind", ["range", "instant"])
def test_series_made_of_lines_are_data_and_none_are_not(client: Client, kind: str) -> None:
    assert ask(client, 'sum(count_over_time({app=~".+"}[30m]))', kind) == Answer(1)
    assert ask(client, 'sum(count_over_time({app="none"}[30m]))', kind).empty


def test_a_refused_query_is_the_servers_sentence(client: Client) -> None:
    with pytest.raises(QueryError, match="syntax error"):
        ask(client, "{")


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("label_values(app)", ("api", "web")),
        ('label_values({level="error", app=~"web|,"}, app)', ("web",)),
        ("label_values(nothing)", ()),
    ],
)
def test_what_variables_ask(client: Client, call: str, found: tuple[str, ...]) -> None:
    assert ask(client, call, "values").values == found


def test_the_names_of_labels_can_be_asked_for(client: Client) -> None:
    assert {"app", "level"} <= set(ask(client, "label_names()", "values").values)


def test_what_loki_has_no_call_for_is_the_variables_error(client: Client) -> None:
    with pytest.raises(QueryError, match=r"none of label_names\(\), label_values"):
        ask(client, "query_result(up)", "values")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ('{app="none", level=~"a|b"} |= "x"', []),
        ('{ap="none"}', ["no stream has a label ap"]),
        ('sum(rate({app="a", text="{b=\\"c\\"}"}[1m]))', ["no stream has a label text"]),
        ('{app=`x`} | json | line_format "{{.msg}}"', []),
    ],
)
def test_labels_that_no_stream_has_are_named(client: Client, text: str, missing: list[str]) -> None:
    window = Window(datetime.now(UTC) + timedelta(seconds=1), timedelta(hours=1))
    assert Loki(client).unknown(text, window) == missing


def test_a_loki_is_told_from_something_else(client: Client) -> None:
    Loki(client).check()
    with canned((200, "application/json", b'{"data": 1}')) as server, pytest.raises(TargetError):
        Loki(Client(server.url)).check()
    with pytest.raises(TargetError):
        Loki(Client(f"{client.url}/elsewhere")).check()


def test_times_are_nanoseconds_and_steps_seconds() -> None:
    with canned(loki) as server:
        Loki(Client(server.url)).ask(Question(LOKI, "range", '{app="api"}', WINDOW))
        query = parse_qs(urlsplit(server.asked[-1].path).query)
    assert query["end"] == [f"{END.timestamp():.0f}000000000"]
    assert query["step"] == ["15"]
