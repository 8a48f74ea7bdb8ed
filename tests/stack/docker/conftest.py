"""A project with the stack's own files, and a Docker that is a scenario."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Said, obsdash

STACK = Path(__file__).resolve().parents[3] / "stack"
FAKE = Path(__file__).with_name("fake.py")
PROFILES = ["core", "demo", "exporters", "logs", "sso", "traces"]
PASSWORD = "tr0ub4dor&3"


def container(service: str, **more: Any) -> dict[str, Any]:
    """Return what `docker compose ps` says of a container; running and healthy by default."""
    said = {"Service": service, "State": "running", "Health": "healthy", "ExitCode": 0}
    return {**said, "Publishers": [], **more}


def port(own: int, published: int) -> list[dict[str, Any]]:
    """Return what it says of a container's ports."""
    return [{"URL": "127.0.0.1", "TargetPort": own, "PublishedPort": published}]


@dataclass
class Project:
    """A folder in which `obsdash stack` is called."""

    root: Path
    bin: Path
    scenario: dict[str, Any] = field(default_factory=dict)

    @property
    def stack(self) -> Path:
        """The project's own copy of the stack's files."""
        return self.root / "stack"

    @property
    def state(self) -> Path:
        """The state folder of dev."""
        return self.root / ".obsdash" / "stack"

    def obsdash(self, *words: str, **scenario: Any) -> Said:
        """Run `obsdash stack …` with what a scenario says from now on."""
        self.scenario |= scenario
        (self.bin / "scenario.json").write_text(json.dumps(self.scenario))
        return obsdash("stack", *words)

    def up(self, *words: str, **scenario: Any) -> Said:
        """Start in containers, and no more."""
        return self.obsdash("up", "--runtime", "docker", "--no-sync", *words, **scenario)

    def calls(self, command: str) -> list[dict[str, list[str]]]:
        """Return the calls of one command of Compose: what was given before it, and with it."""
        file = self.bin / "calls.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [call for call in map(json.loads, lines) if call["command"][0] == command]

    def settle_production(self) -> None:
        """Write what production needs: settings, secrets, a certificate."""
        settings = {
            "GRAFANA_DOMAIN": "grafana.example.com",
            "KEYCLOAK_DOMAIN": "login.example.com",
            "DEFAULT_URL": "https://grafana.example.com/",
            "REDIS_EXTERNAL_URL": "rediss://redis.example.com:6379",
        }
        lines = [f"{name}={text}" for name, text in settings.items()]
        (self.stack / ".env").write_text("\n".join(lines) + "\n")
        channels = self.stack / "secrets" / "alertmanager"
        channels.mkdir(parents=True)
        channels.parent.chmod(0o700)
        secret = channels.parent / "grafana_admin_password"
        secret.write_text(PASSWORD)
        make_certificate(self.stack / "tls")
        self.scenario["config"]["secrets"] = {"grafana_admin_password": {"file": str(secret)}}


def make_certificate(folder: Path, *, days: int = 30) -> None:
    """Make certificate and key; with negative `days` it expired so many days ago."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder.mkdir(exist_ok=True)
    when = ("-days", str(days)) if days > 0 else ("-not_before", "20200101000000Z")
    until = () if days > 0 else ("-not_after", "20200201000000Z")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=shop"]
    files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run([*command, *files, *when, *until], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Give a project of its own, with Docker in the best of health."""
    made = Project(tmp_path / "shop", tmp_path / "bin")
    shutil.copytree(STACK, made.stack, ignore=shutil.ignore_patterns("demo", ".env", "secrets"))
    (made.root / "pyproject.toml").write_text('[tool.obsdash]\nproject = "shop"\n')
    made.bin.mkdir()
    program = made.bin / "docker"
    program.write_text(f"#!{sys.executable} -IS\n{FAKE.read_text()}")
    program.chmod(0o755)
    made.scenario = {
        "engine": {"out": "28.2.2"},
        "compose": {"out": "2.40.3"},
        "profiles": PROFILES,
        "config": {"services": {"grafana": {}, "prometheus": {}, "demo": {}}},
        "up": {},
        "containers": [container("grafana", Publishers=port(3000, 13000)), container("demo")],
    }
    for name in ("COMPOSE_PROFILES", "OBSDASH_SECRETS", "OBSDASH_TLS", "DEFAULT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", os.pathsep.join((str(made.bin), "/usr/bin", "/bin")))
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]
