"""Servers that are not there, or not what they should be: one sentence, and never the secret."""

import base64
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.shell import Said, dashboard, obsdash, refused, settings, write
from tests.support.servers import Answer, canned, free_port, self_signed, server_tls

SECRET = "s3ntinel-token"
PASSWORD = "s3ntinel-password"
HTML = "text/html; charset=utf-8"

LOGIN: Answer = (200, HTML, b"<html><head><title>Sign in</title></head></html>")
GATEWAY: Answer = (502, HTML, b"<html><head><title>502 Bad Gateway</title></head></html>")
DENIED: Answer = (401, "application/json", b'{"message": "invalid API key"}')
FORBIDDEN: Answer = (403, "application/json", b'{"message": "permission needed"}')
WRONG_PATH: Answer = (404, "text/plain", b"404 page not found\n")
NONSENSE: Answer = (200, "text/plain", b"It works!")
OTHER_API: Answer = (200, "application/json", b'["another", "program"]')

TROUBLES = {
    "a login page": (LOGIN, "login page"),
    "502 of a proxy": (GATEWAY, "proxy that gets no answer (502"),
    "401": (DENIED, "refuses our credentials (401"),
    "403": (FORBIDDEN, "does not allow this (403"),
    "a wrong path": (WRONG_PATH, "does not exist (404"),
    "no document": (NONSENSE, "not JSON"),
}

TYPES = {"grafana": 'type = "grafana"', "prometheus": 'type = "prometheus", rules = "rules"'}
TOKEN = 'token = "env:SHOP_TOKEN"'
USER = 'user = "ada", password = "file:password"'


@dataclass(frozen=True)
class Project:
    """A project with one server as its target."""

    root: Path
    kind: str

    def at(self, url: str, auth: str = TOKEN, *more: str) -> None:
        """Configure the server."""
        keys = ", ".join([TYPES[self.kind], f'url = "{url}"', auth, *more])
        write(self.root, {"pyproject.toml": settings(f"{{ {keys} }}")})


@pytest.fixture(params=["grafana", "prometheus"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Project:
    source = "'datasource': {'type': 'prometheus', 'uid': 'p'}"
    panel = f"[{{'type': 'stat', 'title': 'Up', 'targets': [{{'expr': 'up'}}], {source}}}]"
    write(
        tmp_path,
        {
            "dashboards/api.py": f"x = {dashboard('api', panels=panel)}\n",
            "alerts/api.yml": "groups: [{name: api, rules: [{alert: Down, expr: up == 0}]}]\n",
            "rules/readme": "",
            "password": PASSWORD,
        },
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_TOKEN", SECRET)
    return Project(tmp_path, request.param)


def sentence(said: Said) -> str:
    """Return the one error, which has no secret in it in any spelling."""
    (error,) = refused(said)
    basic = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    for secret in (SECRET, PASSWORD, basic):
        assert secret not in said.everything
    return error


COMMANDS = ("diff", "sync", "verify")


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_answer_that_is_not_the_servers_is_explained(project: Project, trouble: str) -> None:
    answer, words = TROUBLES[trouble]
    with canned(answer) as server:
        project.at(server.url)
        for command in COMMANDS:
            said = obsdash(command)
            if (project.kind, command, trouble) == ("grafana", "verify", "403"):
                assert "data source p gives Grafana no answer (403" in said.out
                assert said.code == 1  # it takes more rights to list data sources than to query one
                continue
            error = sentence(said)
            assert words in error, command
            assert f"127.0.0.1:{server.port}" in error
            assert said.out == ""
    assert not list((project.root / "rules").glob("*.yml"))


def test_what_another_program_answers_is_no_empty_server(project: Project) -> None:
    with canned(OTHER_API) as server:
        project.at(server.url)
        for command in ("diff", "sync"):
            sentence(obsdash(command))
        assert obsdash("verify").code in (1, 2)


@pytest.mark.parametrize("auth", [TOKEN, USER])
def test_a_dead_server_is_named(project: Project, auth: str) -> None:
    port = free_port()
    project.at(f"http://127.0.0.1:{port}", auth)
    for command in COMMANDS:
        said = obsdash(command)
        assert f"127.0.0.1:{port}" in sentence(said)
        assert "help: is the server running" in said.err


def test_a_host_that_does_not_exist_is_named(project: Project) -> None:
    project.at("http://no-such-host.invalid")
    for command in COMMANDS:
        assert "no-such-host.invalid" in sentence(obsdash(command))


def test_a_self_signed_certificate_is_refused_until_it_is_named(project: Project) -> None:
    cert, key = self_signed(project.root)
    with canned(DENIED, server_tls(cert, key)) as server:
        for command in COMMANDS:
            project.at(server.url)
            said = obsdash(command)
            assert "shows a self-signed certificate" in sentence(said), command
            assert 'help: set ca = "…" to the certificate' in said.err
            assert server.asked == []  # the token stayed here
            for more in ('ca = "cert.pem"', "verify = false"):
                project.at(server.url, TOKEN, more)
                assert "(401" in sentence(obsdash(command)), (command, more)
            server.asked.clear()


def test_https_to_a_server_that_speaks_http_is_explained(project: Project) -> None:
    with canned(DENIED) as server:
        project.at(server.url.replace("http:", "https:"))
        for command in COMMANDS:
            assert f"127.0.0.1:{server.port}" in sentence(obsdash(command))


def test_a_certificate_that_is_not_there_is_named(project: Project) -> None:
    project.at("https://127.0.0.1:1", TOKEN, 'ca = "nowhere.pem"')
    for command in COMMANDS:
        assert "nowhere.pem" in sentence(obsdash(command))


def test_a_redirect_is_not_followed_with_our_token(project: Project) -> None:
    with canned(LOGIN) as other:
        away = {"status": 302, "headers": {"Location": f"{other.url}/login"}, "body": b""}
        with canned(lambda asked: away) as server:
            project.at(server.url)
            for command in COMMANDS:
                assert "asks for a login" in sentence(obsdash(command))
        assert other.asked == []


def test_a_token_with_a_line_break_is_refused_without_being_shown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", f"{SECRET}\nX-Admin: yes")
    with canned(DENIED) as server:
        project.at(server.url)
        for command in COMMANDS:
            sentence(obsdash(command))
        assert not [asked for asked in server.asked if asked.headers["X-Admin"]]


def test_the_configuration_shows_no_secret(project: Project) -> None:
    for auth in (TOKEN, USER):
        project.at("http://127.0.0.1:1", auth)
        for arguments in (["config"], ["config", "--format", "json"]):
            said = obsdash(*arguments)
            assert said.code == 0
            assert "(set)" in said.out
            assert SECRET not in said.everything
            assert PASSWORD not in said.everything
