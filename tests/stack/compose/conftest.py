"""The Compose files as Compose itself reads them, and the real programs that are here."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

STACK = Path(__file__).resolve().parents[3] / "stack"
ENVIRONMENTS = ("dev", "prod")
# What production cannot do without, as its users would set it.
REQUIRED = {
    "GRAFANA_DOMAIN": "grafana.example.com",
    "KEYCLOAK_DOMAIN": "login.example.com",
    "DEFAULT_URL": "https://grafana.example.com/",
    "REDIS_EXTERNAL_URL": "rediss://redis.example.com:6379",
}

_OF_DOCKER = ("PATH", "HOME", "DOCKER_CONFIG")  # where its plug-ins are; nothing else seeps in

Config = Mapping[str, Any]


@cache
def compose_command() -> tuple[str, ...]:
    """Return a Compose that knows `!override`, empty where there is none."""
    named = os.environ.get("OBSDASH_TEST_COMPOSE", "")
    for command in ((named,), ("docker", "compose"), ("docker-compose",)):
        if not shutil.which(command[0]):
            continue
        done = subprocess.run([*command, "version", "--short"], capture_output=True, text=True)
        version = re.search(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
        if done.returncode == 0 and version and tuple(map(int, version.groups())) >= (2, 24, 4):
            return command
    return ()


def compose(env: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Compose on the files of an environment; skips the test where there is none."""
    if not compose_command():
        pytest.skip("no Docker Compose of 2.24.4 or later here; OBSDASH_TEST_COMPOSE may name one")
    files = ("-f", "compose.yaml", "-f", f"compose.{env}.yaml")
    env_files = ("--env-file", "versions.env", "--env-file", ".env.example")
    return subprocess.run(
        [*compose_command(), *env_files, *files, *arguments],
        cwd=STACK,
        capture_output=True,
        text=True,
        env={name: os.environ[name] for name in _OF_DOCKER if name in os.environ}
        | {"PWD": str(STACK)}  # as a shell would say
        | variables,
    )


@pytest.fixture(scope="session")
def config() -> Callable[[str], Config]:
    """Return the configuration of an environment, all profiles, as Compose sees it."""

    @cache
    def read(env: str) -> Config:
        arguments = ("--profile", "*", "config", "--format", "json")
        done = compose(env, *arguments, **REQUIRED)
        assert done.returncode == 0, done.stderr
        document: Config = json.loads(done.stdout)
        return document

    return read


def program(name: str, *others: str) -> str:
    """Return a real program's path, by OBSDASH_TEST_<NAME> or on PATH; skips the test without."""
    variable = f"OBSDASH_TEST_{name.upper().replace('-', '_')}"
    candidates = (os.environ.get(variable, ""), name, *others)
    for candidate in filter(None, candidates):
        if found := shutil.which(candidate):
            return found
    pytest.skip(f"{name} is not installed here; {variable} may name it")
