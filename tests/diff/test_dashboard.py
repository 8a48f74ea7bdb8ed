"""Edits of a dashboard: its settings, variables, annotations, and which panels it has."""

import copy
from collections.abc import Callable

import pytest

from obsdash.diff import difference
from tests.diff.documents import Spec, changed, compare, dashboard, panel, resource, said

Edit = Callable[[Spec], object]


def _variables(spec: Spec) -> list[Spec]:
    found: list[Spec] = spec["templating"]["list"]
    return found


EDITS: dict[str, tuple[Edit, tuple[str, str]]] = {
    "the title": (lambda d: d.update(title="Shop API"), ("", 'title "API" → "Shop API"')),
    "tags": (
        lambda d: d.update(tags=["api", "team-a"]),
        ("", 'tag "team-a" added; tag "shop" removed'),
    ),
    "the time range": (
        lambda d: d["time"].update({"from": "now-1h"}),
        ("", "time range now-6h … now → now-1h … now"),
    ),
    "the refresh": (lambda d: d.update(refresh="1m"), ("", 'refresh "30s" → "1m"')),
    "no refresh": (lambda d: d.pop("refresh"), ("", 'refresh "30s" removed')),
    "a description": (lambda d: d.update(description="New."), ("", 'description "New." added')),
    "a link": (
        lambda d: d["links"].append({"title": "SLO", "url": "/d/slo"}),
        ("", 'link "SLO" added'),
    ),
    "a link's address": (
        lambda d: d["links"][0].update(url="https://example.org"),
        ("", 'link "Runbooks": url "https://example.com/runbooks" → "https://example.org"'),
    ),
    "a variable more": (
        lambda d: _variables(d).append({"name": "zone", "type": "custom", "query": "a,b"}),
        ('variable "zone"', 'added: "a,b"'),
    ),
    "a variable less": (lambda d: _variables(d).pop(0), ('variable "job"', "removed")),
    "a variable's name": (
        lambda d: _variables(d)[0].update(name="service"),
        ('variable "service"', 'renamed from "job"'),
    ),
    "a variable's query": (
        lambda d: _variables(d)[0].update(query="label_values(up, instance)"),
        ('variable "job"', 'query "label_values(up, job)" → "label_values(up, instance)"'),
    ),
    "a variable's choice": (
        lambda d: _variables(d)[1]["current"].update(value="prod"),
        ('variable "env"', 'current.value "dev" → "prod"'),
    ),
    "the order of variables": (
        lambda d: _variables(d).reverse(),
        ("", "variables reordered: env, job"),
    ),
    "an annotation": (
        lambda d: d["annotations"]["list"][0].update(iconColor="red"),
        ('annotation "Deployments"', 'iconColor "red" added'),
    ),
    "an annotation less": (
        lambda d: d["annotations"]["list"].clear(),
        ('annotation "Deployments"', "removed"),
    ),
    "a panel less": (lambda d: d["panels"].pop(), ('panel "Restarts"', "removed")),
    "a key nobody knows": (
        lambda d: d.update(warp={"factor": 9}),
        ("", "warp.factor 9 added"),
    ),
    "a higher schema": (
        lambda d: d.update(schemaVersion=39),
        ("", "schemaVersion 37 → 39"),
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_a_dashboard_is_told_alone(name: str) -> None:
    edit, expected = EDITS[name]
    assert said(changed(dashboard(), edit)) == [expected]


def test_a_dashboard_that_is_equal_has_no_difference() -> None:
    found = compare(dashboard(), copy.deepcopy(dashboard()))
    assert (found.changes, found.noise) == ((), {})


def test_true_and_one_are_not_the_same() -> None:
    changes = changed(dashboard(editable=True), lambda spec: spec.update(editable=1))
    assert said(changes) == [("", "editable true → 1")]


def test_another_folder_is_a_move() -> None:
    found = difference(
        resource(dashboard(), folder="Shop"), resource(dashboard(), folder="Shop/Payments")
    )
    assert [c.text for c in found.changes] == ['folder "Shop" → "Shop/Payments"']
    assert found.changes[0].verb == "moved"


def test_a_new_panel_says_where_it_stands_and_what_it_asks() -> None:
    def edit(spec: Spec) -> None:
        position = {"h": 8, "w": 12, "x": 12, "y": 24}
        spec["panels"][7] = panel(20, title="Queue", gridPos=position)

    changes = changed(dashboard(7), lambda spec: spec["panels"].append(None) or edit(spec))
    assert said(changes) == [
        (
            'panel "Queue"',
            'added, 12×8 at the right of "Logs": '
            'sum by (job) (rate(metric_20_total{job="$job"}[5m]))',
        )
    ]
    assert changes[0].verb == "added"
    assert str(changes[0].origin) == "dashboards/api.py:107"


def test_what_is_removed_has_a_place_in_the_live_dashboard_and_none_in_the_definitions() -> None:
    (change,) = changed(dashboard(), lambda spec: spec["panels"].pop(2))
    assert (change.verb, change.path, change.origin) == ("removed", "/panels/2", None)
    assert change.before == panel(2)


def test_panels_keep_their_identity_when_ids_are_counted_anew() -> None:
    """As grafanalib counts: a panel inserted on top gives every other one another id."""

    def edit(spec: Spec) -> None:
        for one in spec["panels"]:
            one["id"] += 1
            one["gridPos"]["y"] += 8
        spec["panels"].insert(0, panel(20, id=1, gridPos={"h": 8, "w": 24, "x": 0, "y": 0}))

    changes = changed(dashboard(), edit)
    assert [(c.subject, c.verb) for c in changes] == [
        ('panel "Panel 20"', "added"),
        ("", "moved"),
        ("", "changed"),
    ]
    assert [c.text for c in changes[1:]] == ["8 panels moved down 8", "8 panels got another id"]


def test_panels_of_one_title_keep_their_identity_when_ids_are_counted_anew() -> None:
    live = dashboard()
    for one in live["panels"]:
        one["title"] = "Requests"

    def edit(spec: Spec) -> None:
        del spec["panels"][0]
        for number, one in enumerate(spec["panels"]):
            one["id"] = number + 1

    changes = changed(live, edit)
    assert [(c.verb, c.text) for c in changes] == [
        ("removed", "removed"),
        ("changed", "7 panels got another id"),
    ]


def test_a_panel_with_another_id_and_title_is_known_by_what_it_shows() -> None:
    changes = changed(
        dashboard(), lambda spec: spec["panels"][2].update(id=99, title="Latency, 95th")
    )
    assert said(changes) == [
        ('panel "Latency, 95th"', 'renamed from "p95 latency"'),
        ('panel "Latency, 95th"', "id 3 → 99"),
    ]


def test_a_panel_replaced_by_another_under_its_id_is_not_called_renamed() -> None:
    def edit(spec: Spec) -> None:
        spec["panels"][2] = {
            "id": 3,
            "type": "text",
            "title": "Notes",
            "options": {"content": "Read this."},
            "gridPos": spec["panels"][2]["gridPos"],
        }

    changes = changed(dashboard(), edit)
    assert [(c.subject, c.verb) for c in changes] == [
        ('panel "Notes"', "added"),
        ('panel "p95 latency"', "removed"),
    ]


def test_of_equal_panels_in_two_rows_the_edited_one_is_told() -> None:
    """Duplicate ids happen; the twin under the other row has not moved."""
    twins = [panel(0), panel(0)]
    for number, twin in enumerate(twins):
        twin["gridPos"]["y"] = 1 + 9 * number
    rows = [
        {"type": "row", "title": title, "gridPos": {"h": 1, "w": 24, "x": 0, "y": 9 * number}}
        for number, title in enumerate(("First", "Second"))
    ]
    live = dashboard(0, panels=[rows[0], twins[0], rows[1], twins[1]])
    changes = changed(live, lambda spec: spec["panels"][1].update(interval="1m"))
    assert said(changes) == [('panel "Requests" (id 1)', 'interval "1m" added')]
    assert changes[0].path == "/panels/1/interval"


def test_a_report_is_the_same_every_time() -> None:
    live, desired = dashboard(), dashboard(6, title="Other", tags=["x"])
    assert compare(live, desired) == compare(copy.deepcopy(live), copy.deepcopy(desired))
