"""How the rules of a target do, as text."""

from collections.abc import Collection, Iterator

from obsdash.health import Health, Sick
from obsdash.render.escape import printable
from obsdash.resource import Resource
from obsdash.words import count


def health_text(target: str, groups: Collection[Resource], health: Health) -> str:
    """Return a line for each rule that fails, and one that sums up."""
    return "\n".join(_lines(target, groups, health))


def _lines(target: str, groups: Collection[Resource], health: Health) -> Iterator[str]:
    by_ref = {group.ref: group for group in groups}
    for sick in health.sick:
        yield printable(f"! {sick.ref}  {sick.rule}{_place(sick, by_ref[sick.ref])}: {sick.reason}")
    for ref in health.waiting:
        yield printable(f"! {ref}  not evaluated yet")
    well = len(groups) - len({*health.waiting, *(sick.ref for sick in health.sick)})
    yield printable(f"{target}: {well} of {count(len(groups), 'rule group')} healthy")


def _place(sick: Sick, group: Resource) -> str:
    origin = group.origin_of(sick.pointer)
    return f" ({origin})" if origin else ""
