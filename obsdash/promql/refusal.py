"""Whether a rule's expression is one that Prometheus evaluates."""

import subprocess
from functools import lru_cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import orjson

from obsdash.promql.text import tokens
from obsdash.promql.tree import parse_error

_SECONDS = 20

NEWER = "if your Prometheus knows more PromQL, have its promtool on PATH: it then decides"


def refusal(expr: str) -> str | None:
    """Return why Prometheus would refuse a rule's expression, None when it would not.

    Our parser decides; what it cannot read is put to promtool, where there is one: its grammar is
    that of a Prometheus which may be newer.
    """
    if not expr.strip():
        return "it is empty"
    if any("$" in t.text for t in tokens(expr) if t.kind not in ("string", "raw", "comment")):
        return "it holds a variable, which only Grafana replaces"
    reason = parse_error(expr)
    return reason if reason and not _promtool_takes(expr) else None


@lru_cache
def _promtool_takes(expr: str) -> bool:
    promtool = which("promtool")
    if promtool is None:
        return False
    with TemporaryDirectory(prefix="obsdash-") as folder:
        file = Path(folder) / "rules.yml"
        rule = {"record": "asked", "expr": expr}
        file.write_bytes(orjson.dumps({"groups": [{"name": "asked", "rules": [rule]}]}))
        try:
            done = subprocess.run(
                [promtool, "check", "rules", str(file)],
                capture_output=True,
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0
