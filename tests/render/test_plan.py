"""How a plan reads: as text, JSON and Markdown."""

import json
import re

import pytest

from obsdash.change import Change
from obsdash.origin import Mark, Origin
from obsdash.plan import Blocked, Create, Delete, Plan, Update
from obsdash.render.plan import MARKER, plan_text, plans_json, plans_markdown
from obsdash.resource import ALERTMANAGER, DASHBOARD, DATASOURCE, RULE_GROUP, Ref, Resource, Spec

API = Origin("dashboards/api.py", 24)


def _resource(
    uid: str, spec: Spec | None = None, kind: str = DASHBOARD, origin: Origin | None = None
) -> Resource:
    marks = {"": Mark(origin)} if origin else {}
    folder = "Shop" if kind == DASHBOARD else ""
    return Resource(Ref(kind, uid), spec or {"title": uid}, folder, marks)


def _line(number: int) -> Origin:
    return Origin("dashboards/api.py", number)


UPDATE = Update(
    _resource("api"),
    _resource("api", origin=API),
    (
        Change("", 'tag "shop" added', origin=API),
        Change('panel "p95 latency"', "query A: rate window 5m → 1m", origin=_line(57)),
        Change('panel "Error rate"', 'added, 12×8 below "p95 latency"', "added", origin=_line(71)),
        Change('panel "Queue"', "removed", "removed"),
        Change('panel "CPU"', 'unit "s" → "ms"', origin=Origin("dashboards/_common.py", 3)),
        Change("", "9 panels moved down 8", "moved"),
    ),
    {"default": 12, "empty": 2},
)
PANELS = {"panels": [{"type": "row", "panels": [{}, {}]}, {"type": "stat"}]}
RULES = {"rules": [{"alert": "A"}, {"alert": "B"}, {"alert": "C"}, {"record": "a:b"}]}
PLAN = Plan(
    target="grafana https://grafana.example.com",
    server="Grafana 12.3.1",
    actions=(
        Create(_resource("slo", PANELS, origin=Origin("dashboards/slo.py", 18))),
        UPDATE,
        Create(_resource("shop/api", RULES, RULE_GROUP)),
        Blocked(_resource("nestjs"), "it is provisioned from a file"),
        Delete(_resource("old", PANELS)),
    ),
    unchanged=(Ref(DASHBOARD, "x"),) * 41,
    unmanaged=(Ref(DASHBOARD, "foreign"),),
)

TEXT = """\
Plan for grafana https://grafana.example.com (Grafana 12.3.1) · 2 to create, 1 to change, \
1 to delete, 1 blocked, 41 unchanged

+ dashboard/slo        dashboards/slo.py:18  folder Shop · 3 panels
~ dashboard/api        dashboards/api.py:24
    tag "shop" added
    panel "p95 latency"  query A: rate window 5m → 1m     :57
    panel "Error rate"   added, 12×8 below "p95 latency"  :71
    panel "Queue"        removed
    panel "CPU"          unit "s" → "ms"                  dashboards/_common.py:3
    9 panels moved down 8
    (14 differences without meaning hidden; --noise counts them by class)
+ rule-group/shop/api                        3 alerts, 1 record
! dashboard/nestjs                           it is provisioned from a file
- dashboard/old                              folder Shop · 3 panels

Not ours, left alone: 1 object
Plan: 2 to create, 1 to change, 1 to delete, 1 blocked. Checksum CHECKSUM."""


def test_a_plan_reads_as_a_reviewer_would_say_it() -> None:
    expected = TEXT.replace("CHECKSUM", PLAN.checksum)
    assert plan_text(PLAN, color=False, noise=False) == expected


def test_places_stand_in_one_column() -> None:
    lines = plan_text(PLAN, color=False, noise=False).splitlines()
    places = [line.index(place) for line in lines for place in (":57", ":71") if place in line]
    assert len(places) == 2
    assert places[0] == places[1]


def test_noise_is_counted_by_class_when_asked_for() -> None:
    shown = plan_text(PLAN, color=False, noise=True)
    assert "(hidden: 12 × default: a default written out)" in shown
    assert "(hidden: 2 × empty: null or empty, which means absent)" in shown


def test_what_is_in_sync_takes_one_line() -> None:
    plan = Plan("directory build/local", unchanged=(Ref(DASHBOARD, "api"),))
    assert plan_text(plan, color=False, noise=False) == (
        "In sync: directory build/local · 1 unchanged"
    )


def test_what_is_no_longer_defined_is_mentioned_with_its_remedy() -> None:
    plan = Plan("directory build/local", orphans=(Ref(DASHBOARD, "old"),))
    shown = plan_text(plan, color=False, noise=False).splitlines()
    assert shown[1] == "No longer defined, deleted with --prune only: dashboard/old"


def test_colors_mark_what_happens_and_are_off_when_told() -> None:
    assert "\x1b[32m+ dashboard/slo" in plan_text(PLAN, color=True, noise=False)
    assert "\x1b" not in plan_text(PLAN, color=False, noise=False)


def test_live_texts_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J\x07\u202e"
    change = Change(f'panel "{evil}"', f"renamed from {evil}", "renamed")
    update = Update(_resource("api"), _resource("api"), (change,))
    plan = Plan(f"grafana {evil}", (update, Blocked(_resource(evil), evil)), server=evil)
    shown = plan_text(plan, color=False, noise=False)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "\\x1b[2J" in shown


def test_parts_that_changed_alike_fold_into_one_line() -> None:
    changes = tuple(Change(f'panel "{n}"', "data source a → b", origin=_line(n)) for n in range(30))
    plan = Plan("t", (Update(_resource("api"), _resource("api", origin=API), changes),))
    shown = plan_text(plan, color=False, noise=False)
    assert "    30 panels  data source a → b\n" in shown
    assert shown.count("data source a → b") == 1


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (_resource("p", {"type": "loki"}, DATASOURCE), "loki"),
        (_resource("main", {"receivers": [{}, {}]}, ALERTMANAGER), "2 receivers"),
        (_resource("a/b", {"rules": [{"record": "x"}]}, RULE_GROUP), "1 record"),
        (_resource("empty", {"panels": None}), "0 panels"),
    ],
)
def test_what_is_created_says_what_it_holds(resource: Resource, words: str) -> None:
    shown = plan_text(Plan("t", (Create(resource),)), color=False, noise=False)
    assert words in shown


def test_the_json_has_everything_and_a_version() -> None:
    document = json.loads(json.dumps(plans_json([PLAN])))
    assert document["schemaVersion"] == 1
    (plan,) = document["plans"]
    assert plan["summary"] == {
        "create": 2,
        "change": 1,
        "delete": 1,
        "blocked": 1,
        "kept": 0,
        "unchanged": 41,
    }
    assert plan["checksum"] == PLAN.checksum
    change = plan["actions"][1]
    assert change["ref"] == "dashboard/api"
    assert change["origin"] == "dashboards/api.py:24"
    assert change["noise"] == {"default": 12, "empty": 2}
    assert change["changes"][1] == {
        "subject": 'panel "p95 latency"',
        "text": "query A: rate window 5m → 1m",
        "verb": "changed",
        "path": "",
        "before": None,
        "after": None,
        "origin": "dashboards/api.py:57",
    }
    assert plan["actions"][3]["reason"] == "it is provisioned from a file"


def test_a_comment_begins_with_the_line_that_finds_it_again() -> None:
    shown = plans_markdown([PLAN])
    assert shown.splitlines()[0] == MARKER
    assert "| `~` | <code>dashboard/api</code> | <code>6 changes</code> |" in shown
    assert "<details><summary><code>&#126; dashboard/api</code></summary>" in shown
    assert f"Checksum `{PLAN.checksum}`" in shown


def test_live_texts_are_only_text_in_a_comment() -> None:
    evil = "<img src=x> @everyone [a](b) | `c` ```\n# d"
    change = Change(f'panel "{evil}"', f"renamed from {evil}", "renamed")
    update = Update(_resource(evil), _resource(evil), (change,))
    shown = plans_markdown([Plan(evil, (update, Blocked(_resource("b"), evil)))])
    fenced = re.search(r"^(`{4,})text\n(.*?)\n\1$", shown, re.MULTILINE | re.DOTALL)
    assert fenced
    outside = shown.replace(fenced[0], "")
    for part in ("<img", "@everyone", "[a](b)", "`c`", "\n# d"):
        assert part not in outside


def _large(number: int) -> Plan:
    changes = tuple(Change(f'panel "{n}"', f"unit {n} → {n + 1}") for n in range(40))
    actions = tuple(Update(_resource(f"d{n}"), _resource(f"d{n}"), changes) for n in range(number))
    return Plan("grafana", actions)


@pytest.mark.parametrize(
    ("number", "details", "table"), [(5, True, True), (200, False, True), (5000, False, False)]
)
def test_a_comment_says_as_much_as_its_limit_allows(
    number: int, details: bool, table: bool
) -> None:
    shown = plans_markdown([_large(number)], limit=65_536)
    assert len(shown) <= 65_536
    assert ("<details>" in shown) == details
    assert ("| resource |" in shown) == table
    assert f"{number} to change" in shown


def test_even_the_smallest_limit_is_kept() -> None:
    assert len(plans_markdown([_large(3)] * 50, limit=100)) <= 100
