"""One stack in containers: its files, its variables, what is on record of it."""

import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from obsdash.alertmanager.files import header
from obsdash.errors import ConfigError
from obsdash.stack.launch import Settings
from obsdash.stack.manifest import MANIFEST
from obsdash.stack.scraping import services_of
from obsdash.stack.state import write_whole

DEV, PROD = "dev", "prod"
RECORD = "docker.json"
PLACEHOLDER = "change-me"
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")

# The requirements' names → what definitions are given.
_DEFINED = {
    "DEFAULT_URL": "GRAFANA_URL",
    "LANGFUSE_DB_HOST": "LANGFUSE_DB",
    "REDIS_EXTERNAL_URL": "REDIS_URL",
    "EMAIL_SMTP_HOST": "SMTP_SMARTHOST",
    "EMAIL_FROM": "SMTP_FROM",
    "EMAIL_TO": "EMAIL_TO",
    "SMTP_USERNAME": "SMTP_USERNAME",
}


@dataclass(frozen=True)
class Deployment:
    """What was asked for; `env_file` None: the usual one."""

    settings: Settings
    env: str
    env_file: Path | None = None

    @property
    def project(self) -> str:
        """Return Compose's name of the stack."""
        return f"obsdash-{self.env}"

    @property
    def compose_files(self) -> tuple[Path, ...]:
        """Return the files of Compose, in the order in which they are merged."""
        bundle = self.settings.bundle
        return bundle / "compose.yaml", bundle / f"compose.{self.env}.yaml"

    @cached_property
    def own_file(self) -> Path:
        """Return the file of the user's settings; in dev one that is made, where there is none."""
        usual = self.settings.bundle / ".env"
        if self.env_file or usual.is_file() or self.env == PROD:
            return self.env_file or usual
        return self.settings.folder / f"{self.env}.env"

    @property
    def variables(self) -> dict[str, str]:
        """Return what the compose files are filled in with, without what obsdash adds."""
        files = (self.settings.bundle / "versions.env", self.own_file)
        given = {name: text for file in files for name, text in read_env(file).items()}
        return {**given, **os.environ}

    @property
    def profiles(self) -> tuple[str, ...]:
        """Return what is started: as asked, else as the settings say, else what is usual."""
        if self.settings.profiles:
            return ("core", *self.settings.profiles)
        if chosen := self.variables.get("COMPOSE_PROFILES"):
            return ("core", *chosen.split(","))
        usual = ("demo",) if self.env == DEV else ("sso",)
        return ("core", "logs", "traces", "exporters", *usual)

    def folder_of(self, variable: str, default: str) -> Path:
        """Return the folder that a variable names, relative to the stack's files."""
        return self.settings.bundle / (self.variables.get(variable) or default)

    @property
    def secrets(self) -> Path:
        """Return the folder of secret files."""
        if self.env == DEV and not self.variables.get("OBSDASH_SECRETS"):
            return self.settings.folder / "secrets"
        return self.folder_of("OBSDASH_SECRETS", "secrets")

    @property
    def tls(self) -> Path:
        """Return the folder of certificate and key."""
        return self.folder_of("OBSDASH_TLS", "tls")

    def added(self) -> dict[str, str]:
        """Return the variables that say where obsdash' part of the stack lies."""
        folder, build = self.settings.folder, self.settings.build
        live = folder if self.env == DEV else build
        return {
            "OBSDASH_SCRAPE": str(folder / "scrape.d"),
            "OBSDASH_RULES": str(live / "prometheus" / "rules"),
            "OBSDASH_ALERTMANAGER": str(live / "alertmanager"),
            "OBSDASH_LOKI_RULES": str(build / "loki" / "rules"),
            "OBSDASH_GRAFANA_BUILD": str(build / "grafana"),
            "OBSDASH_SECRETS": str(self.secrets),
            "OBSDASH_TLS": str(self.tls),
        }

    def arguments(self, profiles: Iterable[str]) -> list[str]:
        """Return what Compose is told before its command."""
        bundle = self.settings.bundle
        return [
            *("--project-name", self.project, "--project-directory", str(bundle)),
            *(word for file in self.compose_files for word in ("--file", str(file))),
            *("--env-file", str(bundle / "versions.env"), "--env-file", str(self.own_file)),
            *(word for profile in profiles for word in ("--profile", profile)),
        ]

    def inputs(self) -> dict[str, str]:
        """Return what definitions are to know: the documents' variables, and which channels are."""
        prefix = f"OBSDASH_{self.env.upper()}_VARIABLES_"
        given = {
            f"{prefix}{ours}": self.variables[name]
            for name, ours in _DEFINED.items()
            if self.variables.get(name)
        }
        channels = self.secrets / "alertmanager"
        files = sorted(channels.iterdir()) if channels.is_dir() else []
        told = {file.name: text for file in files if (text := file.read_text("utf-8").strip())}
        return {**given, **told, f"{prefix}SECRETS_DIR": "/run/secrets"}

    def prepare(self, services: set[str]) -> None:
        """Make the folders that containers read, with the scrape jobs of what is started."""
        folder = self.settings.folder
        _make_readable(folder / "prometheus" / "rules")
        _make_readable(folder / "alertmanager")
        _make_readable(self.settings.build / "loki" / "rules")
        routing = folder / "alertmanager" / "alertmanager.yml"
        if not routing.exists():
            first = self.settings.bundle / "alertmanager" / "alertmanager.yml"
            write_whole(routing, header(self.settings.project) + first.read_text(encoding="utf-8"))
            routing.chmod(0o644)
        self._make_scrape_jobs(folder / "scrape.d", services)

    def make_own_file(self) -> None:
        """In dev, make settings with random passwords, and the folder of channels' secrets."""
        if self.env == DEV:
            folder = self.settings.folder
            folder.mkdir(parents=True, exist_ok=True)
            self.secrets.mkdir(mode=0o700, exist_ok=True)
            _make_readable(self.secrets / "alertmanager")
            if self.own_file.parent == folder and not self.own_file.exists():
                example = (self.settings.bundle / ".env.example").read_text(encoding="utf-8")
                _write_private(self.own_file, filled_in(example))

    def _make_scrape_jobs(self, folder: Path, services: set[str]) -> None:
        source = self.settings.bundle / "prometheus" / "scrape.d"
        wanted = [file for file in source.glob("*.yml") if services_of(file) <= services]
        wanted += [
            source / name
            for component in MANIFEST
            if component.name in services
            for addition in component.additions
            if addition.absent and addition.other not in services
            for name in addition.scrape
        ]
        _make_readable(folder)
        for file in folder.glob("*.yml"):
            file.unlink()
        for file in wanted:
            name = f"{file.parent.name}-{file.name}" if file.parent != source else file.name
            write_whole(folder / name, file.read_text(encoding="utf-8"))
            (folder / name).chmod(0o644)

    def record(self) -> None:
        """Write down what is about to be started, so that it can be stopped."""
        document = {
            "schemaVersion": 1,
            "env": self.env,
            "profiles": list(self.profiles),
            "envFile": str(self.own_file),
        }
        write_whole(self.settings.folder / RECORD, json.dumps(document, indent=2) + "\n")


def recorded(settings: Settings) -> Deployment | None:
    """Return what was started in containers from a state folder; None: nothing."""
    file = settings.folder / RECORD
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        profiles = tuple(name for name in document["profiles"] if name != "core")
        own = Path(document["envFile"])
        return Deployment(replace(settings, profiles=profiles), str(document["env"]), own)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{file} does not say what was started: {error}",
            help="stop it by hand (docker compose ls), then remove that file",
        ) from None


def read_env(file: Path) -> dict[str, str]:
    """Return the variables of an env file; an absent file has none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for line in lines:
        if not line.lstrip().startswith("#") and (match := _LINE.fullmatch(line)):
            found[match[1]] = _unquoted(match[2].strip())
    return found


def _make_readable(folder: Path) -> None:
    """Make a folder that the users of containers can read, whatever the umask is."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def _write_private(file: Path, text: str) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.touch(mode=0o600)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)


def filled_in(example: str) -> str:
    """Return an example's settings with a random password in each place that wants one."""
    lines = example.splitlines()
    return "".join(f"{_with_password(line)}\n" for line in lines)


def _with_password(line: str) -> str:
    name, equals, text = line.partition("=")
    return f"{name}={secrets.token_urlsafe(18)}" if equals and text == PLACEHOLDER else line


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text.partition(" #")[0].rstrip()


def published(services: Mapping[str, Mapping[str, object]]) -> dict[int, str]:
    """Return port → the service that publishes it, from what `compose config` says."""
    found = {}
    for name, service in services.items():
        ports = service.get("ports")
        for port in ports if isinstance(ports, list) else []:
            if text := str(port.get("published", "")):
                found[int(text)] = name
    return found
