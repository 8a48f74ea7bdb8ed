"""Whether Prometheus would take a rule group: by its structure, and by promtool's judgement."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from obsdash.disk.names import unusable
from obsdash.durations import milliseconds
from obsdash.resource import Resource, Spec

_GROUP_KEYS = {"name", "interval", "limit", "query_offset", "labels", "rules"}
_ALERT_KEYS = {"alert", "expr", "for", "keep_firing_for", "labels", "annotations"}
_RECORD_KEYS = {"record", "expr", "labels"}

# Since which version Prometheus knows what. An older one gets a group's labels in its rules.
_SINCE = {"keep_firing_for": (2, 42), "query_offset": (2, 53)}
_GROUP_LABELS = (3, 0)

_SECONDS = 60  # more than promtool needs for ten thousand rules


def structure_problem(groups: Sequence[Spec]) -> str:
    """Return the first reason why Prometheus would refuse groups, "" when none is found."""
    for group in groups:
        if why := next(_group_problems(group), ""):
            return f"group {group.get('name')!r}: {why}"
    return ""


def version_problem(group: Resource, version: str) -> str:
    """Return what of a group a Prometheus of this version does not know, "" when it knows all."""
    for key, since in _SINCE.items():
        if _number(version) < since and (what := next(setting(group, key), "")):
            newer = ".".join(map(str, since))
            return f"{what} sets {key}, which Prometheus knows since {newer}; this one is {version}"
    return ""


def knows_group_labels(version: str) -> bool:
    """Whether a Prometheus of this version knows labels of groups."""
    return _number(version) >= _GROUP_LABELS


def setting(group: Resource, key: str) -> Iterator[str]:
    """Yield what sets a key: the group, or a rule with its place."""
    if group.spec.get(key):
        yield "the group"
    for index, rule in enumerate(group.spec.get("rules") or ()):
        if rule.get(key):
            place = group.origin_of(f"/rules/{index}")
            name = repr(rule.get("alert") or rule.get("record"))
            yield f"{name} ({place})" if place else name


def _number(version: str) -> tuple[int, ...]:
    """Return major and minor, of an unknown version the highest."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (sys.maxsize,)


def name_problem(namespace: str) -> str:
    """Return why a namespace cannot be a file's name, "" when it can."""
    reason = unusable(namespace)
    return f"the namespace {namespace!r} cannot be the name of a file: {reason}" if reason else ""


def promtool_problems(promtool: str, files: Sequence[Path], features: str) -> dict[Path, str]:
    """Return what promtool has against rule files, one line a file; no entry for a good one.

    Duplicate rules are a matter of taste: Prometheus loads them.
    """
    command = [promtool, "check", "rules", "--lint=none"]
    command += [f"--enable-feature={features}"] if features else []
    try:
        run = subprocess.run(
            [*command, *map(str, files)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return dict.fromkeys(files, f"promtool cannot be run: {error}")
    if run.returncode == 0:
        return {}
    lines = [line.strip() for line in (run.stderr + run.stdout).splitlines()]
    found = {file: why for file in files if (why := _reason(lines, f"{file}: "))}
    return found or dict.fromkeys(files, _reason(lines, "promtool: ") or "no reason given")


def _reason(lines: Sequence[str], before: str) -> str:
    said = [line.removeprefix(before) for line in lines if line.startswith(before)]
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    return f"{said[0]}{more}" if said else ""


def _group_problems(group: Spec) -> Iterator[str]:
    if unknown := sorted(group.keys() - _GROUP_KEYS):
        yield f"a rule group has no key {unknown[0]!r}"
    for key in ("interval", "query_offset"):
        yield from _duration_problems(group, key)
    rules = group.get("rules") or []
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        yield "rules is not a list of rules"
        return
    for number, rule in enumerate(rules, 1):
        yield from (f"rule {number}, {_name(rule)}: {why}" for why in _rule_problems(rule))


def _name(rule: Spec) -> str:
    return repr(rule.get("alert") or rule.get("record") or "without a name")


def _rule_problems(rule: Spec) -> Iterator[str]:
    if bool(rule.get("alert")) == bool(rule.get("record")):
        yield "it must have either alert or record"
    allowed = _ALERT_KEYS if rule.get("alert") else _RECORD_KEYS
    if unknown := sorted(key for key in rule.keys() - allowed if rule[key]):
        yield f"it cannot have the key {unknown[0]!r}"
    if not isinstance(rule.get("expr"), str | int | float) or not str(rule["expr"]).strip():
        yield "expr is missing"
    for key in ("for", "keep_firing_for"):
        yield from _duration_problems(rule, key)
    for key in ("labels", "annotations"):
        yield from _text_problems(rule.get(key) or {}, key)


def _duration_problems(holder: Spec, key: str) -> Iterator[str]:
    value = holder.get(key)
    if value is not None and milliseconds(str(value)) is None:
        yield f"{key} {value!r} is not a duration such as 30s, 5m or 1h30m"


def _text_problems(texts: Any, key: str) -> Iterator[str]:
    if not isinstance(texts, dict) or not all(isinstance(name, str) for name in texts):
        yield f"{key} is not a mapping of names to texts"
    elif "__name__" in texts and key == "labels":
        yield "__name__ cannot be a label"
    elif any(isinstance(value, dict | list) for value in texts.values()):
        yield f"{key} must hold texts only"
