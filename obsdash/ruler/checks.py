"""Whether a ruler keeps all that a rule group says."""

from collections.abc import Iterator

from obsdash.durations import milliseconds
from obsdash.prometheus.checks import setting, structure_problem
from obsdash.resource import Resource
from obsdash.ruler.dialects import Dialect

_STEP = 10_000  # milliseconds; Grafana's scheduler looks at its rules this often


def problem(dialect: Dialect, resource: Resource) -> str:
    """Return the first reason why a group cannot be delivered as it is, "" when it can."""
    return next(_problems(dialect, resource), "")


def _problems(dialect: Dialect, resource: Resource) -> Iterator[str]:
    group = resource.spec
    known = {key: value for key, value in group.items() if key not in dialect.extra}
    if why := structure_problem([known]):
        yield why
    if not group.get("rules"):
        yield "a group without rules cannot be stored"
    if found := {*dialect.unsafe} & {*resource.ref.uid.replace("/", "", 1)}:
        yield f"{dialect.product} cannot delete what has {min(found)!r} in its name"
    if dialect.grafana and (milliseconds(str(group.get("interval") or "0")) or 0) % _STEP:
        yield f"interval {group['interval']} is no multiple of 10s, as Grafana wants it"
    for key in dialect.lacks:
        yield from (f"{what} sets {key}, {dialect.lacks[key]}" for what in setting(resource, key))
