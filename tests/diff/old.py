"""A dashboard as Grafana 5 saved them, with something of most that has changed since."""

from tests.diff.documents import Spec

QUERY = {"refId": "A", "expr": "up", "intervalFactor": 2}


def old_dashboard() -> Spec:
    """Return a dashboard of schema 16."""
    return {
        "uid": "old",
        "title": "Old",
        "schemaVersion": 16,
        "tags": ["shop", "old"],
        "time": {"from": "now-1h", "to": "now"},
        "refresh": "1m",
        "hideControls": False,
        "links": [{"title": "Docs", "type": "link", "url": "/docs"}],
        "annotations": {
            "list": [{"name": "Restarts", "datasource": "Prometheus", "expr": "changes(up[1m])"}]
        },
        "templating": {
            "list": [
                {"name": "job", "type": "query", "datasource": None, "query": "jobs", "refresh": 0},
                {"name": "team", "type": "constant", "query": "shop", "hide": 0},
            ]
        },
        "panels": [
            _graph(),
            _singlestat(2, "Up", gauge={"show": True, "minValue": 0, "maxValue": 100}),
            _singlestat(3, "Errors", sparkline={"show": True, "lineColor": "red"}),
            _table(),
            {
                "id": 5,
                "type": "row",
                "title": "More",
                "collapsed": True,
                "gridPos": {"x": 0, "y": 16, "w": 24, "h": 1},
                "panels": [_graph(6, "Hidden", y=17)],
            },
        ],
    }


def _graph(number: int = 1, title: str = "Requests", y: int = 0) -> Spec:
    return {
        "id": number,
        "type": "graph",
        "title": title,
        "datasource": "Prometheus",
        "gridPos": {"x": 0, "y": y, "w": 12, "h": 8},
        "targets": [dict(QUERY), {"refId": "B", "expr": "errors", "hide": True}],
        "yaxes": [{"format": "short", "show": True}, {"format": "s", "show": False}],
        "links": [{"title": "Details", "dashboard": "Shop Details", "keepTime": True}],
        "linewidth": 2,
    }


def _singlestat(number: int, title: str, **fields: object) -> Spec:
    return {
        "id": number,
        "type": "singlestat",
        "title": title,
        "datasource": None,
        "gridPos": {"x": 12, "y": (number - 2) * 4, "w": 12, "h": 4},
        "targets": [dict(QUERY)],
        "format": "percent",
        "valueName": "current",
        "decimals": 0,
        "thresholds": "10, 20",
        "colors": ["green", "orange", "red"],
        "colorValue": True,
        "valueMaps": [
            {"op": "=", "text": "N/A", "value": "null"},
            {"op": "=", "text": "none", "value": "0"},
        ],
        **fields,
    }


def _table() -> Spec:
    return {
        "id": 4,
        "type": "table",
        "title": "Jobs",
        "gridPos": {"x": 0, "y": 8, "w": 24, "h": 8},
        "targets": [dict(QUERY)],
        "styles": [{"pattern": "Time", "type": "date"}, {"pattern": "/.*/", "unit": "short"}],
    }
