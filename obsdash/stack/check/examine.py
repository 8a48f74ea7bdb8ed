"""Let every program that is here read its configuration, and start those that can be started."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from obsdash.stack import native
from obsdash.stack.check.table import CHECKS, Check
from obsdash.stack.check.verdict import Level, Verdict
from obsdash.stack.launch import Place, Settings, is_it, services
from obsdash.stack.manifest import MANIFEST
from obsdash.stack.report import Report
from obsdash.stack.scraping import prometheus_config

_SECONDS = 60  # that a program may think about a file


def examine(settings: Settings, *, run: bool) -> Iterator[Verdict]:
    """Yield a verdict on each service; with `run`, programs are started, apart from any stack.

    `settings.folder` is not used: what is written goes to a folder that is removed again.
    """
    with tempfile.TemporaryDirectory(prefix="obsdash-check-") as name:
        own = replace(settings, folder=Path(name) / "state", build=Path(name) / "build")
        reports = _ran(own) if run else {}
        verdicts = [_upgraded(_judged(check, own), reports.get(check.service)) for check in CHECKS]
        yield from verdicts
        (compose,) = (each for each in verdicts if each.file == "compose.dev.yaml")
        for service in _others(settings.bundle):
            # All that is configured of it stands in Compose's files.
            alone = replace(compose, service=service, file="compose.yaml")
            yield _upgraded(alone, reports.get(service))


def _others(bundle: Path) -> list[str]:
    """Return the services of Compose that have no file of their own."""
    nodes = yaml.compose((bundle / "compose.yaml").read_text(encoding="utf-8"))
    document = _untagged(nodes)
    services = document.get("services") if isinstance(document, dict) else {}
    checked = {check.service for check in CHECKS}
    return sorted(name for name in services or {} if name not in checked)


def _ran(settings: Settings) -> Mapping[str, Report]:
    """Start every component there is a program of, and stop it again."""
    everything = tuple({component.profile for component in MANIFEST})
    try:
        chosen = replace(settings, profiles=everything)
        return {report.name: report for report in native.up(chosen)}
    finally:
        native.down(settings.folder)


def _judged(check: Check, settings: Settings) -> Verdict:
    file = settings.bundle / check.file
    if complaint := _unparsed(file):
        return Verdict(check.service, check.file, Level.REFUSED, "", complaint)
    parsed = Verdict(check.service, check.file, Level.PARSED)
    command = _command(check)
    if command is None:
        missing = f"{' or '.join(words[0] for words in check.programs)} is not installed"
        return _by_schema(replace(parsed, why=missing if check.programs else ""), file)
    words = (*command, *(text.format_map(_places(file, settings)) for text in check.argv))
    if check.service == "prometheus":
        words = (*words, str(_merged(settings)))
    refusal = _refusal(words, check.environment)
    level = Level.REFUSED if refusal else Level.ACCEPTED
    return replace(parsed, level=level, program=Path(command[0]).name, why=refusal)


def _places(file: Path, settings: Settings) -> dict[str, str]:
    return {"file": str(file), "folder": str(file.parent), "bundle": str(settings.bundle)}


def _unparsed(file: Path) -> str:
    """Return why a file is not what its name says, or nothing."""
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            json.loads(text)
        elif file.suffix in {".yml", ".yaml"}:
            list(yaml.compose_all(text))  # tags of Compose's own are fine
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except (ValueError, yaml.YAMLError) as error:
        return " ".join(str(error).split())
    return ""


def _command(check: Check) -> tuple[str, ...] | None:
    for name, *more in check.programs:
        path = shutil.which(name)
        if path and is_it(path, check.proof) and (not more or _answers((path, *more))):
            return (path, *more)
    return None


def _answers(command: Sequence[str]) -> bool:
    """Tell whether a sub-command is there: `docker` may come without `compose`."""
    done = subprocess.run([*command, "version"], capture_output=True, check=False)
    return done.returncode == 0


def _merged(settings: Settings) -> Path:
    """Write Prometheus' configuration with all scrape jobs in it: older ones know no others."""
    everywhere = {
        component.name: Place("127.0.0.1:1", dict.fromkeys(component.ports, "127.0.0.1:1"))
        for component in MANIFEST
    }
    config = prometheus_config(settings.bundle, [], services(everywhere))
    settings.folder.mkdir(parents=True, exist_ok=True)
    file = settings.folder / "all-jobs.yml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return file


def _refusal(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a program on a configuration; return its last word where it refuses, else nothing."""
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"it said nothing for {_SECONDS} s"
    if done.returncode == 0:
        return ""
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {done.returncode}"


def _by_schema(verdict: Verdict, file: Path) -> Verdict:
    """Let Compose's published schema judge its files where Compose is not there itself."""
    program = shutil.which("check-jsonschema")
    if program is None or not verdict.service.startswith("compose"):
        return verdict
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plain:
        json.dump(_untagged(yaml.compose(file.read_text(encoding="utf-8"))), plain)
        plain.flush()
        words = (program, "--builtin-schema", "vendor.compose-spec", plain.name)
        refusal = _refusal(words, {})
    level = Level.REFUSED if refusal else Level.SCHEMA
    return replace(verdict, level=level, program="check-jsonschema", why=refusal or verdict.why)


def _untagged(node: yaml.Node | None) -> object:
    """Return a YAML document without regard to tags of its own, `!reset` and `!override`."""
    loader = yaml.SafeLoader("")
    match node:
        case yaml.MappingNode(value=pairs):
            merged = yaml.MappingNode("tag:yaml.org,2002:map", pairs)
            loader.flatten_mapping(merged)
            return {str(_untagged(key)): _untagged(value) for key, value in merged.value}
        case yaml.SequenceNode(value=items):
            return [_untagged(item) for item in items]
        case yaml.ScalarNode():
            return loader.construct_object(node)
    return None


def _upgraded(verdict: Verdict, report: Report | None) -> Verdict:
    """Return the verdict after its program was started, or could not be."""
    if report is None or verdict.level is Level.REFUSED:
        return verdict
    if report.outcome == "started":
        return replace(verdict, level=Level.RAN, program=verdict.service, why="")
    if report.outcome == "failed":
        return replace(verdict, level=Level.REFUSED, why=report.detail)
    return verdict
