"""What Compose makes of the files: valid everywhere, safe in production."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.stack.compose.conftest import ENVIRONMENTS, REQUIRED, STACK, Config, compose

ONE_SHOTS = {"hc-init", "otel-agent"}
PROFILES = (
    *("core", "logs", "traces", "exporters", "demo"),
    *("databases", "legacy", "jaeger", "sso", "jvm", "gitlab"),
)
DEMANDED = (
    *("grafana", "prometheus", "alertmanager", "loki", "tempo", "alloy", "promtail"),
    *("pushgateway", "cadvisor", "node-exporter", "redis-exporter", "mysqld-exporter"),
    *("postgres-exporter", "jaeger", "otel-collector", "otel-agent", "keycloak"),
    *("elasticsearch", "gitlab", "redis", "demo"),
)


@pytest.mark.parametrize("env", ENVIRONMENTS)
@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_of_each_environment_is_accepted_by_itself(env: str, profile: str) -> None:
    done = compose(env, "--profile", "core", "--profile", profile, "config", "-q", **REQUIRED)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_usual_profiles_together_are_accepted(env: str) -> None:
    usual = ("core", "logs", "traces", "exporters", "sso")
    flags = [word for profile in usual for word in ("--profile", profile)]
    assert compose(env, *flags, "config", "-q", **REQUIRED).returncode == 0


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_there_are_no_other_profiles(env: str) -> None:
    done = compose(env, "config", "--profiles", **REQUIRED)
    assert sorted(done.stdout.split()) == sorted(PROFILES)


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_every_service_of_the_requirements_is_there(
    env: str, config: Callable[[str], Config]
) -> None:
    assert set(DEMANDED) <= set(config(env)["services"])


@pytest.mark.parametrize("name", REQUIRED)
def test_production_without_a_required_variable_is_refused_by_its_name(name: str) -> None:
    others = {key: value for key, value in REQUIRED.items() if key != name}
    done = compose("prod", "--profile", "*", "config", "-q", **others)
    assert done.returncode != 0
    assert f"required variable {name} is missing a value: is not set, the " in done.stderr


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_every_service_that_stays_says_how_it_is_and_comes_back(
    env: str, config: Callable[[str], Config]
) -> None:
    for name, service in config(env)["services"].items():
        if name in ONE_SHOTS:
            continue
        assert service["healthcheck"]["test"], name
        if name != "mysql":  # for development only, where it is watched
            assert service["restart"] == "unless-stopped", name
            assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}, name
            assert "no-new-privileges:true" in service["security_opt"], name


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_a_one_shot_is_waited_for_in_each_of_its_profiles(
    env: str, config: Callable[[str], Config]
) -> None:
    """`up --wait` fails for one that nobody waits for."""
    services = config(env)["services"]
    for one in ONE_SHOTS:
        waiting = [each for each in services.values() if one in each.get("depends_on", {})]
        served = {profile for each in waiting for profile in each["profiles"]}
        assert set(services[one]["profiles"]) <= served
        ended = {each["depends_on"][one]["condition"] for each in waiting}
        assert ended == {"service_completed_successfully"}


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_nobody_waits_for_what_its_profile_does_not_start(
    env: str, config: Callable[[str], Config]
) -> None:
    services = config(env)["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            together = set(service["profiles"]) <= set(services[other]["profiles"])
            assert together or not how["required"], f"{name} waits for {other}"


def test_development_listens_on_loopback_only(config: Callable[[str], Config]) -> None:
    for name, service in config("dev")["services"].items():
        for port in service.get("ports", []):
            assert port["host_ip"] == "127.0.0.1", name


def test_production_publishes_nothing_but_the_proxy(config: Callable[[str], Config]) -> None:
    services = config("prod")["services"]
    assert {name for name, service in services.items() if service.get("ports")} == {"proxy"}
    assert config("prod")["networks"]["backend"]["internal"]
    assert "proxy" not in _on("backend", services)
    assert _on("frontend", services) == {"proxy", "grafana", "keycloak", "gitlab"}


def test_production_limits_and_strips_every_service(config: Callable[[str], Config]) -> None:
    whole_root = {"keycloak", "elasticsearch", "gitlab"} | ONE_SHOTS | {"otel-agent-ready"}
    with_powers = {"cadvisor", "gitlab"} | ONE_SHOTS | {"otel-agent-ready"}
    for name, service in config("prod")["services"].items():
        if name not in ONE_SHOTS | {"otel-agent-ready"}:
            limits = service["deploy"]["resources"]["limits"]
            assert limits["cpus"], name
            assert limits["memory"], name
        assert service.get("read_only", False) is (name not in whole_root), name
        assert (service.get("cap_drop") == ["ALL"]) is (name not in with_powers), name


def test_production_takes_no_password_from_its_environment(
    config: Callable[[str], Config],
) -> None:
    for name, service in config("prod")["services"].items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|SECRET|PASS$", variable)
            assert not secret or variable.endswith(("_FILE", "_RANDOM_ROOT_PASSWORD")), name
            assert "change-me" not in str(value), f"{name}: {variable}"


def test_secrets_are_files_of_one_folder(config: Callable[[str], Config]) -> None:
    document = config("prod")
    for name, secret in document["secrets"].items():
        assert Path(secret["file"]) == STACK / "secrets" / name
    used = {
        each["source"]
        for service in document["services"].values()
        for each in service.get("secrets", [])
    }
    assert used == set(document["secrets"])


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_every_file_that_is_mounted_exists(env: str, config: Callable[[str], Config]) -> None:
    for name, service in config(env)["services"].items():
        for volume in service.get("volumes", []):
            source = Path(volume.get("source", ""))
            if volume["type"] == "bind" and source.suffix and source.is_relative_to(STACK):
                assert source.exists(), f"{name}: {source}"
                assert volume["read_only"], f"{name}: {source}"


def test_built_things_come_from_the_builds_folder(config: Callable[[str], Config]) -> None:
    for env in ENVIRONMENTS:
        services = config(env)["services"]
        built = {
            str(Path(volume["source"]).resolve())
            for name in ("prometheus", "alertmanager", "loki", "grafana")
            for volume in services[name]["volumes"]
            if "/build/" in str(volume.get("source"))
        }
        root = str(STACK.parent / "build" / env)
        assert {each.removeprefix(root) for each in built} >= {
            *("/prometheus/rules", "/alertmanager", "/loki/rules")
        }
        assert all(each.startswith(root) for each in built)


def test_dashboards_lie_where_the_provisioning_says(config: Callable[[str], Config]) -> None:
    """A build names its own folder; in the container it is at the same path."""
    volumes = config("prod")["services"]["grafana"]["volumes"]
    (dashboards,) = [each for each in volumes if each["source"].endswith("/dashboards")]
    assert Path(dashboards["source"]).resolve() == Path(dashboards["target"])
    assert Path(dashboards["target"]) == STACK.parent / "build" / "prod" / "grafana" / "dashboards"


def test_versions_are_in_one_place_and_all_are_used() -> None:
    text = "".join((STACK / f"compose{part}.yaml").read_text() for part in ("", ".dev", ".prod"))
    used = set(re.findall(r"\$\{(\w+_VERSION)\}", text))
    lines = (STACK / "versions.env").read_text().splitlines()
    named = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert used == named
    assert "latest" not in text
    images = re.findall(r"^    image: (\S+)$", text, re.MULTILINE)
    assert [each for each in images if "_VERSION}" not in each] == ["obsdash-demo:local"]


def test_the_realm_knows_the_roles_that_grafana_maps() -> None:
    realm = yaml.safe_load((STACK / "keycloak" / "realm.json").read_text())
    roles = {role["name"] for role in realm["roles"]["realm"]}
    for env in ENVIRONMENTS:
        text = (STACK / f"compose.{env}.yaml").read_text()
        (path,) = re.findall(r"ROLE_ATTRIBUTE_PATH: (.*)", text)
        assert set(re.findall(r"contains\(roles\[\*\], '(\w+)'\)", path)) <= roles
    (client,) = realm["clients"]
    assert client["redirectUris"] == ["${GRAFANA_ROOT_URL}login/generic_oauth"]
    (mapper,) = client["protocolMappers"]
    assert mapper["config"]["claim.name"] == "roles"
    assert mapper["config"]["userinfo.token.claim"] == "true"


def _on(network: str, services: Config) -> set[str]:
    return {name for name, service in services.items() if network in service.get("networks", {})}
