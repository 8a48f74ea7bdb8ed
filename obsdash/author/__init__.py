"""What definition files import.

    from obsdash.author import Dashboard, Prometheus, Row, Stat, TimeSeries
    from obsdash.author.dashboards import thresholds, units

Dashboard(title, *, uid, panels, variables, annotations, links, tags, time, refresh, tooltip, …)
    panels: Row(title, panels), a list (one line), single panels; 24 columns, positions are computed
    .panel(title) → PanelLink, for an alert that leads to the panel
Panels (title, queries, *, unit, thresholds, description, width, height, key, may_be_empty, raw, …)
    TimeSeries, StateTimeline, Heatmap, Histogram, PieChart
    Stat, Gauge, BarGauge, Table
    Logs, Text(title, content), AlertList, and Panel(type=…) for any other plugin
    LibraryPanel(name, panel, *, uid, folder), shown by several dashboards
Queries      Prometheus(expr, legend), Loki(expr, legend), Tempo(query), Query(model, datasource=…)
Variables    DatasourceVariable, LabelVariable(name, series), QueryVariable(name, query),
             CustomVariable(name, choices), IntervalVariable, TextVariable, ConstantVariable,
             AdhocVariable
Links        Link(title, url), to_dashboard(uid, title), to_alert(name), TagLinks(title, tags)
Annotations  PrometheusAnnotation(name, expr), LokiAnnotation(name, expr), TagAnnotation(name, tags)
Values       thresholds(base, (value, color), …), map_values, map_range, map_special,
             override(by_name=…, …), transform(name, …), units.SECONDS …

Rules        RuleGroup(name, [Alert(…), Record(…)]), SLO with Availability, Latency, Ratio,
             Expression; objectives(title, slos) adds their dashboard and tests
             RuleTest; label("job"), value() in texts
Routing      Routing, Route, Inhibit, RouteTest; Slack, Discord, Email, Teams, PagerDuty, OpsGenie,
             Telegram, Webhook
Sources      PrometheusSource, LokiSource, TempoSource, JaegerSource, AlertmanagerSource,
             ElasticsearchSource, PostgresSource, RedisSource, DataSource(type=…)

What is made of JSON takes `raw={…}`, which is laid over the result, for what has no option here.
"""

from obsdash.author.alerts.indicators import Availability, Expression, Latency, Ratio
from obsdash.author.alerts.objectives import objectives
from obsdash.author.alerts.rules import Alert, BaseUrls, Record, RuleGroup
from obsdash.author.alerts.slo import SLO
from obsdash.author.alerts.template import label, value
from obsdash.author.alerts.testing import RuleTest
from obsdash.author.dashboards import units
from obsdash.author.dashboards.annotations import (
    LokiAnnotation,
    PrometheusAnnotation,
    TagAnnotation,
)
from obsdash.author.dashboards.charts import Heatmap, Histogram, PieChart, StateTimeline, TimeSeries
from obsdash.author.dashboards.dashboard import Dashboard
from obsdash.author.dashboards.fields import Panel
from obsdash.author.dashboards.layout import Row
from obsdash.author.dashboards.librarypanel import LibraryPanel
from obsdash.author.dashboards.queries import Loki, Prometheus, Query, Tempo
from obsdash.author.dashboards.texts import AlertList, Logs, Text
from obsdash.author.dashboards.thresholds import (
    map_range,
    map_special,
    map_values,
    override,
    thresholds,
    transform,
)
from obsdash.author.dashboards.values import BarGauge, Gauge, Stat, Table
from obsdash.author.dashboards.variables import (
    AdhocVariable,
    ConstantVariable,
    CustomVariable,
    DatasourceVariable,
    IntervalVariable,
    LabelVariable,
    QueryVariable,
    TextVariable,
)
from obsdash.author.datasources import (
    AlertmanagerSource,
    DataSource,
    ElasticsearchSource,
    JaegerSource,
    LokiSource,
    PostgresSource,
    PrometheusSource,
    RedisSource,
    TempoSource,
)
from obsdash.author.links import Link, PanelLink, TagLinks, to_alert, to_dashboard
from obsdash.author.notifications.channels import (
    Discord,
    Email,
    OpsGenie,
    PagerDuty,
    Slack,
    Teams,
    Telegram,
    Webhook,
)
from obsdash.author.notifications.routetest import RouteTest
from obsdash.author.notifications.routing import Inhibit, Route, Routing
from obsdash.origin import may_be_empty
from obsdash.resource import Environment

__all__ = [
    "SLO",
    "AdhocVariable",
    "Alert",
    "AlertList",
    "AlertmanagerSource",
    "Availability",
    "BarGauge",
    "BaseUrls",
    "ConstantVariable",
    "CustomVariable",
    "Dashboard",
    "DataSource",
    "DatasourceVariable",
    "Discord",
    "ElasticsearchSource",
    "Email",
    "Environment",
    "Expression",
    "Gauge",
    "Heatmap",
    "Histogram",
    "Inhibit",
    "IntervalVariable",
    "JaegerSource",
    "LabelVariable",
    "Latency",
    "LibraryPanel",
    "Link",
    "Logs",
    "Loki",
    "LokiAnnotation",
    "LokiSource",
    "OpsGenie",
    "PagerDuty",
    "Panel",
    "PanelLink",
    "PieChart",
    "PostgresSource",
    "Prometheus",
    "PrometheusAnnotation",
    "PrometheusSource",
    "Query",
    "QueryVariable",
    "Ratio",
    "Record",
    "RedisSource",
    "Route",
    "RouteTest",
    "Routing",
    "Row",
    "RuleGroup",
    "RuleTest",
    "Slack",
    "Stat",
    "StateTimeline",
    "Table",
    "TagAnnotation",
    "TagLinks",
    "Teams",
    "Telegram",
    "Tempo",
    "TempoSource",
    "Text",
    "TextVariable",
    "TimeSeries",
    "Webhook",
    "label",
    "map_range",
    "map_special",
    "map_values",
    "may_be_empty",
    "objectives",
    "override",
    "thresholds",
    "to_alert",
    "to_dashboard",
    "transform",
    "units",
    "value",
]
