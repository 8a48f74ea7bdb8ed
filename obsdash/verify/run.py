"""Run the queries and judge the answers."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from obsdash.promql import metrics
from obsdash.resource import Resource
from obsdash.verify.backends import Backend, Backends, DataSource, QueryError, UnsupportedError
from obsdash.verify.collect import collect, source_of
from obsdash.verify.model import Answer, Finding, Query, Source, Status, Window
from obsdash.verify.variables import (
    Values,
    Variable,
    built_in,
    dashboard_variables,
    fill,
    static_value,
)

_LOGICAL = ("__expr__", "-- Mixed --")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and how long a query may take before it is called slow."""

    slow: timedelta = timedelta(seconds=5)
    at_once: int = 4


@dataclass(frozen=True, slots=True)
class _Job:
    """A query that is ready to run, or the finding that says why it is not."""

    query: Query
    text: str = ""
    source: DataSource | None = None
    backend: Backend | None = None
    finding: Finding | None = None


def verify(
    resources: Sequence[Resource], backends: Backends, window: Window, limits: Limits
) -> tuple[Finding, ...]:
    """Run every query once and return a finding for each place it stands in, in that order.

    Raises TargetError when a data source cannot be reached at all.
    """
    jobs = list(_jobs(resources, backends, window))
    distinct = {_identity(job): job for job in jobs if job.backend}
    with ThreadPoolExecutor(limits.at_once) as pool:
        running = {key: pool.submit(_run, job, window) for key, job in distinct.items()}
        try:
            return tuple(_judge(job, running, window, limits) for job in jobs)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@dataclass(frozen=True, slots=True)
class _Ran:
    """An answer, or the one query's error, and how long it took."""

    answer: Answer
    error: str
    skipped: bool
    seconds: float


def _identity(job: _Job) -> tuple[object, ...]:
    role = job.query.role if job.query.role == "variable" else ""
    return job.source, job.text, job.query.instant, role


def _jobs(resources: Sequence[Resource], backends: Backends, window: Window) -> Iterator[_Job]:
    specs = {resource.ref: resource.spec for resource in resources}
    for ref, queries in groupby(collect(resources), key=lambda query: query.ref):
        values: Values = _values(specs[ref], backends, window)
        for query in queries:
            yield _job(query, values, backends, window)


def _job(query: Query, values: Values, backends: Backends, window: Window) -> _Job:
    """Replace the variables and find the data source."""
    if query.source.uid in _LOGICAL or query.source.type in _LOGICAL:
        return _Job(query, finding=_skip(query, "it computes on other queries' answers"))
    if query.model.get("hide") is True and query.role == "panel":
        return _Job(query, finding=_skip(query, "it is hidden"))
    uid, _ = fill(query.source.uid, values)
    source = backends.resolve(Source(query.source.type, uid))
    if source is None:
        return _Job(query, finding=_skip(query, f"no data source {uid or 'is named'} is known"))
    scrape = {**built_in(window, source.scrape), **values}
    text, unknown = fill(query.text, scrape)
    if unknown and query.source.type in ("prometheus", "loki", ""):
        why = f"undefined variable ${unknown[0]}"
        return _Job(query, finding=Finding(query, Status.ERROR, why, query.text, expected=False))
    if not text.strip():
        return _Job(query, finding=_skip(query, "it says nothing"))
    backend = backends.backend(source)
    if backend is None:
        why = f"nothing is configured to query {source.uid or source.type}"
        return _Job(query, finding=_skip(query, why))
    return _Job(query, text, source, backend)


def _skip(query: Query, why: str) -> Finding:
    return Finding(query, Status.SKIPPED, why, query.text)


def _run(job: _Job, window: Window) -> _Ran:
    started = time.monotonic()
    answer, error, skipped = Answer(0), "", False
    assert job.backend is not None  # noqa: S101 (only such jobs are run)
    try:
        if job.query.role == "variable":
            answer = Answer(len(job.backend.values(job.text, window)))
        else:
            answer = job.backend.run(job.query, job.text, window)
    except UnsupportedError as unsupported:
        error, skipped = unsupported.message, True
    except QueryError as refused:
        error = refused.message
    return _Ran(answer, error, skipped, time.monotonic() - started)


def _judge(
    job: _Job, running: Mapping[tuple[object, ...], Future[_Ran]], window: Window, limits: Limits
) -> Finding:
    if job.finding:
        return job.finding
    ran = running[_identity(job)].result()
    finding = Finding(job.query, Status.DATA, "", job.text, ran.seconds)
    if ran.error:
        status = Status.SKIPPED if ran.skipped else Status.ERROR
        return replace(finding, status=status, reason=ran.error, expected=ran.skipped)
    if ran.answer.empty:
        return _judge_empty(replace(finding, status=Status.EMPTY), job, ran.answer, window)
    if ran.seconds > limits.slow.total_seconds():
        return replace(finding, status=Status.SLOW, reason=f"took {ran.seconds:.1f} s")
    return finding


def _judge_empty(finding: Finding, job: _Job, answer: Answer, window: Window) -> Finding:
    """An empty answer is right where it is declared, and only for want of matching series."""
    only = "only NaN" if answer.series else ""
    if job.query.empty is None:
        return replace(finding, reason=only or "no data", expected=False)
    assert job.backend is not None  # noqa: S101 (only such jobs are run)
    missing = [m for m in sorted(metrics(job.text)) if not job.backend.exists(m, window)]
    if missing:
        why = f"metric {missing[0]} has no series at all"
        return replace(finding, reason=why, expected=False)
    return replace(finding, reason=job.query.empty)


def _values(spec: Mapping[str, Any], backends: Backends, window: Window) -> Values:
    """Return what the variables of a dashboard stand for; those that cannot be run stay empty."""
    values: dict[str, str | Sequence[str]] = {}
    for variable in dashboard_variables(dict(spec)):
        static = static_value(variable, window)
        if static is not None:
            values[variable.name] = static
        elif variable.type == "datasource":
            values[variable.name] = _data_source(variable, backends)
        else:
            values[variable.name] = variable.choose(_offered(variable, values, backends, window))
    return values


def _data_source(variable: Variable, backends: Backends) -> str:
    sources = backends.of_type(str(variable.spec.get("query") or ""))
    offered = [s.uid for s in sources if variable.offered([s.name]) != []]
    current = variable.current
    known = {s.name: s.uid for s in sources}
    if isinstance(current, str) and (current in offered or current in known):
        return known.get(current, current)
    return next((s.uid for s in sources if s.default and s.uid in offered), "") or next(
        iter(offered), ""
    )


def _offered(
    variable: Variable, values: Values, backends: Backends, window: Window
) -> Sequence[str]:
    """Run a variable's query for its values; its own finding reports what is wrong with it."""
    model = variable.spec.get("query")
    text = str((model.get("query") if isinstance(model, Mapping) else model) or "")
    source = source_of(variable.spec.get("datasource"))
    resolved = backends.resolve(Source(source.type, fill(source.uid, values)[0]))
    backend = backends.backend(resolved) if resolved else None
    if backend is None or resolved is None:
        return []
    filled, _ = fill(text, {**built_in(window, resolved.scrape), **values})
    try:
        return variable.offered(backend.values(filled, window))
    except (QueryError, UnsupportedError):
        return []
