"""Go templates for annotations, without their braces: f-strings need those themselves."""

import re


def value(*functions: str) -> str:
    """Return the template of the alert's value, through Prometheus' template functions.

    value("humanizePercentage") is `{{ $value | humanizePercentage }}`.
    """
    return "{{ " + " | ".join(("$value", *functions)) + " }}"


def label(name: str) -> str:
    """Return the template of one of the alert's labels: label("job") is `{{ $labels.job }}`."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return "{{ $labels." + name + " }}"
    return '{{ index $labels "' + name + '" }}'
