"""Grafana's variables and macros in queries: `$job`, `${job:regex}`, `$__rate_interval`."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

import promql_parser

from obsdash.promql.text import VARIABLE, Token, tokens, unquoted

_VARIABLE = re.compile(VARIABLE)
_NAME = re.compile(r"(?P<name>\w+)(?:\.(?P<field>\w+))?(?::(?P<format>.+))?", re.DOTALL)
_DURATION = re.compile(rf"(?:{VARIABLE}|[\w.])*(?:{VARIABLE})(?:{VARIABLE}|[\w.])*")
_COMPARISONS = ("=", "!=", "=~", "!~")


class Guess(Enum):
    """What variables that stand where a value stands are taken for, the likeliest first."""

    NAMES = "metrics' names"
    FIRST_ARGUMENTS = "numbers as first of several arguments, else metrics' names"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Placeholders:
    """An expression whose variables are replaced by stand-ins that a parser accepts.

    originals: stand-in → the variable as it was spelled, `$job`.
    """

    text: str
    originals: Mapping[str, str] = field(default_factory=dict)

    def restore(self, text: str) -> str:
        """Put the variables back into a text made from this one."""
        if not self.originals:
            return text
        longest_first = sorted(self.originals, key=len, reverse=True)
        pattern = "|".join(map(re.escape, longest_first))
        return re.sub(pattern, lambda match: self.originals[match[0]], text)


def with_placeholders(expr: str, guess: Guess = Guess.NAMES) -> Placeholders:
    """Replace variables by stand-ins: durations in `[…]` and after `offset`, names or numbers else.

    A variable gets the same stand-in in every expression and in every spelling. Inside quotes it
    stays, because there it is text.
    """
    if "$" not in expr and "[[" not in expr:
        return Placeholders(expr)
    if not _VARIABLE.search(unquoted(expr)):
        return Placeholders(_shortened(expr))
    originals: dict[str, str] = {}
    text = "".join(_replaced(expr, guess, originals))
    return Placeholders(text, originals)


def variables(expr: str) -> frozenset[str]:
    """Return the names of the variables and macros that a query uses, without `$`."""
    return frozenset(
        parts["name"] for match in _VARIABLE.finditer(expr) if (parts := _parts(match[0]))
    )


class Verbatim(str):
    """A value that goes into a query as it is, like what a dashboard says All stands for."""

    __slots__ = ()


def substitute(
    expr: str, values: Mapping[str, str | Sequence[str]], *, language: str = "prometheus"
) -> str:
    """Replace variables by their values as Grafana does; unknown ones stay.

    A text is a variable with one choice. A sequence is one with several: it becomes a regular
    expression (also when it holds one), unless the spelling asks for another format: `${x:csv}`.
    language: how values go into a query where no format is asked for: prometheus, sql or glob.
    """
    one, several = _LANGUAGES[language]

    def value(match: re.Match[str]) -> str:
        parts = _parts(match[0])
        if parts is None or parts["name"] not in values:
            return match[0]
        given = values[parts["name"]]
        if isinstance(given, Verbatim):
            return given
        if as_asked := _FORMATS.get(parts["format"] or ""):
            return as_asked((given,) if isinstance(given, str) else given)
        return one(given) if isinstance(given, str) else several(given)

    return _VARIABLE.sub(value, expr)


def _parts(spelling: str) -> re.Match[str] | None:
    return _NAME.fullmatch(_inner(spelling))


def _quotable(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _alternatives(values: Sequence[str]) -> str:
    escaped = [_escaped(value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _escaped(value: str) -> str:
    """Escape for a regular expression inside a quoted text."""
    return re.sub(r"[$^*{}\[\]+?.()|]", r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))


def _regex(values: Sequence[str]) -> str:
    escaped = [re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _each(shape: str, separator: str) -> Callable[[Sequence[str]], str]:
    return lambda values: separator.join(shape.replace("…", value) for value in values)


def _glob(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{{{','.join(values)}}}"


def _moment(values: Sequence[str]) -> str:
    """Spell milliseconds since 1970, which `$__from` and `$__to` are; other values stay."""
    if not re.fullmatch(r"\d{1,14}", "".join(values)):
        return _glob(values)
    moment = datetime.fromtimestamp(int(values[0]) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_FORMATS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "csv": _each("…", ","),
    "date": _moment,
    "date:iso": _moment,
    "date:seconds": lambda values: _glob(values)[:-3],
    "distributed": _each("…", ","),
    "doublequote": _each('"…"', ","),
    "glob": _glob,
    "json": lambda values: json.dumps(values[0] if len(values) == 1 else list(values)),
    "percentencode": lambda values: quote(_glob(values), safe=""),
    "pipe": _each("…", "|"),
    "raw": _each("…", ","),
    "regex": _regex,
    "singlequote": _each("'…'", ","),
    "sqlstring": _each("'…'", ","),
    "text": _each("…", " + "),
}
# How one choice, and how several go into a query.
_LANGUAGES: Mapping[str, tuple[Callable[[str], str], Callable[[Sequence[str]], str]]] = {
    "prometheus": (_quotable, _alternatives),
    "sql": (lambda value: value.replace("'", "''"), _each("'…'", ",")),
    "glob": (str, _glob),
}


def _replaced(expr: str, guess: Guess, originals: dict[str, str]) -> Iterator[str]:
    """Yield the tokens' texts with stand-ins for variables; notes each stand-in in `originals`."""
    pieces = list(tokens(expr))
    in_braces = False
    before = ("", "")  # the last two tokens that are no space
    for index, token in enumerate(pieces):
        stand_in = token.text
        if token.kind in ("string", "raw"):
            stand_in = _shortened(token.text)
        elif token.kind == "range":
            stand_in = _DURATION.sub(lambda m: _note(_duration(m[0]), m[0], originals), token.text)
        elif _VARIABLE.search(token.text):
            around = _Around(in_braces, before, _next(pieces, index))
            stand_in = _note(_stand_in(token.text, around, guess), token.text, originals)
        yield stand_in
        if token.kind not in ("space", "comment"):
            in_braces = token.text == "{" or (in_braces and token.text != "}")
            before = (before[1], token.text)


class _Around(NamedTuple):
    in_braces: bool
    before: tuple[str, str]
    after: str


def _next(pieces: list[Token], index: int) -> str:
    following = (t.text for t in pieces[index + 1 :] if t.kind not in ("space", "comment"))
    return next(following, "")


def _stand_in(spelling: str, around: _Around, guess: Guess) -> str:
    """Choose by what stands around the variable."""
    name = f"var_{_braced(spelling).encode().hex()}"
    if around.in_braces:
        if around.before[1] in _COMPARISONS:
            return f'"{name}"'
        return name if around.after in _COMPARISONS else f'{name}="_"'
    if "offset" in around.before[around.before[1] != "-" :]:
        return _duration(spelling)
    first = around.before[1] == "(" and around.after == ","
    if guess is Guess.NUMBERS or (first and guess is Guess.FIRST_ARGUMENTS):
        return str(9_000_000_000 + _hash(spelling) % 1_000_000_000)
    return name


def _duration(spelling: str) -> str:
    """Return a duration of 9 to 99 years, which no query means, in canonical spelling."""
    seconds = _hash(spelling) % (90 * 365 * 86_400)
    return promql_parser.display_duration(timedelta(days=9 * 365, seconds=seconds))


def _hash(spelling: str) -> int:
    return crc32(_braced(spelling).encode())


def _note(stand_in: str, spelling: str, originals: dict[str, str]) -> str:
    originals[stand_in] = _shortened(spelling)
    return stand_in


def _braced(text: str) -> str:
    """Spell every variable `${x}`."""
    return _VARIABLE.sub(lambda match: f"${{{_inner(match[0])}}}", text)


def _shortened(text: str) -> str:
    """Spell every variable `$x` where that means the same."""
    return re.sub(r"\$\{(\w+)\}(?![\w:])", r"$\1", _braced(text))


def _inner(spelling: str) -> str:
    return spelling.strip("${}[]")
