"""A dashboard with one of everything, as it was saved by hand in Grafana 9.3.2 (see data/)."""

from obsdash.author import (
    AdhocVariable,
    AlertList,
    BarGauge,
    ConstantVariable,
    CustomVariable,
    Dashboard,
    DatasourceVariable,
    Gauge,
    Heatmap,
    Histogram,
    IntervalVariable,
    LabelVariable,
    Link,
    Logs,
    Loki,
    LokiAnnotation,
    Panel,
    PieChart,
    Prometheus,
    PrometheusAnnotation,
    QueryVariable,
    Row,
    Stat,
    StateTimeline,
    Table,
    TagAnnotation,
    TagLinks,
    Text,
    TextVariable,
    TimeSeries,
    map_range,
    map_special,
    map_values,
    override,
    thresholds,
    to_alert,
    to_dashboard,
    transform,
    units,
)

UP = Prometheus("up")
LINES = Loki('{service="api"}')

VARIABLES = [
    DatasourceVariable(),
    DatasourceVariable("loki", "loki", label="Logs"),
    LabelVariable("job", "up", multi=True, include_all=True),
    LabelVariable("one", "up", values="job", description="One of the jobs."),
    QueryVariable("version", "label_values(up, job)", regex="/(.*)/", sort="numeric"),
    CustomVariable("single", ["a", "b,c"], default="a"),
    CustomVariable("several", {"a": "Text of a", "b": "b"}, multi=True, default=["a", "b"]),
    CustomVariable("all", ["x", "y"], include_all=True, all_value=".*"),
    IntervalVariable("interval", default="5m"),
    IntervalVariable("automatic", auto=True),
    TextVariable("search", default="error"),
    ConstantVariable("cluster", "eu-1"),
    AdhocVariable(),
]

ANNOTATIONS = [
    PrometheusAnnotation("Alerts", "ALERTS", title="{{alertname}}", tags=["job", "severity"]),
    LokiAnnotation("Starts", '{service="api"} |= "started"', text="{{service}}"),
    TagAnnotation("Deployments", ["deployment"], color="green"),
]

CHARTS = [
    TimeSeries(
        "Time series",
        [UP, Prometheus("up", "{{job}}", instant=True, exemplars=True, ref_id="X")],
        description="Words on it.",
        unit=units.SECONDS,
        decimals=2,
        min=0,
        max=9.5,
        no_value="none",
        display_name="shown",
        color="blue",
        thresholds=thresholds("green", (0.8, "yellow"), (0.9, "#ff0000")),
        mappings=[
            map_values({0: ("down", "red"), 1: "up"}),
            map_range(2, None, "many", "blue"),
            map_special("null", "absent"),
        ],
        overrides=[override(by_name="a", color="red", unit=units.BYTES, lineWidth=2)],
        links=[to_alert("HighLatency")],
        data_links=[to_dashboard("slo", "Objectives", variables={"job": "${__field.labels.job}"})],
        draw="bars",
        stack="normal",
        fill=40,
        scale="log10",
        soft_max=5,
        threshold_style="line+area",
        legend="table",
        legend_place="right",
        legend_calcs=["mean", "max"],
        span_nulls=3600000,
    ),
    StateTimeline("State timeline", UP),
    Heatmap("Heatmap", Prometheus("up", format="heatmap"), unit=units.SECONDS, decimals=1),
    Histogram("Histogram", UP, bucket_size=2, combine=True),
    PieChart("Pie", UP, legend_values=["percent"], labels=["name"]),
]

VALUES = [
    Stat("Stat", UP, color_mode="background", graph="none"),
    Gauge("Gauge", UP, min=0, max=1, unit=units.PERCENT_UNIT),
    BarGauge("Bar gauge", UP, orientation="horizontal", value_size=20),
    Table(
        "Table",
        Prometheus("up", instant=True, format="table"),
        sort="-Value",
        footer=["mean"],
        transformations=[transform("organize", excludeByName={"Time": True})],
    ),
]

TEXTS = [
    Logs("Logs", LINES),
    Text("Text", "# Words"),
    AlertList(
        "Alert list",
        labels='{job=~"$job"}',
        group_by=["job"],
        source="Prometheus",
        order="importance",
    ),
]

FOLDED = [
    Stat("In a collapsed row", UP),
    Panel("Any plugin", UP, type="barchart", options={"barWidth": 0.5}),
    TimeSeries(
        "Mixed", [UP, LINES], time_from="2h", interval="1m", max_data_points=10, repeat="job"
    ),
]


def everything() -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        "Everything",
        uid="everything",
        description="One of everything.",
        variables=VARIABLES,
        annotations=ANNOTATIONS,
        links=[
            TagLinks("Dashboards", ["services"]),
            Link("Runbook", "https://example.com/runbook", icon="doc", new_tab=True),
            to_dashboard("slo", "Objectives"),
        ],
        tags=["one", "two"],
        panels=[
            Row("Charts", CHARTS),
            Row("Values", [VALUES, TEXTS], repeat="single"),
            Row("Folded", FOLDED, collapsed=True),
        ],
    )
