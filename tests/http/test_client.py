"""The HTTP client against real servers on loopback."""

import gzip
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from obsdash.errors import TargetError
from obsdash.http import AnswerError, Auth, Client, Tls, UnreachedError, success
from tests.support.servers import Asked, canned, free_port, self_signed, server_tls

JSON = "application/json"
OK = (200, JSON, b'{"status":"success","data":[1]}')


def test_get_sends_parameters_and_decodes_the_answer() -> None:
    with canned(OK) as server, Client(server.url) as client:
        answer = client.get_json("/api/v1/query", {"query": "up == 0", "match[]": ["a", "b"]})
    assert success(answer, server.url) == [1]
    assert server.asked[0].path == "/api/v1/query?query=up+%3D%3D+0&match%5B%5D=a&match%5B%5D=b"


def test_post_sends_a_form() -> None:
    with canned(OK) as server, Client(server.url) as client:
        client.post_form_json("/api/v1/query", {"query": "up{a='ü'}"})
    asked = server.asked[0]
    assert (asked.method, asked.body) == ("POST", b"query=up%7Ba%3D%27%C3%BC%27%7D")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_post_of_nothing_returns_any_status() -> None:
    with canned((500, "text/plain", b"no")) as server, Client(server.url) as client:
        answer = client.post("/-/reload")
    assert (answer.status, answer.text) == (500, "no")
    assert server.asked[0].headers["Content-Length"] == "0"


def test_the_path_prefix_of_the_url_is_kept() -> None:
    with canned(OK) as server, Client(f"{server.url}/prom/") as client:
        client.get_json("/api/v1/rules")
    assert server.asked[0].path == "/prom/api/v1/rules"


def test_connections_are_kept_and_used_again() -> None:
    ports: set[tuple[int, int]] = set()

    def ask() -> None:
        for _ in range(5):
            client.get_json("/")

    with canned(OK) as server, Client(server.url) as client:
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ports = {(id(c), c.sock.getsockname()[1]) for c in client._opened if c.sock}
    assert len(server.asked) == 20
    assert 1 <= len(ports) <= 4


def test_a_kept_connection_that_the_server_closed_is_opened_anew() -> None:
    closing = {"status": 200, "body": b"{}", "close": True}
    with canned(lambda _: closing) as server, Client(server.url) as client:
        assert client.get_json("/a") == {}
        assert client.get_json("/b") == {}


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        (Auth(token="t0ken"), "Bearer t0ken"),
        (Auth(user="ada", password="pass"), "Basic YWRhOnBhc3M="),
    ],
)
def test_credentials_are_sent_as_a_header(auth: Auth, header: str) -> None:
    with canned(OK) as server, Client(server.url, auth=auth) as client:
        client.get_json("/")
    assert server.asked[0].headers["Authorization"] == header


def test_credentials_are_not_in_a_repr() -> None:
    assert "s3cret" not in repr(Auth(token="s3cret")) + repr(Auth(user="s3cret", password="s3cret"))


def test_a_redirect_is_not_followed_and_names_its_end() -> None:
    with canned(OK) as other:
        away = {"status": 302, "headers": {"Location": f"{other.url}/x?token=s3cret"}}
        with (
            canned(lambda _: away) as server,
            Client(server.url, auth=Auth(token="s3cret")) as client,
            pytest.raises(AnswerError) as caught,
        ):
            client.get_json("/")
    assert f"redirects to {other.url}/x" in caught.value.message
    assert "s3cret" not in caught.value.message
    assert other.asked == []


def test_a_loopback_server_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with canned(OK) as server, Client(server.url) as client:
        assert client.get_json("/")


def test_another_server_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with canned(OK) as proxy:
        monkeypatch.setenv("http_proxy", f"http://ada:pass@127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        with Client("http://prometheus.invalid:9090") as client:
            client.get_json("/api/v1/rules")
    asked = proxy.asked[0]
    assert asked.path == "http://prometheus.invalid:9090/api/v1/rules"
    assert asked.headers["Proxy-Authorization"] == "Basic YWRhOnBhc3M="


def test_no_proxy_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    with canned(OK) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "prometheus.invalid")
        with pytest.raises(TargetError), Client("http://prometheus.invalid:9090") as client:
            client.get_json("/")
    assert proxy.asked == []


def test_a_self_signed_certificate_is_refused_with_the_remedy_and_taken_with_it(
    tmp_path: Path,
) -> None:
    cert, key = self_signed(tmp_path)
    with canned(OK, tls=server_tls(cert, key)) as server:
        with Client(server.url) as client, pytest.raises(TargetError) as caught:
            client.get_json("/")
        assert "self-signed certificate" in caught.value.message
        assert "set ca =" in caught.value.help
        with Client(server.url, tls=Tls(ca=str(cert))) as client:
            assert client.get_json("/")
        with Client(server.url, tls=Tls(verify=False)) as client:
            assert client.get_json("/")


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path, host="example.com")
    with (
        canned(OK, tls=server_tls(cert, key)) as server,
        Client(server.url, tls=Tls(ca=str(cert))) as client,
        pytest.raises(TargetError, match="is for another name"),
    ):
        client.get_json("/")


def test_https_towards_a_plain_server_says_so() -> None:
    with (
        canned(OK) as server,
        Client(server.url.replace("http:", "https:")) as client,
        pytest.raises(TargetError, match=r"no TLS connection to 127\.0\.0\.1"),
    ):
        client.get_json("/")


def test_files_of_tls_that_cannot_be_loaded_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    empty = str(tmp_path / "empty.pem")
    for tls in (Tls(ca="absent.pem"), Tls(ca=empty), Tls(cert=empty)):
        with pytest.raises(TargetError, match=r"(ca|cert) = '.*\.pem' cannot be loaded"):
            Client("https://127.0.0.1", tls=tls)


def test_a_server_that_is_down_is_named() -> None:
    port = free_port()
    with Client(f"http://127.0.0.1:{port}") as client, pytest.raises(TargetError) as caught:
        client.get_json("/api/v1/rules")
    assert caught.value.message == f"nothing listens at 127.0.0.1:{port}"


def test_an_unknown_host_is_named() -> None:
    with (
        Client("http://prometheus.invalid") as client,
        pytest.raises(TargetError, match=r"host name prometheus\.invalid cannot be resolved"),
    ):
        client.get_json("/")


def test_a_server_that_hangs_is_given_up() -> None:
    release = threading.Event()

    def hang(_: Asked) -> tuple[int, str, bytes]:
        release.wait(10)
        return OK

    with canned(hang) as server, Client(server.url, timeout=0.1) as client:
        with pytest.raises(TargetError, match=r"did not answer within 0\.1 s"):
            client.get_json("/")
        release.set()


def test_half_an_answer_is_none() -> None:
    half = {"status": 200, "body": b'{"status":', "cut": 100}
    with (
        canned(lambda _: half) as server,
        Client(server.url) as client,
        pytest.raises(TargetError, match="broke off half-way"),
    ):
        client.get_json("/")


def test_a_zipped_answer_is_read_and_a_broken_one_is_none() -> None:
    zipped = gzip.compress(b'{"a": 1}')
    headers = {"Content-Encoding": "gzip"}
    with canned(lambda _: {"headers": headers, "body": zipped}) as server:
        assert Client(server.url).get_json("/") == {"a": 1}
    with (
        canned(lambda _: {"headers": headers, "body": zipped[:-9]}) as server,
        pytest.raises(TargetError, match="broke off half-way"),
    ):
        Client(server.url).get_json("/")


@pytest.mark.parametrize("resend", [True, False])
def test_what_must_not_be_done_twice_is_not_sent_again(resend: bool) -> None:
    """A server that takes the second request of a connection and says nothing."""

    def answer(asked: Asked) -> Mapping[str, Any]:
        if len(server.asked) == 2:
            raise ConnectionAbortedError
        return {"body": b"{}"}

    with canned(answer) as server, Client(server.url) as client:
        client.request("POST", "/", json={})
        if resend:
            assert client.request("POST", "/", json={}).status == 200
        else:
            with pytest.raises(TargetError, match="closed the connection"):
                client.request("POST", "/", json={}, resend=False)
    assert len(server.asked) == (3 if resend else 2)


def test_an_error_tells_whether_anything_was_sent() -> None:
    with pytest.raises(UnreachedError):
        Client(f"http://127.0.0.1:{free_port()}").get_json("/")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("prometheus:9090", "is not a server's address"),
        ("ftp://h", "is not a server's address"),
        ("http://", "is not a server's address"),
        ("http://h:99999", "is not a server's address"),
        ("http://[h", "is not a server's address"),
        ("http://ada:s3cret@h/x", r"http://\*\*\*@h/x carries credentials"),
        ("http://ada:s3/cret@h/x", "carries credentials"),
    ],
)
def test_an_unusable_address_is_refused_without_telling_a_secret(url: str, sentence: str) -> None:
    with pytest.raises(TargetError, match=sentence) as caught:
        Client(url)
    assert "cret" not in str(caught.value)


def test_a_token_with_a_line_break_is_refused_without_telling_it() -> None:
    with pytest.raises(TargetError, match="line break") as caught:
        Client("http://h", auth=Auth(token="s3cret\n"))
    assert "s3cret" not in str(caught.value)
