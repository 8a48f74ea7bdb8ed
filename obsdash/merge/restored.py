"""A document without what says nothing: as if nobody but people had written it."""

import copy
from collections.abc import Iterable
from typing import Any, NamedTuple

from obsdash.diff.leaves import same, value_at
from obsdash.diff.missing import MISSING


class Rewrite(NamedTuple):
    """A place where a document says in other words what its base says.

    here, there: JSON pointers into the document and the base. now, was: their values, or MISSING.
    """

    here: str
    there: str
    now: Any
    was: Any


def restored(document: Any, base: Any, rewrites: Iterable[Rewrite]) -> Any:
    """Return a copy of a document with the words of its base wherever it was only rewritten."""
    result = copy.deepcopy(document)
    todo = list(rewrites)
    for one in todo:
        if one.now is not MISSING and (one.was is not MISSING or _is(document, one)):
            _put(result, one.here, copy.deepcopy(one.was))
    result = _swept(result)
    for one in todo:
        if one.now is MISSING:
            _insert(result, one.here, copy.deepcopy(one.was))
        elif one.was is MISSING:
            _prune(result, base, _parent(one.here), _parent(one.there))
    return result


def _is(document: Any, one: Rewrite) -> bool:
    """Whether a place has that value, and no parts in it of which others tell."""
    found = value_at(document, one.here)
    return found is not MISSING and same(found, one.now)


def _put(document: Any, pointer: str, value: Any) -> None:
    """Set a value that is there; MISSING marks it for sweeping, so that indexes stay."""
    holder, key = value_at(document, _parent(pointer)), _key(pointer)
    if isinstance(holder, dict):
        holder[key] = value
    elif isinstance(holder, list) and key.isdigit() and int(key) < len(holder):
        holder[int(key)] = value


def _insert(document: Any, pointer: str, value: Any) -> None:
    holder, key = _holder(document, _parent(pointer)), _key(pointer)
    if isinstance(holder, dict):
        holder[key] = value
    elif isinstance(holder, list):
        holder.insert(int(key) if key.isdigit() else len(holder), value)


def _holder(document: Any, pointer: str) -> Any:
    """Return what is at a pointer; objects that are not there are made."""
    found = value_at(document, pointer)
    if found is MISSING:
        found = {}
        above = _holder(document, _parent(pointer))
        if isinstance(above, dict):
            above[_key(pointer)] = found
    return found


def _prune(document: Any, base: Any, here: str, there: str) -> None:
    """Take away what is left empty, where the base has none."""
    while here and value_at(document, here) in ({}, []) and value_at(base, there) is MISSING:
        holder = value_at(document, _parent(here))
        if not isinstance(holder, dict):
            return
        del holder[_key(here)]
        here, there = _parent(here), _parent(there)


def _swept(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _swept(item) for key, item in value.items() if item is not MISSING}
    if isinstance(value, list):
        return [_swept(item) for item in value if item is not MISSING]
    return value


def _parent(pointer: str) -> str:
    return pointer.rpartition("/")[0]


def _key(pointer: str) -> str:
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
