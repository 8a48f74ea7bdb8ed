"""Servers and folders that do not do what they should: one sentence, and nothing is changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from obsdash.disk.lock import locked
from obsdash.errors import TargetError
from obsdash.http import Auth, Tls
from obsdash.plan import Create
from obsdash.prometheus import PrometheusTarget
from obsdash.resource import RULE_GROUP, Ref, Resource
from obsdash.target import Failed, Outcome
from tests.prometheus.fake import JSON, fake_prometheus
from tests.support.servers import Answer, Asked, canned, free_port, self_signed, server_tls

WANTED = Resource(
    Ref(RULE_GROUP, "api/errors"),
    {"name": "errors", "rules": [{"record": "job:up:sum", "expr": "sum by (job) (up)"}]},
)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "obsdash-api.yml").write_text("groups: []\n")
    return folder


@pytest.fixture(autouse=True)
def _no_promtool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # promtool is asked in the tests on real servers


def target(url: str, rules: Path, **options: Auth | Tls) -> PrometheusTarget:
    return PrometheusTarget(url, rules, prefix="obsdash-", **options)  # type: ignore[arg-type]


def applied(url: str, rules: Path) -> Outcome:
    (outcome,) = target(url, rules).apply([Create(WANTED)])
    return outcome


def failure(url: str, rules: Path) -> Failed:
    outcome = applied(url, rules)
    assert isinstance(outcome, Failed)
    assert [path.name for path in rules.iterdir()] == ["obsdash-api.yml"]
    assert (rules / "obsdash-api.yml").read_text() == "groups: []\n"
    return outcome


HTML = "text/html"
LOGIN = (200, HTML, b"<html><title>Sign in - Example</title></html>")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (LOGIN, "answered a login page (“Sign in - Example”) instead of JSON"),
        ((401, "text/plain", b"Unauthorized"), "refuses our credentials (401)"),
        ((403, "text/plain", b"Forbidden"), "does not allow this (403)"),
        ((404, "text/plain", b"404 page not found"), "does not exist (404)"),
        (
            (502, HTML, b"<title>502 Bad Gateway</title>"),
            "is behind a proxy that gets no answer (502: 502 Bad Gateway)",
        ),
        ((200, JSON, b"{}"), "answered JSON that is not of Prometheus's shape"),
        ((200, JSON, b'{"status":"success","data":[]}'), "not of Prometheus's shape"),
        ((200, JSON, b'{"status":"succ'), "answered something that is not JSON"),
    ],
)
def test_a_server_that_answers_something_else_is_named(
    rules: Path, answer: Answer, sentence: str
) -> None:
    with canned(answer) as server:
        with pytest.raises(TargetError) as caught:
            target(server.url, rules).read([])
        assert sentence in caught.value.message
        assert caught.value.message.startswith(server.url)
        assert sentence in failure(server.url, rules).reason


def test_rules_of_another_shape_are_an_error(rules: Path) -> None:
    body = b'{"status":"success","data":{"groups":[{"rules":7}]}}'
    with (
        fake_prometheus({"/api/v1/rules": (200, JSON, body)}) as url,
        pytest.raises(TargetError, match="not of Prometheus's shape"),
    ):
        target(url, rules).read([])


def test_a_dead_server_is_named_and_nothing_is_written(rules: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert "nothing listens at 127.0.0.1" in failure(url, rules).reason


def test_a_self_signed_certificate_is_refused_with_the_remedy(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    cert, key = self_signed(tmp_path)
    with canned(LOGIN, tls=server_tls(cert, key)) as server:
        with pytest.raises(TargetError, match="self-signed certificate") as caught:
            target(server.url, rules).read([])
        assert "set ca =" in caught.value.help
        with pytest.raises(TargetError, match="login page"):
            target(server.url, rules, tls=Tls(ca=str(cert))).read([])


def test_credentials_reach_the_server_and_no_message(rules: Path) -> None:
    with canned((401, "text/plain", b"no")) as server:
        with pytest.raises(TargetError) as caught:
            target(server.url, rules, auth=Auth(token="s3cret")).read([])
        assert server.asked[0].headers["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in caught.value.message + caught.value.help
    assert "s3cret" not in repr(target("http://h", rules, auth=Auth(token="s3cret")))


def failing_first(status: int, body: bytes, kind: str = "text/plain") -> Callable[[Asked], Answer]:
    """Refuse the first reload only."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Answer:
        asked.append(request)
        return (status, kind, body) if len(asked) == 1 else (200, "text/plain", b"")

    return answer


GENERIC = (
    b"failed to reload config: one or more errors occurred while applying the new configuration"
)


@pytest.mark.parametrize(
    ("reload", "sentence"),
    [
        (failing_first(500, GENERIC), "its log has the reason; the old rules stay loaded"),
        (
            failing_first(500, b"failed to reload config: line 3: field x not found"),
            "line 3: field x not found; the old rules stay loaded",
        ),
        (
            (500, "text/plain", GENERIC),
            "the old files are back, but http://127.0.0.1:PORT does not load them either",
        ),
        (failing_first(502, b"<title>Bad Gateway</title>", HTML), "the old rules stay loaded"),
        (failing_first(403, b"Lifecycle API is not enabled."), "does not allow this (403)"),
        (failing_first(302, b""), "redirects to nowhere; the old rules stay loaded"),
        (failing_first(200, b"fine"), "did not load obsdash-api.yml; the old rules stay loaded"),
    ],
)
def test_a_reload_that_goes_wrong_puts_the_old_files_back(
    rules: Path, reload: Callable[[Asked], Answer] | Answer, sentence: str
) -> None:
    with fake_prometheus({"/-/reload": reload}) as url:
        reason = failure(url, rules).reason
    assert sentence.replace("PORT", url.rpartition(":")[2]) in reason


def test_a_missing_folder_is_named_with_the_remedy(tmp_path: Path) -> None:
    with fake_prometheus() as url, pytest.raises(TargetError, match="no such folder") as caught:
        target(url, tmp_path / "absent").read([])
    assert "rule_files" in caught.value.help


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "rules").touch()
    with fake_prometheus() as url:
        with pytest.raises(TargetError, match="cannot be read: Not a directory"):
            target(url, tmp_path / "rules").read([])
        assert isinstance(applied(url, tmp_path / "rules"), Failed)


def test_a_file_that_cannot_be_written_fails_and_the_others_stay(rules: Path) -> None:
    (rules / "obsdash-api.yml.obsdash-new").mkdir()  # permissions do not stop root, this does
    with fake_prometheus() as url:
        outcome = applied(url, rules)
    assert isinstance(outcome, Failed)
    assert (rules / "obsdash-api.yml").read_text() == "groups: []\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_we_may_not_write_is_named(rules: Path) -> None:
    rules.chmod(0o555)
    with fake_prometheus() as url:
        outcome = applied(url, rules)
    rules.chmod(0o755)
    assert isinstance(outcome, Failed)
    assert outcome.reason == f"{rules} cannot be written: Permission denied"


def test_a_second_writer_is_told_to_wait(rules: Path) -> None:
    with fake_prometheus() as url, locked(rules):
        outcome = applied(url, rules)
    assert isinstance(outcome, Failed)
    assert "another obsdash is writing" in outcome.reason


def test_without_actions_nobody_is_asked(rules: Path) -> None:
    assert list(target(f"http://127.0.0.1:{free_port()}", rules).apply([])) == []


def test_an_address_that_is_none_is_refused(rules: Path) -> None:
    with pytest.raises(TargetError, match="is not a server's address"):
        target("prometheus:9090", rules)


def test_the_calm_server_of_these_tests_is_a_prometheus(rules: Path) -> None:
    """So a failure above is due to what was changed about it."""
    with fake_prometheus() as url:
        assert target(url, rules).read([]).server == "Prometheus 3.5.3"
