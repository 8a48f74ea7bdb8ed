"""Print docs/stack-services.md: what each environment starts, from the Compose files themselves.

python stack/services.py > docs/stack-services.md
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
ENVIRONMENTS = {"dev": "Development", "prod": "Production"}
_HEAD = """# The services

Made by `python stack/services.py > docs/stack-services.md` from the Compose files; a test holds the
two together. Versions are those of `stack/versions.env`. What is not published is reached by its
name on the networks of the stack. [How to start them](stack.md).
"""
_COLUMNS = ("service", "profiles", "image", "published", "data", "healthy when", "waits for")

Node = Any


class _Override(list[Any]):
    """A list that takes the place of the one below, instead of being appended to it."""


class _Reset:
    """Stands where an override takes something away."""


class _Loader(yaml.SafeLoader):
    pass


def _override(loader: _Loader, node: yaml.Node) -> _Override:
    return _Override(loader.construct_sequence(node, deep=True))  # type: ignore[arg-type]


def _reset(_loader: _Loader, _node: yaml.Node) -> _Reset:
    return _Reset()


_Loader.add_constructor("!override", _override)
_Loader.add_constructor("!reset", _reset)


def merged_services(env: str) -> dict[str, dict[str, Node]]:
    """Return the services of an environment as Compose merges them, versions filled in."""
    versions = dict(_versions((HERE / "versions.env").read_text(encoding="utf-8")))
    layers = [_read(HERE / name, versions) for name in ("compose.yaml", f"compose.{env}.yaml")]
    services: dict[str, dict[str, Node]] = _merge(layers[0]["services"], layers[1]["services"])
    return services


def page() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *(_table(env) for env in ENVIRONMENTS)])


def _table(env: str) -> str:
    services = merged_services(env)
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS)]
    rows += [_row(name, services[name]) for name in sorted(services)]
    lines = ("| " + " | ".join(row) + " |" for row in rows)
    return f"## {ENVIRONMENTS[env]}\n\n" + "\n".join(lines) + "\n"


def _row(name: str, service: Mapping[str, Node]) -> tuple[str, ...]:
    data = [each.partition(":")[0] for each in service.get("volumes", []) if each[0] not in "./$"]
    waits = service.get("depends_on", {})
    return (
        name,
        _listed(sorted(service["profiles"]), ""),
        f"`{service['image']}`",
        _listed(map(_port, service.get("ports", []))),
        _listed(each for each in data if each != "hc-bin"),
        health(service.get("healthcheck", {}).get("test", [])),
        _listed(sorted(waits), ""),
    )


def health(test: list[str]) -> str:
    """Return what a health check asks, short: an address, or the command."""
    text = " ".join(test)
    if found := re.search(r"/dev/tcp/localhost/(\d+).*?GET (\S+)", text):
        return f"`:{found[1]}{found[2]}`"
    if found := re.search(r"https?://localhost(:\d+/[^\s'\",]*)", text):
        return f"`{found[1]}`"
    command = " ".join(test[1:]).replace("|", "\\|")
    return f"`{command}`" if command else "it has ended well"


def _port(text: str) -> str:
    return re.sub(r"\$\{\w+:-(\w+)\}", r"\1", text).replace("127.0.0.1:", "")


def _listed(texts: Iterable[str], quote: str = "`") -> str:
    return ", ".join(f"{quote}{text}{quote}" for text in texts)


def _versions(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield name, value


def _read(file: Path, versions: Mapping[str, str]) -> dict[str, Node]:
    text = file.read_text(encoding="utf-8")
    for name, value in versions.items():
        text = text.replace(f"${{{name}}}", value)
    document: dict[str, Node] = yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader with two tags)
    return document


def _merge(below: Node, above: Node) -> Node:
    match below, above:
        case dict(), dict():
            both = {
                key: _merge_key(key, below[key], above[key])
                if key in below and key in above
                else {**below, **above}[key]
                for key in {**below, **above}
            }
            return {key: value for key, value in both.items() if not isinstance(value, _Reset)}
        case _, _Override():
            return list(above)
        case list(), list():
            return below + above
    return above


def _merge_key(key: str, below: Node, above: Node) -> Node:
    if key in {"command", "entrypoint", "test"}:
        return above
    if key == "volumes" and isinstance(above, list):
        return list(
            {
                each.split(":")[-2 if each.count(":") > 1 else -1]: each for each in below + above
            }.values()
        )
    return _merge(below, above)


if __name__ == "__main__":
    sys.stdout.write(page())
