"""Documents in which something is of another type than anybody expects, made at random."""

import copy
from random import Random
from typing import Any

KEYS = (
    *("id", "uid", "type", "title", "name", "panels", "targets", "list", "steps", "options", "x"),
    *("gridPos", "datasource", "rules", "routes", "model", "data", "matchers", "query", "rows"),
    *("value", "refId", "expr", "current", "overrides", "properties", "mappings", "templating"),
)
PLAIN: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 37, 2**53, 2**63, -(2**63), 0.0, -0.0, 1e308, 5e-324, 0.5),
    *("", " ", "null", "A", "$x", "${", "{{", "5m", "up", "rate(x[5m]", "\x00", "\u202e", "é", "𝄞"),
    *("a/b~c", "1" * 400, "9" * 40, "-- Mixed --", "default", [], {}),
)


def odd_value(chance: Random, depth: int = 3) -> Any:
    """Return any JSON value."""
    kind = chance.randrange(4 if depth else 2)
    if kind == 2:
        return [odd_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 3:
        keys = chance.sample(KEYS, chance.randrange(5))
        return {key: odd_value(chance, depth - 1) for key in keys}
    return copy.deepcopy(chance.choice(PLAIN))


def odd(document: dict[str, Any], chance: Random) -> dict[str, Any]:
    """Return a copy of a document with one to five odd things in it."""
    found = copy.deepcopy(document)
    for _ in range(chance.randrange(1, 6)):
        places = list(_places(found))
        if not places:
            found[chance.choice(KEYS)] = odd_value(chance)
            continue
        holder, key = chance.choice(places)
        match chance.randrange(5):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(KEYS)] = odd_value(chance)
            case 2:
                inner: Any = "deep"
                for level in range(60):
                    inner = [inner] if level % 2 else {"panels": inner}
                holder[key] = inner
            case _:
                holder[key] = odd_value(chance)
    return found


def _places(value: Any) -> Any:
    """Yield each place in a document: what holds it, its key or index."""
    items = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else items:
        yield value, key
        yield from _places(inner)
