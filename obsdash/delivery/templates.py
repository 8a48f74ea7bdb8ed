"""The templates of alerts: what Prometheus' say, in Grafana's words.

Both are Go templates with the same functions. Grafana's `$value` is a text about all queries up to
12, the number since; `$values.B.Value` is the number in each version.
"""

import re

_TEXT = r'"(?:\\.|[^"\\])*"|`[^`]*`|\'(?:\\.|[^\'\\])*\''
_ACTION = re.compile(rf"\{{\{{(?:{_TEXT}|(?!\}}\}}).)*\}}\}}", re.DOTALL)
_WORD = re.compile(
    rf"""(?P<text>{_TEXT})
      | (?P<name>\$value\b | \$external\w+
      | (?<![\w)\].])\.(?:Value|External\w+)\b
      | (?<![\w$.])query\b)""",
    re.VERBOSE | re.DOTALL,
)


def grafana_template(text: str, ref: str) -> str:
    """Return the template with the value of the query `ref` in the place of Prometheus' value.

    Raises ValueError, with a clause about the template, for what Grafana does not expand.
    """
    return _ACTION.sub(lambda action: _WORD.sub(lambda word: _word(word, ref), action[0]), text)


def _word(word: re.Match[str], ref: str) -> str:
    match word["name"]:
        case None:
            return word[0]
        case "$value":
            return f"$values.{ref}.Value"
        case ".Value":
            return f".Values.{ref}.Value"
        case "$externalURL" | ".ExternalURL":
            return "externalURL"
        case "query":
            raise ValueError("runs a query, which gives nothing in Grafana")
        case name:
            raise ValueError(f"reads {name}, which Grafana does not have")
