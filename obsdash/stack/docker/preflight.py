"""What containers need before they start: variables, secrets, certificates, ports."""

import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from obsdash.errors import ConfigError, ObsdashError
from obsdash.stack.docker import certificate
from obsdash.stack.docker.deployment import PLACEHOLDER, PROD, Deployment, published, read_env
from obsdash.stack.ports import holder, is_listened_on

_REQUIRED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?\?([^}]*)\}")
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN")
_DEFAULTS = {
    PLACEHOLDER,
    "changeme",
    "admin",
    "grafana",
    "keycloak",
    "obsdash",
    "password",
    "secret",
}


def settings_problems(deployment: Deployment) -> Iterator[ObsdashError]:
    """Yield what is wrong with the settings: what is missing, and in prod what is unsafe."""
    prod = deployment.env == PROD
    if prod and not deployment.own_file.is_file():
        yield ConfigError(
            f"production has no settings: there is no {deployment.own_file}",
            help=f"cp {deployment.settings.bundle / '.env.example'} {deployment.own_file}, "
            "and fill it in",
        )
        return
    yield from _missing(deployment)
    if prod:
        yield from _unsafe(deployment)
        yield from _certificate_problems(deployment.tls)


def secret_problems(deployment: Deployment, config: Mapping[str, Any]) -> Iterator[ObsdashError]:
    """Yield which files of secrets containers cannot use; `config`: what Compose makes of all."""
    wanted = {Path(each["file"]) for each in config.get("secrets", {}).values()}
    for file in sorted(wanted):
        yield from _secret_problem(file, deployment.env)
    channels = deployment.secrets / "alertmanager"
    if channels.is_dir() and channels.stat().st_mode & 0o005 != 0o005:
        yield ConfigError(
            f"{channels} cannot be entered by the users of containers", help=f"chmod 755 {channels}"
        )
    for file in sorted(channels.iterdir()) if channels.is_dir() else []:
        if not file.read_text(encoding="utf-8", errors="replace").strip():
            yield ConfigError(
                f"{file} is empty, and Alertmanager refuses to start with an empty address",
                help="write the secret into it, or remove the file to do without the channel",
            )
        else:
            yield from _mode_problem(file)
    folder = deployment.secrets
    if deployment.env == PROD and folder.is_dir() and folder.stat().st_mode & 0o077:
        yield ConfigError(
            f"{folder} is open to other users of this machine", help=f"chmod 700 {folder}"
        )


def port_problems(services: Mapping[str, Any], running: Iterable[str]) -> Iterator[ObsdashError]:
    """Yield which ports of services that do not run yet are taken."""
    for port, service in published(services).items():
        if service not in set(running) and is_listened_on(port):
            yield ObsdashError(
                f"port {port}, where {service} is to be reached, is held by {holder(port)}",
                help=f"stop that, or set {service.upper().replace('-', '_')}_PORT in the settings",
            )


def _missing(deployment: Deployment) -> Iterator[ObsdashError]:
    """Yield the variables that the compose files require, each once, with their own sentence."""
    variables = {**deployment.variables, **deployment.added()}
    seen = set()
    for file in deployment.compose_files:
        for name, sentence in _REQUIRED.findall(_without_comments(file)):
            if not variables.get(name) and name not in seen:
                seen.add(name)
                yield ConfigError(f"{name} {sentence}", help=f"set it in {deployment.own_file}")


def _without_comments(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _unsafe(deployment: Deployment) -> Iterator[ObsdashError]:
    for name, text in read_env(deployment.own_file).items():
        if _SECRET.search(name) and text.lower() in _DEFAULTS:
            yield ConfigError(
                f"{name} is a default password",
                help=f"choose one of your own in {deployment.own_file}, or remove the line",
            )
    url = deployment.variables.get("DEFAULT_URL", "")
    if url and not url.startswith("https://"):
        yield ConfigError(
            f"DEFAULT_URL is {url}: production is reached by https",
            help="set the address that people open, such as https://grafana.example.com/",
        )


def _secret_problem(file: Path, env: str) -> Iterator[ObsdashError]:
    if not file.is_file():
        yield ConfigError(
            f"the secret {file} does not exist",
            help=f"write it: (umask 022; openssl rand -base64 24 > {file})",
        )
        return
    text = file.read_text(encoding="utf-8", errors="replace").strip()
    if not text:
        yield ConfigError(f"the secret {file} is empty", help="write the secret into it")
    elif env == PROD and text.lower() in _DEFAULTS:
        yield ConfigError(f"the secret {file} is a default password", help="choose one of your own")
    yield from _mode_problem(file)


def _mode_problem(file: Path) -> Iterator[ObsdashError]:
    if not file.stat().st_mode & stat.S_IROTH:
        yield ConfigError(
            f"{file} cannot be read by the users of containers",
            help=f"chmod 644 {file} (the folder keeps other users out)",
        )


def _certificate_problems(folder: Path) -> Iterator[ObsdashError]:
    chain, key = folder / "tls.crt", folder / "tls.key"
    for file in (chain, key):
        if not file.is_file():
            yield ConfigError(
                f"there is no {file}",
                help="put certificate and key there, or set OBSDASH_TLS to their folder",
            )
            return
    try:
        until = certificate.expiry(chain)
    except ValueError as error:
        yield ConfigError(f"{chain} cannot be used: {error}", help="put the certificate there")
        return
    if until < datetime.now(UTC):
        yield ConfigError(f"the certificate {chain} expired on {until:%Y-%m-%d}", help="renew it")
    if not certificate.fits(chain, key):
        yield ConfigError(
            f"{key} is not the key of {chain}", help="put the two that belong together there"
        )
