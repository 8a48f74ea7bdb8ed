"""Reads promtool's report of failed tests: what it got, instead of what was asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from obsdash.durations import milliseconds
from obsdash.ruletest.results import FiredAlert, Sample

_STRING = r'"(?:\\.|[^"\\])*"'
_ALERT = re.compile(r"\s+alertname: (?P<name>.+), time: (?P<time>\w+),\s*")
_EXPR = re.compile(rf"\s+expr: (?P<expr>{_STRING}), time: (?P<time>\w+),\s*")
_LABEL = re.compile(rf"(?P<name>{_STRING}|[^\s{{,=\"]+)=(?P<value>{_STRING})")
_SAMPLE = re.compile(rf"(?P<labels>\{{(?:{_STRING}|[^\"}}])*\}}) (?P<value>[^\s,]+)")
_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|U(........)|(.))")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(slots=True)
class Answers:
    """What one test file's questions got, by time in milliseconds; error: why nothing ran."""

    fired: dict[int, list[FiredAlert]] = field(default_factory=dict)
    samples: dict[tuple[str, int], list[Sample]] = field(default_factory=dict)
    error: str = ""


def parse(report: str) -> list[Answers]:
    """Return the answers of each test file, in order; every file fails, by design."""
    return [_section(lines) for lines in _sections(report)]


def _sections(report: str) -> list[list[str]]:
    sections: list[list[str]] = []
    for line in report.splitlines():
        if line == "  FAILED:":
            sections.append([])
        elif sections:
            sections[-1].append(line)
    return sections


def _section(lines: list[str]) -> Answers:
    answers = Answers()
    fired: list[FiredAlert] = []
    key = ("", 0)
    got = False
    for line in lines:
        if match := _ALERT.fullmatch(line):
            fired = answers.fired.setdefault(_time(match["time"]), [])
            got = False
        elif match := _EXPR.fullmatch(line):
            key, got = (_unquoted(match["expr"]), _time(match["time"])), False
        elif line.lstrip().startswith("got:["):
            got = True
        elif line.lstrip().startswith("got: "):
            answers.samples[key] = _samples(line)
        elif got and "Labels:{" in line:
            fired.append(FiredAlert(_labels(line), {}))
        elif got and "Annotations:{" in line:
            fired[-1] = FiredAlert(fired[-1].labels, _labels(line))
    if not answers.fired and not answers.samples:
        answers.error = " ".join(" ".join(lines).split()) or "promtool gave no reason"
    return answers


def _samples(line: str) -> list[Sample]:
    return [
        Sample(_labels(match["labels"]), float(match["value"])) for match in _SAMPLE.finditer(line)
    ]


def _labels(text: str) -> Mapping[str, str]:
    inside = text[text.index("{") + 1 :]
    return {_unquoted(m["name"]): _unquoted(m["value"]) for m in _LABEL.finditer(inside)}


def _time(text: str) -> int:
    return milliseconds(text) or 0


def _unquoted(text: str) -> str:
    """Read a string literal of Go's back; a bare name stays as it is."""
    if not text.startswith('"'):
        return text
    return _ESCAPE.sub(_character, text[1:-1])


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(int(code, 16)) if code else _LETTERS.get(match[4], match[4])
