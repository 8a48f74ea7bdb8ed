"""Which items of two lists are the same thing, wherever they stand."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import orjson

from obsdash.diff.missing import MISSING
from obsdash.diff.routing.integrations import INTEGRATIONS

T = TypeVar("T")

# A stage pairs what the stages before it left over; it yields (index before, index after).
Left = Mapping[int, T]
Stage = Callable[[Mapping[int, T], Mapping[int, T]], Iterator[tuple[int, int]]]


def by(key: Callable[[T], Hashable], accept: Callable[[T, T], bool] | None = None) -> Stage[T]:
    """Return a stage that pairs items of equal keys in their order; a key None pairs nothing."""

    def stage(old: Mapping[int, T], new: Mapping[int, T]) -> Iterator[tuple[int, int]]:
        waiting: dict[Hashable, list[int]] = {}
        for index, item in old.items():
            waiting.setdefault(key(item), []).append(index)
        waiting.pop(None, None)
        for index, item in new.items():
            candidates = waiting.get(key(item))
            if candidates and (accept is None or accept(old[candidates[0]], item)):
                yield candidates.pop(0), index

    return stage


def paired(old: Sequence[T], new: Sequence[T], stages: Sequence[Stage[T]]) -> dict[int, int]:
    """Return index after → index before."""
    left, right = dict(enumerate(old)), dict(enumerate(new))
    pairs: dict[int, int] = {}
    for stage in stages:
        if not left or not right:
            break
        for before, after in list(stage(left, right)):
            pairs[after] = before
            del left[before], right[after]
    return pairs


@dataclass(frozen=True, slots=True)
class Identity:
    """What names the items of a list: a function, and the keys that it reads.

    nearly: what items of other names have in common when they are one, changed; None: nothing.
    alike: what also has to hold for such a pair.
    """

    name: Callable[[Any], Hashable]
    keys: tuple[str, ...] = ()
    nearly: Callable[[Any], Hashable] = lambda _item: None
    alike: Callable[[Any, Any], bool] | None = None


class Pair(NamedTuple):
    """An item of a list on both sides, or on one: its name now, its indexes, its values."""

    name: str
    live: int | None
    desired: int | None
    before: Any
    after: Any


def aligned(before: Sequence[Any], after: Sequence[Any], identity: Identity) -> list[Pair]:
    """Pair a list's items by name; those that only got another name, by the rest of them."""
    pairs = paired(
        before,
        after,
        (
            by(lambda item: (identity.name(item), packed(item))),
            by(identity.name),
            *(by(_without(key)) for key in identity.keys or ("",)),
            by(identity.nearly, identity.alike),
        ),
    )
    names, old_names = _names(after, identity), _names(before, identity)
    kept = [
        Pair(names[j], pairs.get(j), j, before[pairs[j]] if j in pairs else MISSING, item)
        for j, item in enumerate(after)
    ]
    gone = set(range(len(before))) - set(pairs.values())
    return [*kept, *(Pair(old_names[i], i, None, before[i], MISSING) for i in sorted(gone))]


def _without(key: str) -> Callable[[Any], Hashable]:
    return lambda item: packed({k: v for k, v in item.items() if k != key})


def orders(pairs: Sequence[Pair]) -> tuple[list[str], list[str]]:
    """Return the names of what is on both sides, in the order of each."""
    both = [(p.live, p.name) for p in pairs if p.live is not None and p.desired is not None]
    return [name for _, name in sorted(both)], [name for _, name in both]


def packed(value: Any) -> bytes:
    """Encode so that equal JSON gives equal bytes; 1 and 1.0 differ."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _names(items: Sequence[Any], identity: Identity) -> list[str]:
    """Return the names; a name's second item is `name #2`."""
    seen: dict[str, int] = {}
    found = []
    for item in items:
        name = str(identity.name(item))
        seen[name] = seen.get(name, 0) + 1
        found.append(f"{name} #{seen[name]}" if seen[name] > 1 else name)
    return found


def _field(key: str) -> Identity:
    return Identity(lambda item: str(item.get(key) or ""), (key,))


def _route(route: Any) -> str:
    return _listed(route.get("matchers"))


def _receiver_of(route: Any) -> Hashable:
    return str(route.get("receiver"))


def _share_a_label(one: Any, other: Any) -> bool:
    """Whether two routes ask for values of the same label."""
    return not _label_names(one).isdisjoint(_label_names(other))


def _label_names(route: Any) -> set[str]:
    found = route.get("matchers")
    return (
        {re.split("[!=]", str(one))[0].strip(' {"') for one in found}
        if isinstance(found, list)
        else set()
    )


def _likely_receiver(receiver: Any) -> Hashable:
    """Return what a receiver keeps when it is renamed, also where defaults are filled in."""
    told = [
        (kind, tuple(address(one) for one in found))
        for kind, found in sorted(receiver.items())
        if kind in INTEGRATIONS and isinstance(found, list)
    ]
    return tuple(told) or None


def address(integration: Any) -> str:
    """Return whom an integration tells, where it says so openly, "" otherwise."""
    found = integration if isinstance(integration, dict) else {}
    return next((str(found[key]) for key in ADDRESSES if found.get(key)), "")


ADDRESSES = ("to", "channel", "room_id", "chat_id", "topic_arn", "target_arn", "phone_number")


def _inhibition(rule: Any) -> str:
    return f"{_listed(rule.get('source_matchers'))} → {_listed(rule.get('target_matchers'))}"


def _listed(matchers: Any) -> str:
    return ", ".join(map(str, matchers)) if isinstance(matchers, list) else ""


def _matcher(override: Any) -> str:
    matcher = override.get("matcher")
    matcher = matcher if isinstance(matcher, dict) else {}
    return f"{matcher.get('id')} {matcher.get('options')}"


# Lists whose items have a name, by the key that holds the list. A step's name is its position.
IDENTITIES: Mapping[str, Identity] = {
    "targets": _field("refId"),
    "overrides": Identity(_matcher, ("matcher",)),
    "properties": _field("id"),
    "list": _field("name"),
    "links": _field("title"),
    "dataLinks": _field("title"),
    "transformations": _field("id"),
    "receivers": replace(_field("name"), nearly=_likely_receiver),
    "integrations": _field("uid"),
    "inhibit_rules": Identity(_inhibition, ("target_matchers", "source_matchers")),
    "routes": Identity(_route, ("matchers",), _receiver_of, _share_a_label),
    "time_intervals": _field("name"),
    "mute_time_intervals": _field("name"),
    "steps": Identity(lambda _step: "step"),
    **{kind: Identity(address, nearly=lambda _item: "some") for kind in INTEGRATIONS},
}
