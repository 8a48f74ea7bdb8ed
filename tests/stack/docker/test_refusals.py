"""Whatever is wrong before containers start is one sentence with a remedy, and nothing starts."""

from collections.abc import Callable

import pytest

from obsdash.stack import preflight
from tests.cli.shell import refused
from tests.stack.docker.conftest import PASSWORD, Project, make_certificate

NO_ENGINE = {
    "code": 1,
    "err": "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
}
NO_RIGHT = {"code": 1, "err": "permission denied while trying to connect to the Docker daemon"}
UNPULLED = {
    "code": 18,
    "err": 'Error response from daemon: failed to resolve reference "docker.io/grafana/grafana:9":'
    " not found",
}
ALLOCATED = {"code": 1, "err": "Bind for 127.0.0.1:3000 failed: port is already allocated"}


@pytest.mark.parametrize(
    ("scenario", "error", "help_"),
    [
        ({"engine": NO_ENGINE}, "Docker's engine does not answer: Cannot", "systemctl start"),
        ({"engine": NO_RIGHT}, "may not be used by this user", "join the group docker"),
        ({"compose": {"code": 1}}, "Docker has no Compose here", "docker-compose-plugin"),
        ({"compose": {"out": "1.29.2"}}, "1.29.2 is too old: the stack needs 2.24.4", "apt"),
        ({"compose": {"out": "2.24.3"}}, "2.24.3 is too old", "--runtime native"),
        ({"up": UNPULLED, "containers": []}, "an image cannot be pulled: ", "versions.env"),
        ({"up": ALLOCATED, "containers": []}, "a port is taken: Bind for", "ss -ltnp"),
        ({"up": {"code": 1, "err": "no idea"}, "containers": []}, "failed: no idea", "logs"),
    ],
)
def test_what_docker_cannot_do(
    project: Project, scenario: dict[str, object], error: str, help_: str
) -> None:
    said = project.up(**scenario)
    assert error in refused(said)[0]
    assert help_ in said.err.partition("help: ")[2].splitlines()[0]
    assert said.err.count("error: ") == 1


def test_no_docker_at_all(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project.root))
    assert refused(project.up()) == ["error: Docker is not installed"]


def test_an_unknown_profile_is_refused_with_the_nearest_one(project: Project) -> None:
    said = project.up("--profile", "log")
    assert refused(said) == ["error: there is no profile 'log'; did you mean 'logs'?"]
    assert "help: profiles: core, demo, exporters, logs, sso, traces" in said.err
    assert project.calls("up") == []


def test_a_taken_port_is_named_with_its_holder_and_the_setting(
    project: Project, taken: int
) -> None:
    services = {"loki": {"ports": [{"published": str(taken), "target": 3100}]}}
    said = project.up(config={"services": services})
    (error,) = refused(said)
    assert error.startswith(f"error: port {taken}, where loki is to be reached, is held by ")
    assert "help: stop that, or set LOKI_PORT in the settings" in said.err
    assert project.calls("up") == []


@pytest.mark.parametrize("what", ["memory", "disk"])
def test_a_machine_with_too_little_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(preflight, f"free_{what}", lambda *_: 5 * preflight.MIB)
    (error,) = refused(project.up())
    assert error.startswith("error: only 5 MiB ")
    assert project.calls("up") == []


def test_a_variable_that_is_missing_in_dev_is_named(project: Project) -> None:
    (project.stack / ".env").write_text("GRAFANA_ADMIN_PASSWORD=\n")
    said = project.up()
    assert "error: GRAFANA_ADMIN_PASSWORD is not set" in refused(said)[0]
    assert f"help: set it in {project.stack / '.env'}" in said.err


def test_production_without_settings_is_told_how_to_make_them(project: Project) -> None:
    said = project.up("--env", "prod")
    (error,) = refused(said)
    assert error == f"error: production has no settings: there is no {project.stack / '.env'}"
    assert "help: cp " in said.err


def without(name: str) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        file = project.stack / ".env"
        kept = [line for line in file.read_text().splitlines() if not line.startswith(name)]
        file.write_text("\n".join(kept) + "\n")

    return change


def with_setting(line: str) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        without(line.partition("=")[0])(project)
        with (project.stack / ".env").open("a") as file:
            file.write(f"{line}\n")

    return change


def with_secret(text: str, mode: int = 0o644) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        file = project.stack / "secrets" / "grafana_admin_password"
        file.write_text(text)
        file.chmod(mode)

    return change


def without_secret(project: Project) -> None:
    (project.stack / "secrets" / "grafana_admin_password").unlink()


def empty_webhook(project: Project) -> None:
    (project.stack / "secrets" / "alertmanager" / "SLACK_WEBHOOK_URL").write_text("\n")


def closed_channels(project: Project) -> None:
    (project.stack / "secrets" / "alertmanager").chmod(0o700)


def open_folder(project: Project) -> None:
    (project.stack / "secrets").chmod(0o755)


def without_certificate(project: Project) -> None:
    (project.stack / "tls" / "tls.crt").unlink()


def broken_certificate(project: Project) -> None:
    (project.stack / "tls" / "tls.crt").write_text("-----BEGIN CERTIFICATE-----\n")


def other_key(project: Project) -> None:
    kept = (project.stack / "tls" / "tls.crt").read_bytes()
    make_certificate(project.stack / "tls")
    (project.stack / "tls" / "tls.crt").write_bytes(kept)


@pytest.mark.parametrize(
    ("wrong", "error", "help_"),
    [
        (without("GRAFANA_DOMAIN"), "GRAFANA_DOMAIN is not set", "set it in "),
        (with_setting("DEFAULT_URL=http://grafana.example.com/"), "reached by https", "https://"),
        (with_setting("ADMIN_PASSWORD=admin"), "ADMIN_PASSWORD is a default password", "your own"),
        (with_setting("A_SECRET=change-me"), "A_SECRET is a default password", "your own"),
        (without_secret, "grafana_admin_password does not exist", "openssl rand"),
        (with_secret(""), "grafana_admin_password is empty", "write the secret"),
        (with_secret("change-me"), "is a default password", "your own"),
        (with_secret(PASSWORD, 0o600), "cannot be read by the users of containers", "chmod 644"),
        (empty_webhook, "SLACK_WEBHOOK_URL is empty", "remove the file"),
        (closed_channels, "alertmanager cannot be entered by the users", "chmod 755"),
        (open_folder, "is open to other users", "chmod 700"),
        (without_certificate, "there is no ", "OBSDASH_TLS"),
        (broken_certificate, "it holds no certificate in PEM format", "certificate"),
        (other_key, "tls.key is not the key of ", "belong together"),
    ],
)
def test_production_that_would_be_unsafe_or_fail(
    project: Project, wrong: Callable[[Project], None], error: str, help_: str
) -> None:
    project.settle_production()
    wrong(project)
    said = project.up("--env", "prod")
    (sentence,) = refused(said)
    assert error in sentence
    assert help_ in said.err.partition("help: ")[2]
    assert PASSWORD not in said.everything
    assert project.calls("up") == []


def test_production_runs_in_containers_only(project: Project) -> None:
    said = project.obsdash("up", "--env", "prod", "--runtime", "native")
    assert refused(said) == ["error: prod runs in containers only"]


def test_a_stack_runs_once(project: Project) -> None:
    project.up()
    said = project.obsdash("up", "--runtime", "native", "--no-sync")
    assert refused(said) == ["error: the stack runs already, with --runtime docker"]
    assert "help: obsdash stack down, then" in said.err


def test_there_are_two_stacks(project: Project) -> None:
    said = project.obsdash("status", "--env", "prd")
    assert refused(said) == ["error: there is no stack 'prd'; did you mean 'prod'?"]
    assert "help: obsdash stack knows --env dev and --env prod" in said.err
