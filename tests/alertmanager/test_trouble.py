"""Servers and files that do not do what they should: one sentence, and nothing is changed."""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from obsdash.alertmanager import AlertmanagerTarget
from obsdash.alertmanager.files import encode
from obsdash.disk.lock import locked
from obsdash.disk.whole import Staged
from obsdash.errors import TargetError
from obsdash.http import Auth, Tls
from obsdash.plan import Create
from obsdash.resource import ALERTMANAGER, Ref, Resource
from obsdash.target import Failed, Outcome
from tests.support.servers import Answer, Asked, canned, free_port, self_signed, server_tls

JSON, HTML, TEXT = "application/json", "text/html", "text/plain"
LOGIN = (200, HTML, b"<html><title>Sign in - Example</title></html>")
WANTED = Resource(
    Ref(ALERTMANAGER, "main"), {"route": {"receiver": "x"}, "receivers": [{"name": "x"}]}
)
OLD = "# Written by obsdash for project shop; a change by hand is overwritten.\nold: 1\n"


@contextmanager
def fake_alertmanager(
    instead: Mapping[str, Callable[[Asked], Answer] | Answer] | None = None,
) -> Iterator[str]:
    """Serve what an Alertmanager that stays with OLD would say; other answers for some paths."""
    status = {"versionInfo": {"version": "0.27.0"}, "config": {"original": "route: {receiver: a}"}}
    calm: dict[str, Answer] = {
        "/api/v2/status": (200, JSON, json.dumps(status).encode()),
        "/metrics": (200, TEXT, metrics(loads(OLD.encode()))),
        "/-/reload": (200, TEXT, b""),
    }

    def answer(asked: Asked) -> Answer:
        said = {**calm, **(instead or {})}.get(asked.path, (404, TEXT, b"404 page not found\n"))
        return said(asked) if callable(said) else said

    with canned(answer) as server:
        yield server.url


def loads(content: bytes) -> float:
    """Return the hash that an Alertmanager shows for a file."""
    return float(int.from_bytes(hashlib.md5(content).digest()[:6], "little"))


def metrics(loaded: float, successful: int = 1) -> bytes:
    return (
        f"# TYPE alertmanager_config_hash gauge\nalertmanager_config_hash {loaded}\n"
        f"alertmanager_config_last_reload_successful {successful}\n"
    ).encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "am" / "alertmanager.yml"
    path.parent.mkdir()
    path.write_text(OLD)
    return path


@pytest.fixture(autouse=True)
def _no_amtool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # amtool is asked in the tests on real servers


def target(
    url: str, file: Path, auth: Auth | None = None, tls: Tls | None = None
) -> AlertmanagerTarget:
    return AlertmanagerTarget(url, file, project="shop", auth=auth, tls=tls)


def applied(url: str, file: Path) -> Outcome:
    (outcome,) = target(url, file).apply([Create(WANTED)])
    return outcome


def failure(url: str, file: Path) -> Failed:
    """Apply, and see that it fails with everything as it was."""
    outcome = applied(url, file)
    assert isinstance(outcome, Failed)
    assert [path.name for path in file.parent.iterdir()] == ["alertmanager.yml"]
    assert file.read_text() == OLD
    return outcome


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (LOGIN, "answered a login page (“Sign in - Example”) instead of JSON"),
        ((401, TEXT, b"Unauthorized"), "refuses our credentials (401)"),
        ((403, TEXT, b"Forbidden"), "does not allow this (403)"),
        ((404, TEXT, b"404 page not found"), "does not exist (404)"),
        ((502, HTML, b"<title>502 Bad Gateway</title>"), "is behind a proxy that gets no answer"),
        ((200, JSON, b"{}"), "answered JSON not of Alertmanager's shape"),
        ((200, JSON, b"[]"), "answered JSON not of Alertmanager's shape"),
        ((200, JSON, b'{"versionInfo": {"version": 1}, "config": {"original": "["}}'), "shape"),
        ((200, JSON, b'{"cluster": '), "answered something that is not JSON"),
    ],
)
def test_a_server_that_answers_something_else_is_named(
    file: Path, answer: Answer, sentence: str
) -> None:
    with canned(answer) as server:
        with pytest.raises(TargetError) as caught:
            target(server.url, file).read([])
        assert sentence in caught.value.message
        assert caught.value.message.startswith(server.url)
        assert sentence in failure(server.url, file).reason


@pytest.mark.parametrize("body", [b"", b"alertmanager_config_hash x\n", metrics(float("inf"))])
def test_metrics_without_the_hash_are_an_error(file: Path, body: bytes) -> None:
    with (
        fake_alertmanager({"/metrics": (200, TEXT, body)}) as url,
        pytest.raises(TargetError, match="/metrics answered metrics not of Alertmanager's shape"),
    ):
        target(url, file).read([])


def test_metrics_that_are_not_served_are_an_error(file: Path) -> None:
    with (
        fake_alertmanager({"/metrics": (403, TEXT, b"")}) as url,
        pytest.raises(TargetError, match=r"/metrics does not allow this \(403\)"),
    ):
        target(url, file).read([])


def test_a_dead_server_is_named_and_nothing_is_written(file: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert "nothing listens at 127.0.0.1" in failure(url, file).reason


def test_a_self_signed_certificate_is_refused_with_the_remedy(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    cert, key = self_signed(tmp_path)
    with canned(LOGIN, tls=server_tls(cert, key)) as server:
        with pytest.raises(TargetError, match="self-signed certificate"):
            target(server.url, file).read([])
        with pytest.raises(TargetError, match="login page"):
            target(server.url, file, tls=Tls(ca=str(cert))).read([])


def test_credentials_reach_the_server_and_no_message(file: Path) -> None:
    with canned((401, TEXT, b"no")) as server:
        with pytest.raises(TargetError) as caught:
            target(server.url, file, auth=Auth(token="s3cret")).read([])
        assert server.asked[0].headers["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in caught.value.message + caught.value.help


@pytest.mark.parametrize(
    ("reload", "sentence"),
    [
        (
            (500, TEXT, b"failed to reload config: line 3: x"),
            "refuses the configuration: failed to reload config: line 3: x; the old configuration",
        ),
        ((500, TEXT, b""), "its log has the reason; the old configuration stays loaded"),
        ((405, TEXT, b""), "/-/reload answered 405; the old configuration stays loaded"),
        ((200, TEXT, b""), "alertmanager.yml; the old configuration stays loaded"),
    ],
)
def test_a_reload_that_goes_wrong_puts_the_old_file_back(
    file: Path, reload: Answer, sentence: str
) -> None:
    with fake_alertmanager({"/-/reload": reload}) as url:
        assert sentence in failure(url, file).reason


def test_an_old_file_that_does_not_load_again_is_told(file: Path) -> None:
    with fake_alertmanager({"/metrics": (200, TEXT, metrics(7))}) as url:
        reason = failure(url, file).reason
    assert reason.endswith(f"the old file is back, but it is not what {url} has loaded")


def test_a_reload_that_is_said_to_have_failed_is_a_failure(file: Path) -> None:
    body = metrics(loads(encode(WANTED.spec, "shop")), successful=0)
    with fake_alertmanager({"/metrics": (200, TEXT, body)}) as url:
        assert "says that its last reload failed" in failure(url, file).reason


def test_a_missing_folder_is_named_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "absent" / "alertmanager.yml"
    with fake_alertmanager() as url, pytest.raises(TargetError, match="no such folder") as caught:
        target(url, path).read([])
    assert "--config.file" in caught.value.help
    assert not path.parent.exists()


def test_a_file_that_is_a_folder_is_named(file: Path) -> None:
    file.unlink()
    file.mkdir()
    with fake_alertmanager() as url, pytest.raises(TargetError, match="Is a directory"):
        target(url, file).read([])


def test_a_file_that_cannot_be_replaced_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is mounted into a container by itself."""

    def busy(self: Staged) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(self.path))

    monkeypatch.setattr(Staged, "commit", busy)
    with fake_alertmanager() as url:
        reason = failure(url, file).reason
    assert reason.endswith(
        "cannot be replaced: Device or resource busy; the old configuration stays loaded"
    )


def test_a_second_writer_is_told_to_wait(file: Path) -> None:
    with fake_alertmanager() as url, locked(file.parent):
        outcome = applied(url, file)
    assert isinstance(outcome, Failed)
    assert "another obsdash is writing" in outcome.reason
