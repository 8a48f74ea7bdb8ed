"""What turns one document into another, as operations of JSON Patch (RFC 6902)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from obsdash.diff.alignment import IDENTITIES, Identity, aligned
from obsdash.diff.leaves import same
from obsdash.origin import escape

Op = dict[str, Any]


def operations(before: Any, after: Any) -> list[Op]:
    """Return the operations that make `after` of `before`, each with the value `before` it."""
    return list(_operations(before, after, "", ""))


def _operations(before: Any, after: Any, pointer: str, key: str) -> Iterator[Op]:
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_object(before, after, pointer)
        return
    lists = isinstance(before, list) and isinstance(after, list)
    steps = _steps(before, after, key) if lists else None
    if steps:
        yield from _of_list(before, after, steps, pointer)
    else:
        yield {"op": "replace", "path": pointer, "value": after, "before": before}


def _of_object(before: Mapping[str, Any], after: Mapping[str, Any], pointer: str) -> Iterator[Op]:
    for key in (key for key in before if key not in after):
        yield {"op": "remove", "path": f"{pointer}/{escape(key)}", "before": before[key]}
    for key, value in after.items():
        place = f"{pointer}/{escape(key)}"
        if key in before:
            yield from _operations(before[key], value, place, key)
        else:
            yield {"op": "add", "path": place, "value": value, "before": None}


class _Steps(NamedTuple):
    """How a list becomes another: what goes, what comes, what stays and may change."""

    gone: list[int]
    new: list[int]
    kept: list[tuple[int, int]]


def _steps(before: list[Any], after: list[Any], key: str) -> _Steps | None:
    """Pair the items of two lists; None where they cannot be, or changed places."""
    kept = counterparts(before, after, key)
    if kept is None or [live for live, _ in kept] != sorted(live for live, _ in kept):
        return None
    gone = set(range(len(before))) - {live for live, _ in kept}
    new = set(range(len(after))) - {desired for _, desired in kept}
    return _Steps(sorted(gone, reverse=True), sorted(new), kept)


def counterparts(before: list[Any], after: list[Any], key: str) -> list[tuple[int, int]] | None:
    """Say which items of the lists under a key are the same things, in the order of `after`.

    None where things are not known by a name.
    """
    identity = _IDENTITIES.get(key)
    if identity is None or not all(isinstance(item, dict) for item in (*before, *after)):
        return None
    pairs = aligned(before, after, identity)
    return [(p.live, p.desired) for p in pairs if p.live is not None and p.desired is not None]


def _of_list(before: list[Any], after: list[Any], steps: _Steps, pointer: str) -> Iterator[Op]:
    for index in steps.gone:
        yield {"op": "remove", "path": f"{pointer}/{index}", "before": before[index]}
    for index in steps.new:
        yield {"op": "add", "path": f"{pointer}/{index}", "value": after[index], "before": None}
    for live, desired in steps.kept:
        yield from _operations(before[live], after[desired], f"{pointer}/{desired}", "")


_IDENTITIES: Mapping[str, Identity] = {
    **{key: identity for key, identity in IDENTITIES.items() if identity.keys},
    "panels": Identity(lambda panel: panel.get("id"), ("id",)),
}
