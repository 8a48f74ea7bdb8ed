"""How the queries went, as text, JSON and Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import click

from obsdash.origin import Origin
from obsdash.render.escape import code, printable
from obsdash.verify import Finding, Status
from obsdash.words import count

_COLORS = {Status.ERROR: "red", Status.EMPTY: "yellow", Status.SLOW: "yellow"}
_WIDTH = 8  # of the status column
_LONGEST_QUERY = 300  # characters
_MOST_ROWS = 50  # of a Markdown table: a comment on GitHub holds 65,536 characters


def findings_text(findings: Iterable[Finding], *, verbose: bool = False) -> str:
    """Return what needs a look, by resource; then what was skipped, and the totals.

    verbose: list what is as it should be, too.
    """
    found = list(findings)
    shown = [finding for finding in found if verbose or _needs_a_look(finding)]
    lines: list[str] = []
    for _, group in groupby(_worst_first(shown), key=lambda finding: finding.query.ref):
        lines += [*_resource(list(group)), ""]
    if not verbose:
        skipped = list(_skipped(found))
        lines += [*skipped, ""] if skipped else []
    return "\n".join([*lines, totals(found)])


def totals(findings: Iterable[Finding]) -> str:
    """Return `verify: 143 queries · 139 data · 3 empty as declared · 1 error`."""
    found = list(findings)
    counted = Counter(map(_outcome, found))
    parts = [count(len(found), "query", "queries")]
    parts += [_number(counted[name], name) for name in _OUTCOMES if counted[name]]
    return f"verify: {' · '.join(parts)}"


def findings_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the findings as a document, `schemaVersion` 1."""
    found = list(findings)
    statuses = Counter(finding.status for finding in found)
    return {
        "schemaVersion": 1,
        "ok": all(finding.ok for finding in found),
        "totals": {str(status): statuses[status] for status in Status},
        "findings": [_document(finding) for finding in found],
    }


def findings_markdown(findings: Iterable[Finding]) -> str:
    """Return the totals, and a table of what needs a look, for a pull-request comment."""
    found = list(findings)
    rows = [finding for finding in _worst_first(found) if _needs_a_look(finding)]
    lines = [f"### {totals(found)}"]
    if rows:
        lines += ["", "| | resource | query | place | what |", "|---|---|---|---|---|"]
        lines += [_row(finding) for finding in rows[:_MOST_ROWS]]
    if len(rows) > _MOST_ROWS:
        lines += ["", f"… and {len(rows) - _MOST_ROWS} more"]
    if skipped := list(_skipped(found)):
        lines += ["", *(f"- {code(line.strip())}" for line in skipped)]
    return "\n".join(lines)


_OUTCOMES = (
    "data",
    "empty as declared",
    "slow",
    "skipped",
    "empty",
    "error",
    "known from the baseline",
)


def _number(number: int, outcome: str) -> str:
    return count(number, "error") if outcome == "error" else f"{number} {outcome}"


def _outcome(finding: Finding) -> str:
    if finding.known:
        return "known from the baseline"
    if finding.status is Status.EMPTY and finding.expected:
        return "empty as declared"
    return str(finding.status)


def _needs_a_look(finding: Finding) -> bool:
    return not finding.expected or finding.status is Status.SLOW


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Sort resources with failures to the front, and failures to the front in each."""
    worst: dict[Any, int] = {}
    for finding in findings:
        ref = finding.query.ref
        worst[ref] = min(worst.get(ref, len(Status)), _rank(finding))
    return sorted(findings, key=lambda f: (worst[f.query.ref], f.query.ref, _rank(f)))


def _rank(finding: Finding) -> int:
    order = list(Status)
    return order.index(finding.status) + (len(order) if finding.ok else 0)


def _resource(findings: Sequence[Finding]) -> Iterator[str]:
    ref = findings[0].query.ref
    files = {f.query.origin.file for f in findings if f.query.origin}
    file = files.pop() if len(files) == 1 else ""
    yield printable(f"{ref}  {file}".rstrip())
    for finding in findings:
        yield from _finding(finding, file)


def _finding(finding: Finding, file: str) -> Iterator[str]:
    status = str(finding.status).ljust(_WIDTH)
    color = None if finding.ok and finding.status is not Status.SLOW else _COLORS[finding.status]
    place = _place(finding.query.origin, file)
    known = "known from the baseline" if finding.known else ""
    parts = [finding.query.part, place, finding.reason, known]
    text = "  ".join(printable(part) for part in parts if part)
    yield f"  {click.style(status, fg=color) if color else status}{text}"
    if not finding.expected:
        indent = " " * (2 + _WIDTH)
        if query := _query(finding):
            yield f"{indent}{query}"
        if finding.help:
            yield f"{indent}help: {printable(finding.help)}"


def _place(origin: Origin | None, file: str) -> str:
    """Return the place, only `:57` below a heading that names the file."""
    if origin is None or (origin.file == file and not origin.line):
        return ""
    return f":{origin.line}" if origin.file == file else str(origin)


def _query(finding: Finding) -> str:
    """Return the query as it ran, or as defined when it did not, in one bounded line."""
    line = printable(" ".join((finding.ran or finding.query.text).split()))
    return line if len(line) <= _LONGEST_QUERY else line[: _LONGEST_QUERY - 1] + "…"


def _skipped(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a line a reason, and what can be done about it."""
    skipped = [f for f in findings if f.status is Status.SKIPPED and f.expected]
    reasons = Counter((finding.reason, finding.help) for finding in skipped)
    for (reason, remedy), number in reasons.items():
        yield printable(f"skipped {count(number, 'query', 'queries')}: {reason}")
        if remedy:
            yield printable(f"  help: {remedy}")


def _row(finding: Finding) -> str:
    query = finding.query
    status = f"{finding.status} (known)" if finding.known else str(finding.status)
    ran = _query(finding) if not finding.expected else ""
    what = " ".join(filter(None, (code(printable(finding.reason)), code(ran))))
    cells = [
        code(printable(text)) for text in (str(query.ref), query.part, str(query.origin or ""))
    ]
    return f"| {' | '.join((status, *cells, what))} |"


def _document(finding: Finding) -> dict[str, Any]:
    query = finding.query
    return {
        "resource": str(query.ref),
        "part": query.part,
        "role": query.role,
        "status": str(finding.status),
        "expected": finding.expected,
        "known": finding.known,
        "reason": finding.reason,
        "help": finding.help,
        "origin": str(query.origin) if query.origin else None,
        "datasource": finding.source,
        "query": query.text,
        "ran": finding.ran,
        "seconds": round(finding.seconds, 3),
    }
