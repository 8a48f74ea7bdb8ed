"""Labels that changed alike in the rules of a group: told once, not once a rule."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from obsdash.diff.missing import MISSING
from obsdash.diff.rules.rule import Rule

Pair = tuple[Rule, Rule]  # as it is live, as it is desired

_FEW = 2  # from so many rules on


class Alike(NamedTuple):
    """A label's change, and the rules that it is one of."""

    name: str
    before: Any
    after: Any
    pairs: tuple[Pair, ...]


def changed_alike(pairs: Sequence[Pair], common: frozenset[str]) -> Iterator[Alike]:
    """Yield the labels that changed in all rules, from one value to one other.

    common: those that a group gives to its rules; they may stay where a rule sets them itself.
    """
    names = dict.fromkeys(name for pair in pairs for rule in pair for name in rule.labels)
    for name in names:
        values = [tuple(rule.labels.get(name, MISSING) for rule in pair) for pair in pairs]
        changed = [pair for pair, (a, b) in zip(pairs, values, strict=True) if a != b]
        stayed = [rule for (_, rule), (a, b) in zip(pairs, values, strict=True) if a == b]
        kinds = {(a, b) for a, b in values if a != b}
        overruled = all(name in common and name in rule.own for rule in stayed)
        if len(changed) >= _FEW and len(kinds) == 1 and overruled:
            yield Alike(name, *kinds.pop(), tuple(changed))
