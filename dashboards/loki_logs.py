"""Logs: how many, how bad, from whom, and the lines themselves."""

from typing import Any

from dashboards._common import ANNOTATIONS, LINKS, TAG
from obsdash.author import (
    Dashboard,
    DatasourceVariable,
    Environment,
    LabelVariable,
    Logs,
    Loki,
    PieChart,
    Row,
    Stat,
    Text,
    TextVariable,
    TimeSeries,
    override,
    thresholds,
    to_alert,
    to_dashboard,
    units,
)

LINES = '{service=~"$service", level=~"$level"} |~ `(?i)$search`'
FAILURES = '{service=~"$service", level=~"(?i)error|fatal|critical"} |~ `(?i)$search`'
NO_FAILURES = "nothing was logged as an error in this time"

LEVEL_COLORS = [
    override(by_regex="/^(error|fatal|critical)/i", color="red"),
    override(by_regex="/^warn/i", color="yellow"),
    override(by_regex="/^info/i", color="green"),
    override(by_regex="/^(debug|trace)/i", color="blue"),
]

to_api = to_dashboard(
    "api-performance", "API performance", variables={"job": "${__field.labels.service}"}
)


def volume(title: str, query: Loki, description: str, **options: Any) -> TimeSeries:
    """Return stacked bars: the lines in each step."""
    bars: dict[str, Any] = {"draw": "bars", "stack": "normal", "fill": 70, "line_width": 0}
    return TimeSeries(
        title,
        query,
        description=description,
        unit=units.SHORT,
        interval="15s",
        **{**bars, **options},
    )


first_screen = [
    Stat(
        "Log lines",
        Loki(f"sum(rate({LINES} [$__interval]))"),
        description="Lines a second that pass the filters above.",
        unit=units.COUNTS_PER_SECOND,
        decimals=1,
        color="blue",
        interval="1m",
    ),
    Stat(
        "Error lines",
        Loki(f"sum(count_over_time({FAILURES} [$__range])) or vector(0)", instant=True),
        description="Lines of level error or worse in the chosen time.",
        unit=units.SHORT,
        decimals=0,
        thresholds=thresholds("green", (1, "yellow"), (100, "red")),
        graph="none",
        links=[to_alert("LogErrorsHigh")],
    ),
    Stat(
        "Error share of lines",
        Loki(
            f"(sum(count_over_time({FAILURES} [$__range])) or vector(0))"
            f" / sum(count_over_time({LINES} [$__range]))",
            instant=True,
        ),
        description="How many of the lines are errors, in the chosen time.",
        unit=units.PERCENT_UNIT,
        decimals=2,
        thresholds=thresholds("green", (0.01, "yellow"), (0.05, "red")),
        graph="none",
        no_value="no lines",
    ),
    Text(
        "",
        "**Filter** by service, level and text above; the text is a regular expression, in any "
        "case.\n\n"
        "**Open a line** for its fields. `trace_id` links to the trace in Tempo or Jaeger, which "
        "shows what else the request touched.",
        key="how-to",
        height=4,
        width=9,
    ),
]

volumes = [
    volume(
        "Log volume by level",
        Loki(f"sum by (level) (count_over_time({LINES} [$__interval]))", "{{level}}"),
        "Lines in each step, by level.",
        overrides=LEVEL_COLORS,
    ),
    volume(
        "Log volume by service",
        Loki(f"sum by (service) (count_over_time({LINES} [$__interval]))", "{{service}}"),
        "Lines in each step, by service: who suddenly talks, who fell silent.",
        data_links=[to_api],
    ),
]

failures = [
    TimeSeries(
        "Error rate by service",
        Loki(
            f"sum by (service) (rate({FAILURES} [$__interval]))",
            "{{service}}",
            may_be_empty=NO_FAILURES,
        ),
        description="Lines of level error or worse a second.",
        unit=units.COUNTS_PER_SECOND,
        interval="1m",
        min=0,
        width=16,
        links=[to_alert("LogErrorsHigh")],
        data_links=[to_api],
    ),
    PieChart(
        "Errors by service",
        Loki(
            f"sum by (service) (count_over_time({FAILURES} [$__interval]))",
            "{{service}}",
            may_be_empty=NO_FAILURES,
        ),
        description="Which services the errors of the chosen time come from.",
        unit=units.SHORT,
        decimals=0,
        calc="sum",
        shape="donut",
        legend_values=("value", "percent"),
    ),
]

_dashboard = Dashboard(
    "Loki logs",
    uid="loki-logs",
    description="How many lines, how bad, from whom, and the lines themselves.",
    tags=[TAG, "logs"],
    time=("now-1h", "now"),
    tooltip="crosshair",
    variables=[
        DatasourceVariable("loki", "loki", label="Loki"),
        DatasourceVariable(hide="variable"),
        LabelVariable(
            "service",
            "",
            source_type="loki",
            label="Service",
            multi=True,
            include_all=True,
            all_value=".+",
        ),
        LabelVariable(
            "level",
            "",
            source_type="loki",
            label="Level",
            multi=True,
            include_all=True,
            all_value=".+",
        ),
        TextVariable("search", label="Text"),
    ],
    links=LINKS,
    annotations=ANNOTATIONS,
    panels=[
        first_screen,
        Row("Volume", volumes),
        Row("Errors", failures),
        Row(
            "Lines",
            Logs(
                "Log lines, newest first",
                Loki(LINES, max_lines=1000),
                description="Lines that pass the filters, live. Open one for its fields and trace.",
                key="lines",
                height=20,
            ),
        ),
    ],
)


def dashboards(env: Environment) -> list[Dashboard]:
    """Return the dashboard where there is a Loki."""
    return [_dashboard] if env.get("loki_url", "http://loki:3100") else []
