"""What Grafana's editor writes for what a dashboard leaves out: data, learnt from saved dashboards.

Paths are relative to the part; a value listed here, absent on the other side, says nothing new.
Nulls are left out.
"""

from collections.abc import Mapping
from typing import Any

Defaults = Mapping[str, Any]

_INTERVALS = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"]

DASHBOARD: Defaults = {
    "editable": True,
    "fiscalYearStartMonth": 0,
    "graphTooltip": 0,
    "liveNow": False,
    "preload": False,
    "style": "dark",
    "time.from": "now-6h",
    "time.to": "now",
    "timepicker.refresh_intervals": _INTERVALS,
    "timezone": "",
    "weekStart": "",
}

VARIABLE: Defaults = {
    "allowCustomValue": True,
    "definition": "",
    "hide": 0,
    "includeAll": False,
    "label": "",
    "multi": False,
    "regex": "",
    "refresh": 0,
    "skipUrlSync": False,
    "sort": 0,
    "useTags": False,
}

VARIABLES: Mapping[str, Defaults] = {
    "datasource": {"refresh": 1},
    "query": {"refresh": 1},
    "interval": {"auto": False, "auto_count": 30, "auto_min": "10s", "refresh": 2},
}

ANNOTATION: Defaults = {
    "builtIn": 0,
    "enable": True,
    "hide": False,
    "target.limit": 100,
    "target.matchAny": False,
    "target.type": "dashboard",
    "type": "dashboard",
}

TARGET: Defaults = {
    "hide": False,
    "intervalFactor": 1,
    "exemplar": False,
    "instant": False,
}

GROUP: Defaults = {"limit": 0}

# What Grafana writes for what one of its own rules leaves out.
ALERT_RULE: Defaults = {
    "condition": "",
    "execErrState": "",
    "for": "0s",
    "isPaused": False,
    "keep_firing_for": "0s",
    "noDataState": "",
}
ALERT_QUERY: Defaults = {
    "queryType": "",
    "relativeTimeRange.from": 0,
    "relativeTimeRange.to": 0,
}
ALERT_MODEL: Defaults = {"intervalMs": 1000, "maxDataPoints": 43200}

_BY_THRESHOLDS: Defaults = {"fieldConfig.defaults.color.mode": "thresholds"}
_BY_SERIES: Defaults = {"fieldConfig.defaults.color.mode": "palette-classic"}

_HIDE_FROM: Defaults = {
    "fieldConfig.defaults.custom.hideFrom.legend": False,
    "fieldConfig.defaults.custom.hideFrom.tooltip": False,
    "fieldConfig.defaults.custom.hideFrom.viz": False,
}

_LEGEND: Defaults = {
    "options.legend.calcs": [],
    "options.legend.displayMode": "list",
    "options.legend.placement": "bottom",
    "options.legend.showLegend": True,
}

_TOOLTIP: Defaults = {"options.tooltip.mode": "single", "options.tooltip.sort": "none"}

_AXIS: Defaults = {
    "fieldConfig.defaults.custom.axisBorderShow": False,
    "fieldConfig.defaults.custom.axisCenteredZero": False,
    "fieldConfig.defaults.custom.axisColorMode": "text",
    "fieldConfig.defaults.custom.axisLabel": "",
    "fieldConfig.defaults.custom.axisPlacement": "auto",
    "fieldConfig.defaults.custom.scaleDistribution.type": "linear",
    "fieldConfig.defaults.custom.thresholdsStyle.mode": "off",
}

_LINES: Defaults = {
    "fieldConfig.defaults.custom.barAlignment": 0,
    "fieldConfig.defaults.custom.drawStyle": "line",
    "fieldConfig.defaults.custom.gradientMode": "none",
    "fieldConfig.defaults.custom.insertNulls": False,
    "fieldConfig.defaults.custom.lineInterpolation": "linear",
    "fieldConfig.defaults.custom.lineWidth": 1,
    "fieldConfig.defaults.custom.pointSize": 5,
    "fieldConfig.defaults.custom.showPoints": "auto",
    "fieldConfig.defaults.custom.spanNulls": False,
    "fieldConfig.defaults.custom.stacking.group": "A",
    "fieldConfig.defaults.custom.stacking.mode": "none",
    "fieldConfig.defaults.custom.fillOpacity": 0,
    "fieldConfig.defaults.custom.barWidthFactor": 0.6,
    "fieldConfig.defaults.custom.showValues": False,
}

_REDUCE: Defaults = {
    "options.reduceOptions.calcs": ["lastNotNull"],
    "options.reduceOptions.fields": "",
    "options.reduceOptions.values": False,
}

PANEL: Defaults = {
    "fieldConfig.defaults.thresholds.mode": "absolute",
    "fieldConfig.defaults.thresholds.steps": [{"color": "green"}, {"color": "red", "value": 80}],
    "fieldConfig.defaults.unitScale": True,
    "repeatDirection": "h",
    "transparent": False,
    "collapsed": False,
}

_MARKERS = {
    "config": {
        "showLegend": True,
        "style": {
            "color": {"fixed": "dark-green"},
            "opacity": 0.4,
            "rotation": {"fixed": 0, "max": 360, "min": -360, "mode": "mod"},
            "size": {"fixed": 5, "max": 15, "min": 2},
            "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
            "textConfig": {
                "fontSize": 12,
                "offsetX": 0,
                "offsetY": 0,
                "textAlign": "center",
                "textBaseline": "middle",
            },
        },
    },
    "location": {"mode": "auto"},
    "name": "Layer 1",
    "tooltip": True,
    "type": "markers",
}

PANELS: Mapping[str, Defaults] = {
    "alertlist": {
        "options.alertInstanceLabelFilter": "",
        "options.alertName": "",
        "options.dashboardAlerts": False,
        "options.groupBy": [],
        "options.groupMode": "default",
        "options.maxItems": 20,
        "options.sortOrder": 1,
        "options.stateFilter.error": True,
        "options.stateFilter.firing": True,
        "options.stateFilter.noData": False,
        "options.stateFilter.normal": False,
        "options.stateFilter.pending": True,
        "options.viewMode": "list",
    },
    "annolist": {
        "options.limit": 10,
        "options.navigateAfter": "10m",
        "options.navigateBefore": "10m",
        "options.navigateToPanel": True,
        "options.onlyFromThisDashboard": False,
        "options.onlyInTimeRange": False,
        "options.showTags": True,
        "options.showTime": True,
        "options.showUser": True,
    },
    "barchart": {
        **_BY_SERIES,
        "fieldConfig.defaults.custom.fillOpacity": 80,
        "fieldConfig.defaults.custom.gradientMode": "none",
        "fieldConfig.defaults.custom.lineWidth": 1,
        "options.barWidth": 0.97,
        "options.groupWidth": 0.7,
        "options.orientation": "auto",
        "options.showValue": "auto",
        **_AXIS,
        **_HIDE_FROM,
        **_LEGEND,
        **_TOOLTIP,
        "options.barRadius": 0,
        "options.stacking": "none",
        "options.xTickLabelRotation": 0,
        "options.xTickLabelSpacing": 0,
    },
    "bargauge": {
        **_BY_THRESHOLDS,
        "options.displayMode": "gradient",
        "options.orientation": "auto",
        **_REDUCE,
        "options.minVizHeight": 10,
        "options.minVizWidth": 0,
        "options.showUnfilled": True,
    },
    "candlestick": {
        **_LINES,
        **_BY_SERIES,
        "options.candleStyle": "candles",
        "options.colorStrategy": "open-close",
        "options.colors.down": "red",
        "options.colors.flat": "gray",
        "options.colors.up": "green",
        "options.includeAllFields": False,
        "options.mode": "candles+volume",
        **_AXIS,
        **_HIDE_FROM,
        **_LEGEND,
        **_TOOLTIP,
    },
    "canvas": {"options.inlineEditing": True, "options.showAdvancedTypes": False},
    "dashlist": {
        "options.maxItems": 10,
        "options.query": "",
        "options.showHeadings": True,
        "options.showRecentlyViewed": False,
        "options.showSearch": False,
        "options.showStarred": True,
        "options.tags": [],
    },
    "gauge": {
        **_BY_THRESHOLDS,
        **_REDUCE,
        "options.orientation": "auto",
        "options.showThresholdLabels": False,
        "options.showThresholdMarkers": True,
    },
    "geomap": {
        "options.controls.mouseWheelZoom": True,
        "options.controls.showAttribution": True,
        "options.controls.showDebug": False,
        "options.controls.showScale": False,
        "options.controls.showZoom": True,
        "options.layers": [_MARKERS],
        "options.view.id": "zero",
        "options.view.lat": 0,
        "options.view.lon": 0,
        "options.view.zoom": 1,
        **_HIDE_FROM,
        "options.controls.showMeasure": False,
        "options.tooltip.mode": "details",
        "options.view.allLayers": True,
    },
    "graph": {
        "bars": False,
        "dashLength": 10,
        "dashes": False,
        "fill": 1,
        "fillGradient": 0,
        "hiddenSeries": False,
        "legend.avg": False,
        "legend.current": False,
        "legend.max": False,
        "legend.min": False,
        "legend.show": True,
        "legend.total": False,
        "legend.values": False,
        "lines": True,
        "linewidth": 1,
        "nullPointMode": "null",
        "options.alertThreshold": True,
        "options.legend.showLegend": True,
        "percentage": False,
        "pointradius": 2,
        "points": False,
        "renderer": "flot",
        "seriesOverrides": [],
        "spaceLength": 10,
        "stack": False,
        "steppedLine": False,
        "thresholds": [],
        "timeRegions": [],
        "tooltip.shared": True,
        "tooltip.sort": 0,
        "tooltip.value_type": "individual",
        "xaxis.mode": "time",
        "xaxis.show": True,
        "xaxis.values": [],
        "yaxes": [{"format": "short", "logBase": 1, "show": True}] * 2,
        "yaxis.align": False,
    },
    "heatmap": {
        "options.calculate": False,
        "options.cellGap": 1,
        "options.color.fill": "dark-orange",
        "options.color.mode": "scheme",
        "options.color.scheme": "Oranges",
        "options.tooltip.yHistogram": False,
        **_HIDE_FROM,
        "fieldConfig.defaults.custom.scaleDistribution.type": "linear",
        "options.color.exponent": 0.5,
        "options.color.reverse": False,
        "options.color.scale": "exponential",
        "options.color.steps": 64,
        "options.exemplars.color": "rgba(255,0,255,0.7)",
        "options.filterValues.le": 1e-09,
        "options.legend.show": True,
        "options.legend.showLegend": True,
        "options.rowsFrame.layout": "auto",
        "options.showValue": "auto",
        "options.tooltip.show": True,
        "options.yAxis.axisPlacement": "left",
        "options.yAxis.reverse": False,
    },
    "histogram": {
        **_BY_SERIES,
        "fieldConfig.defaults.custom.fillOpacity": 80,
        "fieldConfig.defaults.custom.gradientMode": "none",
        "fieldConfig.defaults.custom.lineWidth": 1,
        "options.bucketOffset": 0,
        **_AXIS,
        **_HIDE_FROM,
        **_LEGEND,
        **_TOOLTIP,
    },
    "logs": {
        "options.showLabels": False,
        "options.showTime": False,
        "options.sortOrder": "Descending",
        "options.wrapLogMessage": False,
        "options.dedupStrategy": "none",
        "options.enableLogDetails": True,
        "options.prettifyLogMessage": False,
        "options.showCommonLabels": False,
    },
    "news": {"options.showImage": True},
    "piechart": {
        **_BY_SERIES,
        **_HIDE_FROM,
        **_LEGEND,
        **_REDUCE,
        **_TOOLTIP,
        "options.pieType": "pie",
    },
    "stat": {
        **_BY_THRESHOLDS,
        **_REDUCE,
        "options.colorMode": "value",
        "options.graphMode": "area",
        "options.justifyMode": "auto",
        "options.orientation": "auto",
        "options.textMode": "auto",
    },
    "state-timeline": {
        "fieldConfig.defaults.color.mode": "continuous-GrYlRd",
        "fieldConfig.defaults.custom.fillOpacity": 70,
        "fieldConfig.defaults.custom.lineWidth": 0,
        "options.alignValue": "left",
        "options.mergeValues": True,
        "options.rowHeight": 0.9,
        "options.showValue": "auto",
        **_LEGEND,
        **_TOOLTIP,
        "fieldConfig.defaults.custom.spanNulls": False,
    },
    "status-history": {
        **_BY_THRESHOLDS,
        "fieldConfig.defaults.custom.fillOpacity": 70,
        "fieldConfig.defaults.custom.lineWidth": 1,
        "options.colWidth": 0.9,
        "options.rowHeight": 0.9,
        "options.showValue": "auto",
        **_LEGEND,
        **_TOOLTIP,
    },
    "table": {
        "fieldConfig.defaults.custom.cellOptions.type": "auto",
        **_BY_THRESHOLDS,
        "fieldConfig.defaults.custom.align": "auto",
        "fieldConfig.defaults.custom.displayMode": "auto",
        "fieldConfig.defaults.custom.inspect": False,
        "options.footer.countRows": False,
        "options.footer.fields": "",
        "options.footer.reducer": ["sum"],
        "options.footer.show": False,
        "options.showHeader": True,
    },
    "table-old": {
        "columns": [],
        "fontSize": "100%",
        "showHeader": True,
        "sort.col": 0,
        "sort.desc": True,
        "styles": [
            {
                "alias": "Time",
                "align": "auto",
                "dateFormat": "YYYY-MM-DD HH:mm:ss",
                "pattern": "Time",
                "type": "date",
            },
            {
                "alias": "",
                "align": "right",
                "colors": [
                    "rgba(245, 54, 54, 0.9)",
                    "rgba(237, 129, 40, 0.89)",
                    "rgba(50, 172, 45, 0.97)",
                ],
                "decimals": 2,
                "pattern": "/.*/",
                "thresholds": [],
                "type": "number",
                "unit": "short",
            },
        ],
        "transform": "timeseries_to_columns",
    },
    "text": {
        "options.content": "# Title\n\nFor markdown syntax help: "
        "[commonmark.org/help](https://commonmark.org/help/)",
        "options.code.language": "plaintext",
        "options.code.showLineNumbers": False,
        "options.code.showMiniMap": False,
        "options.mode": "markdown",
    },
    "timeseries": {
        **_BY_SERIES,
        **_AXIS,
        **_HIDE_FROM,
        **_LEGEND,
        **_TOOLTIP,
        **_LINES,
    },
    "xychart": {
        **_BY_SERIES,
        **_AXIS,
        **_HIDE_FROM,
        **_LEGEND,
        **_TOOLTIP,
        "fieldConfig.defaults.custom.lineWidth": 1,
        "fieldConfig.defaults.custom.pointSize.fixed": 5,
        "fieldConfig.defaults.custom.show": "points",
        "options.series": [],
        "options.seriesMapping": "auto",
    },
}
