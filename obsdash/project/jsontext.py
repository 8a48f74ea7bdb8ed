"""JSON as text: written anew only where it says something else, in the manner around it."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain
from typing import Any, NamedTuple

from obsdash.diff.alignment import packed
from obsdash.diff.leaves import same
from obsdash.merge import counterparts

_STRING = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(rf"\s*({_STRING}|[\[\]{{}},:]|[^\s\[\]{{}},:]+)")
_INDENT = re.compile(r"^[{\[]\r?\n([ \t]+)\S")
_OPENING = {"{": "}", "[": "]"}


class _Child(NamedTuple):
    """What stands between two commas: white space, a key with its colon, a value, white space."""

    lead: str
    key: str
    node: "_Node"
    trail: str


@dataclass(slots=True)
class _Node:
    """A value's place in the text, and what it contains."""

    start: int
    end: int = 0
    children: list[_Child] = field(default_factory=list)


def rewritten(text: str, document: Any) -> str:
    """Return a JSON text that says `document`, and is as it was wherever that says the same."""
    return _Writing(text).of(document)


class _Writing:
    """One text, parsed to its places."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_TOKEN.finditer(text))
        self._next = 0
        indent = _INDENT.match(text.lstrip())
        self._unit = indent[1] if indent else "  "
        self._ascii = text.isascii()
        self._break = "\r\n" if "\r\n" in text else "\n"
        self._space = "" if '":' in text and '": ' not in text else " "

    def of(self, document: Any) -> str:
        """Return the text that says a document."""
        node = self._parse()
        inner = self._value(node, json.loads(self._text), document, "")
        return self._text[: node.start] + inner + self._text[node.end :]

    def _parse(self) -> _Node:
        token = self._take()
        node = _Node(token.start(1), token.end())
        closing = _OPENING.get(token[1])
        while closing and self._tokens[self._next][1] != closing:
            node.children.append(self._child())
            if self._tokens[self._next][1] == ",":
                self._take()
        if closing:
            node.end = self._take().end()
        return node

    def _child(self) -> _Child:
        first = self._tokens[self._next]
        key = ""
        if self._tokens[self._next + 1][1] == ":":
            self._next += 2
            key = self._text[first.start(1) : self._tokens[self._next].start(1)]
        node = self._parse()
        after = self._tokens[self._next]
        lead = self._text[first.start() : first.start(1)]
        return _Child(lead, key, node, self._text[node.end : after.start(1)])

    def _take(self) -> re.Match[str]:
        self._next += 1
        return self._tokens[self._next - 1]

    def _value(self, node: _Node, old: Any, new: Any, name: str) -> str:
        """Return the text of a value that was another one, at its place."""
        if same(old, new):
            return self._text[node.start : node.end]
        if type(old) is not type(new) or not node.children or not new:
            return self._fresh(new, self._before(node.start))
        if isinstance(new, dict):
            found = self._members(node, old, new)
        else:
            found = self._items(node, old, new, name)
        inner, tail = ",".join(self._listed(node, found)), node.children[-1].trail
        return f"{self._text[node.start]}{inner}{tail}{self._text[node.end - 1]}"

    def _members(self, node: _Node, old: Any, new: Any) -> Iterator[tuple[_Child | None, str]]:
        """Yield an object's members, those that are new after the others."""
        known = {json.loads(child.key.rpartition(":")[0]): child for child in node.children}
        for key, child in known.items():
            if key in new:
                yield child, child.key + self._value(child.node, old[key], new[key], key)
        key = node.children[0].key
        colon = key[key.rindex('"') + 1 :]
        for key in (key for key in new if key not in known):
            name = json.dumps(key, ensure_ascii=self._ascii)
            yield None, f"{name}{colon}{self._fresh(new[key], node.children[0].lead)}"

    def _items(
        self, node: _Node, old: Any, new: Any, name: str
    ) -> Iterator[tuple[_Child | None, str]]:
        """Yield a list's items, each with what it was."""
        was = {now: before for before, now in _kept(old, new, name)}
        for index, item in enumerate(new):
            if index in was:
                child = node.children[was[index]]
                yield child, self._value(child.node, old[was[index]], item, "")
            else:
                yield None, self._fresh(item, node.children[0].lead)

    def _listed(self, node: _Node, found: Iterable[tuple[_Child | None, str]]) -> Iterator[str]:
        """Put white space around what stands between commas; behind the last one it stays."""
        first, last = node.children[0], node.children[-1]
        if len(node.children) > 1:
            between = node.children[1].lead
        else:
            between = first.lead if "\n" in first.lead else self._space
        for index, (child, text) in enumerate(found):
            lead = between if index else first.lead
            if child and (child is first) == (index == 0):
                lead = child.lead
            yield lead + text + (child.trail if child and child is not last else "")

    def _before(self, start: int) -> str:
        """Return the white space that the line of a place starts with, as after a break."""
        line = self._text[self._text.rfind("\n", 0, start) + 1 : start]
        return "\n" + line[: len(line) - len(line.lstrip())] if "\n" in self._text else ""

    def _fresh(self, value: Any, lead: str) -> str:
        """Write a value as its neighbours are: over several lines, or in one."""
        if "\n" not in lead:
            separators = (f",{self._space}", f":{self._space}")
            return json.dumps(value, ensure_ascii=self._ascii, separators=separators)
        text = json.dumps(value, ensure_ascii=self._ascii, indent=self._unit)
        return text.replace("\n", self._break + lead[lead.rindex("\n") + 1 :])


def _kept(old: list[Any], new: list[Any], name: str) -> Iterable[tuple[int, int]]:
    """Say which items of a list were which: by name where they have one, else by what is equal."""
    known = counterparts(old, new, name)
    if known is not None:
        return known
    matcher = SequenceMatcher(a=[*map(packed, old)], b=[*map(packed, new)], autojunk=False)
    codes = (code for code in matcher.get_opcodes() if code[0] in ("equal", "replace"))
    return chain(
        *(zip(range(a, a_end), range(b, b_end), strict=False) for _, a, a_end, b, b_end in codes)
    )
