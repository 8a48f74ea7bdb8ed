"""Whether a document is half one, half another: what a write that was cut off leaves behind."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from obsdash.diff import difference
from obsdash.resource import Resource


def is_mixture(now: Resource, sides: Collection[Resource]) -> bool:
    """Whether each part of a resource is as on one of the sides.

    The parts of one with a list of things with uids (integrations, rules) are these: what else it
    says comes with the last call.
    """
    parts = [
        (key, part) for key, held in now.spec.items() if isinstance(held, list) for part in held
    ]
    named = [(key, part) for key, part in parts if isinstance(part, dict) and "uid" in part]
    agreed = all(any(_agree(side, *part) for side in sides) for part in named or now.spec.items())
    return agreed and now.folder in {side.folder for side in sides}


def _agree(side: Resource, key: str, part: Any) -> bool:
    """Whether a side has a part, as that of its list which has its uid, or says the same of it.

    A title may differ: a rule gives its own up for a moment when another one is to get it.
    """
    own = side.spec.get(key)
    if not (isinstance(own, list) and isinstance(part, dict)):
        return bool(part == own)
    for item in own:
        if isinstance(item, dict) and item.get("uid") == part["uid"]:
            titled = {**part, "title": item["title"]} if "title" in item else part
            one, other = ({**side.spec, key: [each]} for each in (item, titled))
            return not difference(replace(side, spec=one), replace(side, spec=other)).changes
    return False
