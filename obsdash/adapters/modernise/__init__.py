"""Repair a dashboard's document: named rules, each of which can be switched off."""

from collections.abc import Callable
from dataclasses import dataclass

from obsdash.adapters.draft import Draft, Style
from obsdash.adapters.modernise.sources import Sources
from obsdash.resource import Spec


@dataclass(frozen=True, slots=True)
class Rule:
    """One repair, in place.

    foreign: whether it is also made in what Grafana or the Foundation SDK wrote.
    """

    name: str
    apply: Callable[[Spec, Sources], None]
    foreign: bool = False


RULES: tuple[Rule, ...] = ()


def modernise(draft: Draft, sources: Sources, off: frozenset[str]) -> None:
    """Repair the document of a draft."""
    for rule in RULES:
        if rule.name not in off and (rule.foreign or draft.style is Style.OURS):
            rule.apply(draft.spec, sources)
