"""Run the queries and judge the answers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from obsdash.resource import Resource
from obsdash.verify.backends import Backends
from obsdash.verify.desk import Desk, Ran
from obsdash.verify.model import Finding, Status, Window
from obsdash.verify.prepare import Job, Preparer, Running


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and how long a query may take before it is called slow."""

    slow: timedelta = timedelta(seconds=5)
    at_once: int = 4


def verify(
    resources: Iterable[Resource], backends: Backends, window: Window, limits: Limits
) -> tuple[Finding, ...]:
    """Run every query once and return a finding for each place it stands in, in that order.

    Raises TargetError when a server does not answer at all.
    """
    with Desk(limits.at_once) as desk:
        preparer = Preparer(backends, window, desk)
        jobs = [job for resource in resources for job in preparer.jobs(resource)]
        return tuple(_finding(job, limits) for job in jobs)


def _finding(job: Job, limits: Limits) -> Finding:
    if isinstance(job, Finding):
        return job
    ran = job.answer.result()
    done = Finding(
        job.query,
        Status.DATA,
        ran=job.question.text,
        source=str(job.question.source),
        seconds=ran.seconds,
    )
    if ran.unsupported:
        return replace(done, status=Status.SKIPPED, reason=ran.unsupported)
    if ran.error:
        return replace(done, status=Status.ERROR, reason=ran.error, expected=False)
    if why := _emptiness(job, ran):
        return _judged_empty(done, ran, why, job.hint)
    if ran.seconds > limits.slow.total_seconds():
        return replace(done, status=Status.SLOW, reason=f"took {ran.seconds:.1f} s")
    return done


def _emptiness(job: Running, ran: Ran) -> str:
    """Say in which way an answer is empty, "" when it is not."""
    if not ran.answer.series:
        return "no values" if job.variable else "no data"
    if not ran.answer.numbers:
        return "only NaN"
    if job.variable and not job.variable.matching(ran.answer.values):
        return "its regex lets no value through"
    return ""


def _judged_empty(done: Finding, ran: Ran, why: str, hint: str) -> Finding:
    """An empty answer is right where it is declared, and only for want of matching series."""
    empty = replace(done, status=Status.EMPTY)
    declared = done.query.empty
    if declared is not None and not ran.unknown:
        return replace(empty, reason=declared)
    detail = ran.unknown[0] if ran.unknown else hint
    return replace(empty, reason=f"{why}: {detail}" if detail else why, expected=False)
