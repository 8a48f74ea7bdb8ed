"""`obsdash stack` in containers: what Compose is told, and what is said of what it answers."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from obsdash.stack.docker import preflight, runtime
from tests.stack.docker.conftest import Project, container, port

SHOP = """\
def dashboard(env):
    return {"uid": "shop", "title": env.get("grafana_url"), "schemaVersion": 37, "panels": []}
"""


def test_compose_is_told_files_settings_and_profiles(project: Project) -> None:
    said = project.up("--profile", "logs")
    assert (said.code, said.out.splitlines()[0].split()) == (
        0,
        ["grafana", "started", "127.0.0.1:13000"],
    )
    given = project.calls("up")[0]["given"]
    stack = str(project.stack)
    assert given[:4] == ["--project-name", "obsdash-dev", "--project-directory", stack]
    files = [word for flag, word in pairwise(given) if flag == "--file"]
    assert files == [f"{stack}/compose.yaml", f"{stack}/compose.dev.yaml"]
    env_files = [word for flag, word in pairwise(given) if flag == "--env-file"]
    assert env_files == [f"{stack}/versions.env", str(project.state / "dev.env")]
    assert chosen(project) == ["core", "logs"]
    assert project.calls("up")[0]["command"] == ["up", "--detach"]


def chosen(project: Project) -> list[str]:
    given = project.calls("up")[-1]["given"]
    return [word for flag, word in pairwise(given) if flag == "--profile"]


def test_profiles_come_from_the_command_line_the_settings_or_what_is_usual(
    project: Project,
) -> None:
    project.up()
    assert chosen(project) == ["core", "logs", "traces", "exporters", "demo"]
    example = (project.stack / ".env.example").read_text()
    (project.stack / ".env").write_text(f"{example}\nCOMPOSE_PROFILES=demo,logs\n")
    project.up()
    assert chosen(project) == ["core", "demo", "logs"]
    project.up("--profile", "traces")
    assert chosen(project) == ["core", "traces"]


def test_dev_gets_settings_with_random_passwords_that_stay_and_are_private(
    project: Project,
) -> None:
    project.up()
    made = project.state / "dev.env"
    first = made.read_text()
    assert made.stat().st_mode & 0o777 == 0o600
    assert "change-me\n" not in first
    assert "GRAFANA_ADMIN_USERNAME=admin" in first
    project.up()
    assert made.read_text() == first


def test_containers_can_read_what_is_made_for_them_whatever_the_umask_is(
    project: Project,
) -> None:
    before = os.umask(0o077)
    try:
        project.up()
    finally:
        os.umask(before)
    for name in ("scrape.d", "prometheus/rules", "alertmanager", "secrets/alertmanager"):
        assert (project.state / name).stat().st_mode & 0o777 == 0o755
    files = (project.state / "alertmanager" / "alertmanager.yml", *project.state.glob("scrape.d/*"))
    assert {file.stat().st_mode & 0o777 for file in files} == {0o644}
    assert (project.state / "secrets").stat().st_mode & 0o777 == 0o700


def test_only_what_is_started_is_scraped_and_the_rest_is_posed_for(project: Project) -> None:
    jobs = project.state / "scrape.d"
    project.up(config={"services": {"prometheus": {}, "demo": {}, "redis-exporter": {}}})
    assert {file.name for file in jobs.iterdir()} == {
        "prometheus.yml",
        "demo.yml",
        "redis.yml",
        "simulated-mysql.yml",
    }
    project.up(config={"services": {"prometheus": {}, "loki": {}}})
    assert {file.name for file in jobs.iterdir()} == {"prometheus.yml", "loki.yml"}


def test_the_services_are_told_apart_by_what_became_of_them(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(runtime, "HEALTHY_SECONDS", 0.5)
    said = project.up(
        containers=[
            container("redis", Health=""),
            container("hc-init", State="exited", Health=""),
            container("mysql", State="exited", Health="", ExitCode=3),
            container("grafana", Health="starting"),
            container("loki", Health="unhealthy"),
            container("tempo", State="restarting", Health=""),
        ]
    )
    assert said.code == 1
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in said.out.splitlines()}
    last = "the last words of {0} (obsdash stack logs {0})"
    assert lines == {
        "redis": "started",
        "hc-init": "done",
        "mysql": f"failed it ended with exit code 3; {last.format('mysql')}",
        "grafana": f"failed it is not healthy after 0.5 s; {last.format('grafana')}",
        "loki": f"failed its health check fails; {last.format('loki')}",
        "tempo": f"failed it ends again and again; {last.format('tempo')}",
    }


def test_an_unhealthy_service_that_others_wait_for_is_named(project: Project) -> None:
    said = project.up(
        up={"code": 1, "err": "dependency failed to start: container x is unhealthy"},
        containers=[container("loki", Health="unhealthy"), container("alloy", State="created")],
    )
    assert said.code == 1
    assert said.out.splitlines() == [
        "loki              failed           its health check fails; the last words of loki"
        " (obsdash stack logs loki)"
    ]


def test_down_stops_everything_that_was_started_with_whatever_profiles(project: Project) -> None:
    project.up("--profile", "logs")
    assert project.obsdash("status").out.split()[:2] == ["grafana", "running"]
    said = project.obsdash("down")
    assert (said.code, said.out.split()) == (0, ["grafana", "stopped", "demo", "stopped"])
    call = project.calls("down")[0]
    assert call["given"][-2:] == ["--profile", "*"]
    assert call["command"] == ["down", "--remove-orphans"]
    assert project.obsdash("down").err == "nothing was running\n"


def test_the_volumes_go_only_when_that_is_said_twice(project: Project) -> None:
    project.up()
    said = project.obsdash("down", "--volumes")
    assert (said.code, project.calls("down")) == (2, [])
    assert "help: obsdash stack down --volumes --yes" in said.err
    assert project.obsdash("down", "--volumes", "--yes").code == 0
    assert project.calls("down")[0]["command"][-1] == "--volumes"


def test_up_that_was_killed_in_the_middle_can_be_stopped_and_started_again(
    project: Project,
) -> None:
    project.up(up={"code": 137, "err": "killed"}, containers=[])
    assert (project.state / "docker.json").exists()
    assert project.up(up={}, containers=[container("grafana")]).code == 0
    assert project.obsdash("down").out.split() == ["grafana", "stopped"]


def test_logs_come_with_the_names_of_their_services(project: Project) -> None:
    project.up(containers=[container("grafana"), container("loki")])
    assert project.obsdash("logs").out.splitlines() == [
        "grafana-1         the last words of grafana",
        "loki-1            the last words of loki",
    ]
    assert project.obsdash("logs", "loki").out == "the last words of loki\n"
    assert "did you mean 'loki'?" in project.obsdash("logs", "lok").err


def test_obsdash_asks_the_published_ports_and_grafana_the_names_of_services(
    project: Project,
) -> None:
    project.up(
        containers=[
            container("grafana", Publishers=port(3000, 13000)),
            container("prometheus", Publishers=port(9090, 19090)),
        ]
    )
    lines = dict(
        line.split("=", 1) for line in project.obsdash("urls", "--format", "env").out.splitlines()
    )
    password = lines.pop("OBSDASH_DEV_GRAFANA_PASSWORD")
    assert password in (project.state / "dev.env").read_text()
    assert lines == {
        "OBSDASH_DEV_GRAFANA_URL": "http://127.0.0.1:13000",
        "OBSDASH_DEV_GRAFANA_USER": "admin",
        "OBSDASH_DEV_VARIABLES_GRAFANA_URL": "http://127.0.0.1:13000",
        "OBSDASH_DEV_PROMETHEUS_URL": "http://127.0.0.1:19090",
        "OBSDASH_DEV_PROMETHEUS_RULES": str(project.state / "prometheus" / "rules"),
        "OBSDASH_DEV_VARIABLES_PROMETHEUS_URL": "http://prometheus:9090",
    }
    text = project.obsdash("urls").out.split()
    assert text == ["grafana", "http://127.0.0.1:13000", "prometheus", "http://127.0.0.1:19090"]


def test_production_is_started_when_its_settings_are_complete_and_reads_them_anew(
    project: Project,
) -> None:
    project.settle_production()
    said = project.up("--env", "prod")
    assert (said.code, said.err.strip()) == (0, "")
    assert chosen(project) == ["core", "logs", "traces", "exporters", "sso"]
    assert project.calls("kill")[0]["command"][2:] == ["HUP", "prometheus", "alertmanager"]
    assert project.obsdash("status", "--env", "prod").code == 0
    assert not project.state.exists()  # that of dev


def test_production_is_built_with_its_settings_before_anything_starts(project: Project) -> None:
    project.settle_production()
    with (project.root / "pyproject.toml").open("a") as file:
        file.write('[tool.obsdash.env.prod]\nvariables = { grafana_url = "" }\n')
    (project.root / "dashboards").mkdir()
    (project.root / "dashboards" / "shop.py").write_text(SHOP)
    said = project.obsdash("up", "--env", "prod")
    assert said.code == 0, said
    assert said.out.startswith("build/prod: 1 object, ")
    built = project.root / "build" / "prod" / "grafana" / "dashboards" / "shop.json"
    assert '"title": "https://grafana.example.com/"' in built.read_text()
    (project.root / "dashboards" / "shop.py").write_text("nonsense(")
    said = project.obsdash("up", "--env", "prod")
    assert (said.code, len(project.calls("up"))) == (2, 1)


@pytest.mark.skipif(not os.environ.get("OBSDASH_TEST_COMPOSE"), reason="no real Compose is named")
@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_real_compose_accepts_what_it_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch, env: str
) -> None:
    monkeypatch.setattr(preflight, "is_listened_on", lambda _: False)
    project.settle_production()
    if env == "dev":
        (project.stack / ".env").unlink()
    for name in ("grafana_secret_key", "keycloak_admin_password", "keycloak_client_secret"):
        (project.stack / "secrets" / name).write_text("of my own")
    for name in ("keycloak_db_password", "langfuse_db_password", "redis_password"):
        (project.stack / "secrets" / name).write_text("of my own")
    real = os.environ["OBSDASH_TEST_COMPOSE"]
    said = project.up("--env", env, "--profile", "logs", real=str(Path(real).resolve()))
    assert said.code == 0, said
    folder = project.state if env == "dev" else project.root / ".obsdash" / "stack-prod"
    assert (folder / "scrape.d" / "loki.yml").exists()
    assert not (folder / "scrape.d" / "tempo.yml").exists()
