"""`obsdash verify`."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from obsdash.cli.context import Context
from obsdash.cli.options import duration
from obsdash.cli.output import note, to_json
from obsdash.cli.querying import backends
from obsdash.delivery.librarypanels import inlined
from obsdash.errors import ConfigError, TargetError
from obsdash.http import AnswerError
from obsdash.selection import select
from obsdash.verify import Finding, Limits, Window, mark_known, verify

_EPILOG = """\b
Examples:
  obsdash verify --env prod
  obsdash sync --env prod && obsdash verify --env prod --wait 90s
  obsdash verify 'dashboard/api*' --since 6h -v
  obsdash verify --format json > known.json && obsdash verify --baseline known.json
"""

_PAUSE = 5.0  # seconds between two runs of --wait
_FINAL = (401, 403, 404)  # what waiting does not cure


@click.command(epilog=_EPILOG)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option("--since", callback=duration, default="1h", help="How far back to look (1h).")
@click.option("--slow", callback=duration, default="5s", help="What takes longer is slow (5s).")
@click.option("--wait", callback=duration, help="Run again until all is well, as long as this.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text"
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A JSON report: only failures that it has not fail this run.",
)
@click.option("-v", "--verbose", is_flag=True, help="List what has data, too.")
@click.pass_obj
def command(
    context: Context,
    refs: tuple[str, ...],
    since: timedelta,
    slow: timedelta,
    wait: timedelta | None,
    format_: str,
    baseline: Path | None,
    verbose: bool,
) -> int:
    """Run every query of dashboards and rules on the live data sources.

    Each has data, is empty, is an error, is slow, or is skipped for a reason. Exits with 1 when
    something is an error, or is empty without being declared so.
    """
    resources = inlined(context.load().resources)
    chosen = select(resources, refs)
    known = _read(baseline) if baseline else None

    def run() -> tuple[Finding, ...]:
        sources = backends(context.config, context.settings, resources)
        window = Window(datetime.now(UTC), since)
        found = verify(chosen, sources, window, Limits(slow=slow))
        return mark_known(found, known, str(baseline)) if baseline else found

    findings = _patiently(run, wait) if wait else run()
    if refs and not findings:
        raise ConfigError("what you named holds no queries", help="name dashboards or rule groups")
    click.echo(_shown(findings, format_, verbose=verbose))
    return 0 if all(finding.ok for finding in findings) else 1


def _patiently(run: Callable[[], tuple[Finding, ...]], wait: timedelta) -> tuple[Finding, ...]:
    """Run again while something is wrong and there is time left."""
    end = time.monotonic() + wait.total_seconds()
    while True:
        left = end - time.monotonic()
        try:
            findings = run()
            if left <= 0 or all(finding.ok for finding in findings):
                return findings
            _progress(f"{sum(not finding.ok for finding in findings)} not as they should be", left)
        except TargetError as error:
            if left <= 0 or (isinstance(error, AnswerError) and error.status in _FINAL):
                raise
            _progress(error.message, left)
        time.sleep(max(0.1, min(_PAUSE, left)))


def _progress(text: str, left: float) -> None:
    if sys.stderr.isatty():
        note(f"{text}; {left:.0f} s left")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(
            f"{file} is not JSON", help=f"obsdash verify --format json > {file} makes one"
        ) from None


def _shown(findings: Iterable[Finding], format_: str, *, verbose: bool) -> str:
    from obsdash.render import findings as render

    if format_ == "json":
        return to_json(render.findings_json(findings))
    if format_ == "markdown":
        return render.findings_markdown(findings)
    return render.findings_text(findings, verbose=verbose)
