"""docs/stack-services.md says what Compose starts."""

import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.stack.compose.conftest import ENVIRONMENTS, STACK, Config


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("stack_services", STACK / "services.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


services = _module()


def test_the_page_is_what_the_files_say_now() -> None:
    page = STACK.parent / "docs" / "stack-services.md"
    remedy = "python stack/services.py > docs/stack-services.md"
    assert page.read_text(encoding="utf-8") == services.page(), remedy


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_page_reads_the_files_as_compose_does(
    env: str, config: Callable[[str], Config]
) -> None:
    real = config(env)["services"]
    ours = services.merged_services(env)
    assert set(ours) == set(real)
    for name, service in real.items():
        assert _told(ours[name]) == _meant(service), name


def _told(service: dict[str, Any]) -> dict[str, Any]:
    return {
        "image": service["image"],
        "profiles": set(service["profiles"]),
        "ports": {each.rpartition(":")[2] for each in service.get("ports", [])},
        "volumes": {
            each.split(":")[0] for each in service.get("volumes", []) if each[0] not in "./$"
        },
        "test": service.get("healthcheck", {}).get("test"),
        "waits": set(service.get("depends_on", {})),
    }


def _meant(service: dict[str, Any]) -> dict[str, Any]:
    volumes = service.get("volumes", [])
    return {
        "image": service["image"],
        "profiles": set(service["profiles"]),
        "ports": {str(each["target"]) for each in service.get("ports", [])},
        "volumes": {each["source"] for each in volumes if each["type"] == "volume"},
        "test": service.get("healthcheck", {}).get("test"),
        "waits": set(service.get("depends_on", {})),
    }


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (
            ["CMD", "wget", "-q", "-O", "/dev/null", "http://localhost:9090/-/ready"],
            "`:9090/-/ready`",
        ),
        (["CMD", "bash", "-c", "exec 3<>/dev/tcp/localhost/9; printf 'GET /up HTTP'"], "`:9/up`"),
        (["CMD", "pg_isready", "-U", "x"], "`pg_isready -U x`"),
        ([], "it has ended well"),
    ],
)
def test_a_health_check_is_told_in_short(test: list[str], told: str) -> None:
    assert services.health(test) == told
