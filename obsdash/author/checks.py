"""What Prometheus, Loki or Alertmanager would refuse later, refused where it is written."""

import re
from collections.abc import Mapping

from obsdash.author.refusals import refuse
from obsdash.durations import milliseconds
from obsdash.origin import Origin
from obsdash.promql import NEWER, refusal

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_VALUE = re.compile(r"\$value\b|\.Value\b")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`')


def check_name(name: str, what: str, origin: Origin | None) -> None:
    """Refuse an empty name, and white space at either end, which nobody sees."""
    if not name.strip() or name != name.strip():
        refuse(f"{what} needs a name, not {name!r}", origin)


def check_record(name: str, origin: Origin | None) -> None:
    """Refuse what is not a metric name."""
    if not _METRIC.fullmatch(name):
        refuse(
            f"the recording rule name {name!r} is not a metric name",
            origin,
            help="use letters, digits, _ and : as in job:requests:rate5m",
        )


def check_duration(text: str | None, what: str, origin: Origin | None) -> None:
    """Refuse what Prometheus does not read as a duration; None is fine."""
    if text is not None and milliseconds(text) is None:
        refuse(
            f"{what} is {text!r}, which is no duration",
            origin,
            help="write it as 30s, 5m, 1h30m or 30d",
        )


def check_label_name(name: str, what: str, origin: Origin | None) -> None:
    """Refuse a label name that not every Prometheus, Loki and Alertmanager understands."""
    if not _LABEL.fullmatch(name):
        refuse(
            f"{what}: {name!r} is not a label name",
            origin,
            help="use letters, digits and _, no digit first",
        )


def check_labels(labels: Mapping[str, str], what: str, origin: Origin | None) -> None:
    """Refuse labels that a rule cannot set or that would never let an alert fire."""
    for name, value in labels.items():
        check_label_name(name, what, origin)
        if name in ("__name__", "alertname"):
            refuse(f"{what} cannot set the label {name!r}", origin)
        if not isinstance(value, str):
            refuse(
                f"{what}: the value of label {name!r} is {value!r}, not a text",
                origin,
                help=f'write {name}="{value}"',
            )
        check_template(value, f"{what}, label {name!r}", origin)
        if "{{" in value and _VALUE.search(value):
            refuse(
                f"{what}: the label {name!r} holds the value, so each evaluation makes a new alert"
                " and none lasts long enough to fire",
                origin,
                help="put the value into an annotation",
            )


def check_template(text: str, what: str, origin: Origin | None) -> None:
    """Refuse a Go template whose braces do not pair up."""
    depth = 0
    for brace in re.findall(r"\{\{|\}\}", text):
        depth += 1 if brace == "{{" else -1
        if depth not in (0, 1):
            break
    if depth:
        refuse(
            f"{what}: the braces of the template do not pair up in {text!r}",
            origin,
            help="in an f-string use label(…) and value(…) of obsdash.author",
        )


def check_promql(expression: str, what: str, origin: Origin | None) -> None:
    """Refuse an expression that Prometheus does not evaluate."""
    if reason := refusal(expression):
        refuse(f"{what}: the expression is not PromQL: {reason}", origin, help=NEWER)


def check_logql(expression: str, what: str, origin: Origin | None) -> None:
    """Refuse what cannot be a LogQL metric query; Loki would store it and fail at each run."""
    bare = _STRING.sub("''", expression)
    pairs = all(bare.count(a) == bare.count(b) for a, b in ("()", "{}", "[]"))
    if not pairs or re.search(r"[\"'`]", bare.replace("''", "")):
        refuse(f"{what}: a quote or a bracket of the expression is not closed", origin)
    if not re.search(r"\{[^}]*=", bare):
        refuse(f"{what}: the expression selects no log stream", origin)
    if not re.search(r"\w\s*\(.*\[", bare, re.DOTALL):
        refuse(
            f"{what}: the expression returns log lines, a rule needs a number",
            origin,
            help="count them: sum(count_over_time({…} [5m]))",
        )
