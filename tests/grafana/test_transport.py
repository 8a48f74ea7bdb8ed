"""The way to Grafana: every trouble is one sentence, and only what can help is repeated."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from obsdash.errors import TargetError
from obsdash.grafana import GrafanaTarget
from obsdash.grafana.transport import Grafana, connected
from obsdash.grafana.trouble import GrafanaError
from obsdash.http import Auth, Tls
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.grafana.conftest import Lab
from tests.support.servers import Asked, canned, free_port, self_signed, server_tls

SECRET = "glsa_very_secret"
JSON = "application/json"
OK = (200, JSON, b'{"database": "ok", "version": "9.3.2"}')


@contextmanager
def connection(
    url: str, *, auth: Auth | None = None, tls: Tls | None = None, org: int | None = None
) -> Iterator[tuple[Grafana, list[float]]]:
    pauses: list[float] = []
    auth = auth or Auth(token=SECRET)
    with connected(
        url, auth=auth, tls=tls, org=org, timeout=1, connections=4, pause=pauses.append
    ) as api:
        yield api, pauses


def trouble(url: str, tls: Tls | None = None) -> GrafanaError:
    """Return what a read says that cannot succeed."""
    with connection(url, tls=tls) as (api, _), pytest.raises(GrafanaError) as caught:
        api.get("health")
    assert SECRET not in f"{caught.value} {caught.value.help} {caught.value!r}"
    return caught.value


def header(asked: Asked, name: str) -> str:
    return str(asked.headers[name])


# What is sent


def test_a_url_may_have_a_path_with_or_without_a_slash_at_its_end() -> None:
    for path in ("", "/", "/grafana", "/grafana/"):
        with canned(OK) as server, connection(server.url + path) as (api, _):
            api.get("health")
        assert server.asked[0].path == f"{path.rstrip('/')}/api/health"


def test_parts_of_a_path_are_quoted() -> None:
    with canned(OK) as server, connection(server.url) as (api, _):
        api.get("datasources", "uid", "a/b c?d#e%ü")
    assert server.asked[0].path == "/api/datasources/uid/a%2Fb%20c%3Fd%23e%25%C3%BC"


def test_credentials_and_organisation_go_along() -> None:
    with canned(OK) as server, connection(server.url, org=7) as (api, _):
        api.get("health")
    assert header(server.asked[0], "Authorization") == f"Bearer {SECRET}"
    assert header(server.asked[0], "X-Grafana-Org-Id") == "7"
    auth = Auth(user="ada", password="pw")
    with canned(OK) as server, connection(server.url, auth=auth) as (api, _):
        api.get("health")
    assert header(server.asked[0], "Authorization") == "Basic YWRhOnB3"


def test_a_list_in_pages_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("obsdash.grafana.transport.LARGEST_PAGE", 2)
    with GrafanaDouble() as double:
        lab = Lab(double.url, double=double)
        for number in range(5):
            spec = {"uid": f"u{number}", "title": f"t{number}"}
            lab.api("POST", "/dashboards/db", {"dashboard": spec})
        with connection(double.url, auth=Auth(user="admin", password="admin")) as (api, _):
            hits = list(api.pages("search", type="dash-db"))
    assert sorted(hit["uid"] for hit in hits) == ["u0", "u1", "u2", "u3", "u4"]


# What goes wrong, in words


def test_a_dead_server_is_named() -> None:
    port = free_port()
    error = trouble(f"http://127.0.0.1:{port}")
    assert error.message == f"nothing listens at 127.0.0.1:{port}"


def test_a_host_that_does_not_exist_is_named() -> None:
    assert (
        "no-such-host.invalid cannot be resolved" in trouble("http://no-such-host.invalid").message
    )


def test_a_self_signed_certificate_is_refused_until_it_is_given_as_ca(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    with canned(OK, server_tls(cert, key)) as server:
        error = trouble(server.url)
        assert "self-signed certificate" in error.message
        assert "ca = " in error.help
        for tls in (Tls(ca=str(cert)), Tls(verify=False)):
            with connection(server.url, tls=tls) as (api, _):
                assert api.get("health")["version"] == "9.3.2"


def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    context = server_tls(cert, key)
    context.load_verify_locations(cert)
    context.verify_mode = ssl.CERT_REQUIRED
    with canned(OK, context) as server:
        with connection(server.url, tls=Tls(ca=str(cert), cert=str(cert), key=str(key))) as (
            api,
            _,
        ):
            assert api.get("health")
        trouble(server.url, Tls(ca=str(cert)))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            (401, JSON, b'{"message": "invalid API key"}'),
            "refuses our credentials (401): invalid API",
        ),
        ((403, JSON, b'{"message": "Permissions needed: x"}'), "(403): Permissions needed: x"),
        ((404, "text/html", b"<title>Not here</title>"), "does not exist (404)"),
        (
            (502, "text/html", b"<title>Bad Gateway</title>"),
            "is behind a proxy that gets no answer",
        ),
        ((200, "text/html", b"<title>Sign in</title>"), "answered a login page"),
        ((200, "text/html", b"<title>Welcome</title>"), "answered a web page (“Welcome”)"),
        ((200, JSON, b'{"database": '), "broke off half-way"),
        ((200, "text/plain", b"pong"), "answered something that is not JSON"),
    ],
)
def test_an_answer_that_is_no_answer_is_explained(
    answer: tuple[int, str, bytes], words: str
) -> None:
    with canned(answer) as server:
        assert words in trouble(server.url).message


def test_a_redirect_is_not_followed_and_says_where_to() -> None:
    moved = {"status": 301, "headers": {"Location": "https://grafana.example.com/"}}
    with canned(lambda asked: moved) as server:
        assert "redirects to https://grafana.example.com/" in trouble(server.url).message
    login = {"status": 302, "headers": {"Location": "https://sso.example.com/login?next=x"}}
    with canned(lambda asked: login) as server:
        assert "asks for a login" in trouble(server.url).message
        assert {asked.method for asked in server.asked} == {"GET"}


def test_an_answer_that_does_not_come_is_a_sentence_too() -> None:
    with canned(OK) as server, GrafanaDouble() as double:
        double.faults = dict.fromkeys(range(1, 9), Fault.TIMEOUT)
        assert "did not answer within 1 s" in trouble(double.url).message
        double.faults = dict.fromkeys(range(1, 99), Fault.RESET)
        assert "closed the connection" in trouble(double.url).message
        assert server.asked == []


def test_what_is_no_address_is_refused_without_repeating_credentials() -> None:
    for url in ("grafana:3000", "ftp://grafana", "http://", f"http://u:{SECRET}@grafana"):
        with pytest.raises(TargetError) as caught, connection(url):
            pass
        assert SECRET not in caught.value.message


def test_a_server_that_is_no_grafana_is_told_apart() -> None:
    with canned((200, JSON, b'{"status": "success"}')) as server, pytest.raises(TargetError) as e:
        GrafanaTarget(server.url, project="shop").read([])
    assert "does not answer as a Grafana" in e.value.message


# What is repeated


def failing(times: int, answer: dict[str, Any]) -> Callable[[Asked], Any]:
    """Return a server's function that fails some times, and then works."""
    count = iter(range(1, 100))
    return lambda asked: answer if next(count) <= times else OK


def test_a_read_is_repeated_when_that_can_help() -> None:
    for status in (429, 500, 502, 503, 504):
        with (
            canned(failing(2, {"status": status, "body": b"{}"})) as server,
            connection(server.url) as (api, pauses),
        ):
            assert api.get("health")
        assert len(server.asked) == 3
        assert pauses == [0.25, 0.5]


def test_a_read_is_not_repeated_when_the_answer_is_no() -> None:
    for status in (400, 401, 403, 404, 409, 412):
        with (
            canned(failing(1, {"status": status, "body": b"{}"})) as server,
            connection(server.url) as (api, _),
            pytest.raises(GrafanaError),
        ):
            api.get("health")
        assert len(server.asked) == 1


def test_credentials_that_were_right_a_moment_ago_are_tried_again() -> None:
    """A locked SQLite answers 401, too."""
    refused = {"status": 401, "body": b"{}"}
    answers: Iterator[Any] = iter([OK, refused, OK, refused, refused, refused, refused])
    with canned(lambda asked: next(answers)) as server, connection(server.url) as (api, pauses):
        assert api.get("folders")
        assert api.post("folders", body={})
        for asked in (6, 7):
            with pytest.raises(GrafanaError):
                api.get("folders")
            assert len(server.asked) == asked
    assert pauses == [0.25, 0.25, 0.5]


def test_the_server_says_how_long_to_wait() -> None:
    busy = {"status": 429, "headers": {"Retry-After": "7"}, "body": b"{}"}
    with canned(failing(1, busy)) as server, connection(server.url) as (api, pauses):
        assert api.post("folders", body={})
    assert pauses == [7.0]
    busy["headers"] = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    with canned(failing(1, busy)) as server, connection(server.url) as (api, pauses):
        assert api.get("health")
    assert pauses == [0.25]


def test_a_write_is_repeated_only_when_it_was_not_carried_out_for_sure() -> None:
    for status in (429, 503):
        with (
            canned(failing(1, {"status": status, "body": b"{}"})) as server,
            connection(server.url) as (api, _),
        ):
            api.put("folders", "a", body={"title": "b"})
        assert len(server.asked) == 2
    for status in (400, 412, 500, 502, 504):
        with (
            canned(failing(1, {"status": status, "body": b"{}"})) as server,
            connection(server.url) as (api, _),
            pytest.raises(GrafanaError) as caught,
        ):
            api.put("folders", "a", body={"title": "b"})
        assert len(server.asked) == 1
        assert caught.value.unclear == (status >= 500)


def test_when_nobody_answers_the_rest_of_the_calls_do_not_wait() -> None:
    with connection(f"http://127.0.0.1:{free_port()}") as (api, pauses):
        for _ in range(5):
            with pytest.raises(GrafanaError):
                api.get("health")
    assert pauses == [0.25, 0.5]


def test_many_threads_share_one_connection_pool() -> None:
    with canned(OK) as server, connection(server.url) as (api, _):
        threads = [threading.Thread(target=api.get, args=("health",)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.asked) == 16


def test_a_closed_connection_is_opened_anew() -> None:
    """A server, or a proxy, closes a connection that was idle."""
    answer = json.dumps({"database": "ok"}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(answer)}\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for _ in range(2):
                peer, _ = listening.accept()
                peer.recv(65536)
                peer.sendall(head.encode() + answer)
                peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        with connection(f"http://127.0.0.1:{listening.getsockname()[1]}") as (api, _):
            assert api.get("health")
            assert api.get("health")
        thread.join()
