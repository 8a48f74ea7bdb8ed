"""Edits of one panel, each told alone and in its editor's words."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.diff.documents import Spec, changed, dashboard, said

Edit = Callable[[Spec], object]


def _defaults(panel: Spec) -> Spec:
    defaults: Spec = panel["fieldConfig"]["defaults"]
    return defaults


def _steps(panel: Spec) -> list[Spec]:
    steps: list[Spec] = _defaults(panel)["thresholds"]["steps"]
    return steps


def _query(panel: Spec, **fields: Any) -> None:
    panel["targets"][0].update(fields)


def _override(panel: Spec) -> Spec:
    override: Spec = panel["fieldConfig"]["overrides"][0]
    return override


EDITS: dict[str, tuple[Edit, list[str]]] = {
    "an expression": (
        lambda p: _query(p, expr='sum by (job) (rate(metric_2_total{job="$job"}[1m]))'),
        ["query A: rate window 5m → 1m"],
    ),
    "a query more": (
        lambda p: p["targets"].append({"refId": "B", "expr": "up"}),
        ["query B added: up"],
    ),
    "a query less": (lambda p: p["targets"].pop(), ["query A removed"]),
    "a query's letter": (lambda p: _query(p, refId="X"), ["query A renamed to X"]),
    "a legend": (
        lambda p: _query(p, legendFormat="{{pod}}"),
        ['query A: legend "{{job}}" → "{{pod}}"'],
    ),
    "a query hidden": (lambda p: _query(p, hide=True), ["query A: hidden"]),
    "a query's step": (lambda p: _query(p, interval="1m"), ['query A: interval "1m" added']),
    "a query's data source": (
        lambda p: _query(p, datasource={"type": "prometheus", "uid": "other"}),
        ["query A: data source prometheus → other"],
    ),
    "the data source": (
        lambda p: p.update(datasource={"type": "prometheus", "uid": "other"}),
        ["data source prometheus → other"],
    ),
    "the title": (lambda p: p.update(title="p99 latency"), ['renamed from "p95 latency"']),
    "the description": (
        lambda p: p.update(description="What panel 2 shows, and why."),
        ['description "What panel 2 shows." → "What panel 2 shows, and why."'],
    ),
    "the unit": (lambda p: _defaults(p).update(unit="s"), ['unit "reqps" → "s"']),
    "a minimum": (lambda p: _defaults(p).update(min=0), ["min 0 added"]),
    "decimals": (lambda p: _defaults(p).update(decimals=2), ["decimals 2 added"]),
    "a threshold's value": (
        lambda p: _steps(p)[1].update(value=0.9),
        ["threshold red 0.8 → 0.9"],
    ),
    "a threshold's colour": (
        lambda p: _steps(p)[1].update(color="orange"),
        ["threshold 0.8: red → orange"],
    ),
    "the base colour": (
        lambda p: _steps(p)[0].update(color="blue"),
        ["threshold base: green → blue"],
    ),
    "a threshold more": (
        lambda p: _steps(p).insert(1, {"color": "orange", "value": 0.5}),
        ["threshold orange at 0.5 added"],
    ),
    "a threshold less": (lambda p: _steps(p).pop(), ["threshold red at 0.8 removed"]),
    "the kind of thresholds": (
        lambda p: _defaults(p)["thresholds"].update(mode="percentage"),
        ["thresholds absolute → percentage"],
    ),
    "a mapping": (
        lambda p: _defaults(p).update(mappings=[{"type": "value", "options": {}}]),
        ["value mappings 0 → 1"],
    ),
    "an override's value": (
        lambda p: _override(p)["properties"][0].update(value="s"),
        ['override for "errors": unit "percent" → "s"'],
    ),
    "an override's property": (
        lambda p: _override(p)["properties"].append({"id": "decimals", "value": 1}),
        ['override for "errors": decimals 1 added'],
    ),
    "an override more": (
        lambda p: p["fieldConfig"]["overrides"].append(
            {
                "matcher": {"id": "byRegexp", "options": "/5../"},
                "properties": [{"id": "unit", "value": "s"}],
            }
        ),
        ['override for byRegexp "/5../" added: unit "s"'],
    ),
    "an override less": (
        lambda p: p["fieldConfig"]["overrides"].clear(),
        ['override for "errors" removed'],
    ),
    "a transformation": (
        lambda p: p.update(transformations=[{"id": "merge", "options": {"a": 1}}]),
        ['transformation "merge" added'],
    ),
    "a link": (
        lambda p: p.update(links=[{"title": "Runbook", "url": "https://example.com"}]),
        ['link "Runbook" added'],
    ),
    "an option": (
        lambda p: p["options"]["legend"].update(calcs=["max", "mean"]),
        ['options.legend.calcs ["mean"] → ["max", "mean"]'],
    ),
    "an option of a plugin nobody knows": (
        lambda p: p["options"].update(flux={"capacitor": [{"gigawatts": 1.21}]}),
        ['options.flux.capacitor [{"gigawatts": 1.21}] added'],
    ),
    "an option called order": (
        lambda p: p["options"].update(order="asc"),
        ['options.order "asc" added'],
    ),
    "what nobody knows of thresholds": (
        lambda p: _defaults(p)["thresholds"].update(mode="percentage", glow=2),
        ["thresholds absolute → percentage", "thresholds glow 2 added"],
    ),
    "the first threshold's value": (
        lambda p: _steps(p)[0].update(value=0.1),
        ["threshold green base → 0.1"],
    ),
    "a field option": (
        lambda p: _defaults(p)["custom"].update(lineWidth=3),
        ["custom.lineWidth 2 → 3"],
    ),
    "a repetition": (lambda p: p.update(repeat="job"), ['repeat "job" added']),
    "transparency": (lambda p: p.update(transparent=True), ["transparent true added"]),
    "the type": (
        lambda p: p.update(type="stat"),
        ['type "timeseries" → "stat"'],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_a_panel_is_told_alone(name: str) -> None:
    edit, expected = EDITS[name]
    title = "p99 latency" if name == "the title" else "p95 latency"
    changes = changed(dashboard(), lambda spec: edit(spec["panels"][2]))
    assert said(changes) == [(f'panel "{title}"', text) for text in expected]
    assert changes[0].path.startswith("/panels/2")
    assert str(changes[0].origin) == "dashboards/api.py:102"


@pytest.mark.parametrize("name", EDITS)
def test_the_reverse_edit_is_told_as_well(name: str) -> None:
    edit, _ = EDITS[name]
    live = dashboard()
    edit(live["panels"][2])
    changes = changed(live, lambda spec: spec.update(dashboard()))
    assert {change.subject for change in changes} == {'panel "p95 latency"'}
    assert len(changes) == len(EDITS[name][1])


def test_another_type_takes_its_own_options_along_in_one_line() -> None:
    def edit(spec: Spec) -> None:
        spec["panels"][2].update(type="stat", options={"colorMode": "background", "a": {"b": 1}})

    assert said(changed(dashboard(), edit)) == [
        ('panel "p95 latency"', 'type "timeseries" → "stat"'),
        ('panel "p95 latency"', "options: 4 values changed with the type"),
    ]


def test_queries_in_another_order_are_one_change() -> None:
    live = dashboard()
    live["panels"][2]["targets"].append({"refId": "B", "expr": "up"})
    changes = changed(live, lambda spec: spec["panels"][2]["targets"].reverse())
    assert said(changes) == [('panel "p95 latency"', "queries reordered: B, A")]


def test_loki_queries_are_compared_as_text() -> None:
    live = dashboard()
    live["panels"][2]["datasource"] = {"type": "loki", "uid": "loki"}
    live["panels"][2]["targets"] = [{"refId": "A", "expr": '{app="a"}  |= "x"'}]

    def edit(spec: Spec) -> None:
        spec["panels"][2]["targets"][0]["expr"] = '{app="a"} |= "y"'

    texts = [text for _, text in said(changed(live, edit))]
    assert texts == ['query A: "{app="a"} |= "x"" → "{app="a"} |= "y""']


def test_two_panels_of_one_title_are_told_apart_by_their_ids() -> None:
    live = dashboard()
    live["panels"][3]["title"] = "p95 latency"
    changes = changed(live, lambda spec: _defaults(spec["panels"][3]).update(unit="s"))
    assert said(changes) == [('panel "p95 latency" (id 4)', 'unit "reqps" → "s"')]


def test_a_panel_without_title_is_told_by_type_and_id() -> None:
    live = dashboard()
    live["panels"][3]["title"] = ""
    changes = changed(live, lambda spec: _defaults(spec["panels"][3]).update(unit="s"))
    assert said(changes) == [("untitled timeseries 4", 'unit "reqps" → "s"')]
