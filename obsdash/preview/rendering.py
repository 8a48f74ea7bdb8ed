"""Fills in the templates of receivers, one amtool a text."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from obsdash.errors import TargetError
from obsdash.preview.data import ExampleAlert, notification

_SECONDS = 60  # more than amtool needs


@dataclass(frozen=True, slots=True)
class Preview:
    """What one channel of a receiver would be sent. texts: field → text; error: field → why not."""

    receiver: str
    channel: str  # slack, email, …
    texts: Mapping[str, str]
    errors: Mapping[str, str]


def previews(
    config: Mapping[str, Any],
    receivers: Sequence[str],
    alerts: Sequence[ExampleAlert],
    *,
    resolved: bool = False,
) -> Iterator[Preview]:
    """Yield what the channels of some receivers would be sent about these alerts.

    config: of an Alertmanager. Texts that call a template of a file are an error of that text.
    Raises TargetError when amtool is missing.
    """
    amtool = which("amtool")
    if amtool is None:
        raise TargetError(
            "amtool, which fills in the templates, is not installed",
            help="apt install prometheus-alertmanager",
        )
    known = {receiver["name"]: receiver for receiver in config.get("receivers") or ()}
    with TemporaryDirectory(prefix="obsdash-") as name:
        for receiver in receivers:
            tool = _Amtool(amtool, Path(name), notification(receiver, alerts, resolved=resolved))
            for key, entries in known[receiver].items():
                if key.endswith("_configs"):
                    for entry in entries:
                        yield _preview(tool, receiver, key.removesuffix("_configs"), entry)


def _preview(tool: "_Amtool", receiver: str, channel: str, entry: Mapping[str, Any]) -> Preview:
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field, template in _templates(entry):
        html = field == "html" or entry.get("parse_mode") == "HTML"
        text, error = tool.render(template, html=html)
        (errors if error else texts)[field] = error or text
    return Preview(receiver, channel, texts, errors)


def _templates(entry: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts that are templates, by dotted field."""
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield from _templates(value, f"{prefix}{key}.")
        elif isinstance(value, str) and "{{" in value:
            yield f"{prefix}{key}", value


class _Amtool:
    """amtool with the data of one notification."""

    def __init__(self, path: str, folder: Path, data: Mapping[str, Any]) -> None:
        self._path = path
        self._data = folder / "data.json"
        self._data.write_bytes(orjson.dumps(data))
        self._none = folder / "none.tmpl"
        self._none.touch()

    def render(self, template: str, *, html: bool) -> tuple[str, str]:
        """Return the text, or "" and why there is none."""
        done = subprocess.run(
            [
                self._path,
                *("template", "render", f"--template.glob={self._none}"),
                f"--template.text={template}",
                f"--template.type={'html' if html else 'text'}",
                f"--template.data={self._data}",
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            return "", (done.stderr.strip().splitlines() or ["amtool gave no reason"])[-1]
        return done.stdout.strip(), ""
