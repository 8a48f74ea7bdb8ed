"""The label matchers of a selector, and which of them changed."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from promql_parser import Matcher, VectorSelector

from obsdash.promql.variables import Placeholders

_MATCH = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}


class Changed(NamedTuple):
    """The matchers of one label before and after; "" where there was or is none."""

    label: str
    was: str
    now: str


def matchers_by_label(selector: VectorSelector, placeholders: Placeholders) -> dict[str, str]:
    """Return the matchers as text, by label; those joined by `or` stand together."""
    found: dict[str, list[str]] = {}
    for matcher in selector.matchers.matchers:
        found.setdefault(matcher.name, []).append(_text(matcher, placeholders))
    if selector.matchers.or_matchers:
        groups = selector.matchers.or_matchers
        texts = (",".join(_text(matcher, placeholders) for matcher in group) for group in groups)
        found[" or "] = [" or ".join(texts)]
    return {label: ", ".join(sorted(texts)) for label, texts in found.items()}


def changed_matchers(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Changed]:
    """Yield what changed; a label whose matcher moved to another one counts as renamed."""
    renamed = dict(_renamed(old, new))
    for label, was in old.items():
        now = new.get(renamed.get(label, label), "")
        if was != now:
            yield Changed(label, was, now)
    for label in new.keys() - old.keys() - set(renamed.values()):
        yield Changed(label, "", new[label])


def _renamed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    came = {new[label].removeprefix(label): label for label in new if label not in old}
    for label, text in old.items():
        if label not in new and (other := came.pop(text.removeprefix(label), None)):
            yield label, other


def _text(matcher: Matcher, placeholders: Placeholders) -> str:
    if matcher.name.startswith("var_") and matcher.value == "_":
        return placeholders.restore(f'{matcher.name}="_"')
    text = f"{matcher.name}{_MATCH[str(matcher.op)]}{json.dumps(matcher.value)}"
    return placeholders.restore(text)
