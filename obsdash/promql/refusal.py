"""Whether a rule's expression is one that Prometheus evaluates."""

import re
import subprocess
from functools import lru_cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import orjson

from obsdash.promql.text import tokens
from obsdash.promql.tree import parse_error

_SECONDS = 20
_REASON = re.compile(r"could not parse expression: (?:\d+:\d+: )?(?:parse error: )?(.+)")

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
    return _asked(expr, reason) if reason else None


@lru_cache
def _asked(expr: str, doubt: str) -> str | None:
    """Return what promtool has against an expression, the doubt itself where it cannot be asked."""
    promtool = which("promtool")
    if promtool is None:
        return doubt
    with TemporaryDirectory(prefix="obsdash-") as folder:
        file = Path(folder) / "rules.yml"
        rule = {"record": "asked", "expr": expr}
        file.write_bytes(orjson.dumps({"groups": [{"name": "asked", "rules": [rule]}]}))
        try:
            done = subprocess.run(
                [promtool, "check", "rules", str(file)],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return doubt
    if done.returncode == 0:
        return None
    found = _REASON.search(done.stderr + done.stdout)
    return found[1] if found else doubt
