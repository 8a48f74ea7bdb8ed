"""Route tests, on definitions as users write them."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from obsdash import secrets
from obsdash.author import RouteTest
from obsdash.errors import Problems
from obsdash.project import Project, load_project
from obsdash.render.routetest import routetest_text
from obsdash.resource import Environment
from obsdash.routetest import RouteResults, run_route_tests

ALERTS = """\
from obsdash.author import Alert, Inhibit, Route, RouteTest, Routing, RuleGroup, Slack

DOWN = Alert("Down", expr="up == 0", severity="critical", summary="it is down")
SLOW = Alert("Slow", expr="latency > 1", severity="warning", summary="it is slow")
group = RuleGroup("api", [DOWN, SLOW], labels={"team": "shop"})
slack = Slack(url="env:A_WEBHOOK_THAT_NO_MACHINE_HAS")
routing = Routing(
    routes=[
        Route("pager", match={"severity": "critical", "team": "shop"}, to=[slack]),
        Route("chat", match={"severity": ("warning", "info")}, to=[slack]),
    ],
    fallback=[],
    inhibit=[
        Inhibit(source={"severity": "critical"}, target={"severity": "warning"}, equal=["job"]),
    ],
)
"""

MUTED = """\
route:
  receiver: mail
  routes:
    - receiver: chat
      matchers: [team="shop"]
      mute_time_intervals: [nights]
    - receiver: desk
      matchers: [team="desk"]
      active_time_intervals: [office]
receivers:
  - {name: mail, webhook_configs: [{url_file: /run/secrets/mail}]}
  - {name: chat, webhook_configs: [{url_file: /run/secrets/chat}]}
  - {name: desk}
time_intervals:
  - name: nights
    time_intervals:
      - times: [{start_time: "22:00", end_time: "24:00"}, {start_time: "00:00", end_time: "06:00"}]
        location: Europe/Berlin
  - name: office
    time_intervals:
      - {weekdays: ["monday:friday"], times: [{start_time: "09:00", end_time: "17:00"}]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    def loaded(tests: str = "", yaml: str = "") -> Project:
        (tmp_path / "alerts").mkdir()
        text = ALERTS if not yaml else "from obsdash.author import RouteTest\n"
        (tmp_path / "alerts" / "api.py").write_text(text + dedent(tests))
        if yaml:
            (tmp_path / "alerts" / "alertmanager.yml").write_text(yaml)
        with secrets.taken_as_set():
            project = load_project(tmp_path, Environment("local"))
        assert project.errors == ()
        return project

    return loaded


def judged(project: Project) -> RouteResults:
    tests = [test for test in project.tests if isinstance(test, RouteTest)]
    return run_route_tests(tests, project.resources)


def messages(results: RouteResults) -> list[str]:
    return [check.message for test in results.tests for check in test.checks]


def test_an_alert_has_the_labels_of_its_rule_its_group_and_the_test(
    project: Callable[..., Project],
) -> None:
    results = judged(project('tests = [RouteTest(DOWN, {"job": "api"}).reaches("pager")]'))

    assert messages(results) == [""]
    assert results.passed
    assert results.untested == ("Slow",)


def test_another_receiver_than_expected_is_named(project: Callable[..., Project]) -> None:
    results = judged(project('tests = [RouteTest(SLOW).reaches("pager")]'))

    assert messages(results) == ["expected that it reaches pager, but it reaches chat"]
    assert not results.passed


def test_an_alert_is_inhibited_only_by_one_of_the_same_thing(
    project: Callable[..., Project],
) -> None:
    tests = """
    a, b = {"job": "a"}, {"job": "b"}
    tests = [
        RouteTest(SLOW, a).while_firing(DOWN, a).is_inhibited(),
        RouteTest(SLOW, a).while_firing(DOWN, b).reaches("chat"),
        RouteTest(SLOW, a).while_firing(DOWN, a).reaches("chat"),
    ]
    """
    results = judged(project(tests))

    assert messages(results) == [
        "",
        "",
        "expected that it reaches chat, but it is inhibited by Down"
        " team=shop severity=critical job=a",
    ]


def test_a_muted_route_tells_nobody_in_the_hours_of_its_zone(
    project: Callable[..., Project],
) -> None:
    tests = """
    _shop, _desk = RouteTest({"team": "shop"}), RouteTest({"team": "desk"})
    tests = [
        _shop.at("2026-07-01T03:59:00Z").is_muted(),  # 05:59 in Berlin
        _shop.at("2026-07-01T04:00:00Z").reaches("chat"),
        _shop.at("2026-07-01T21:59:00+02:00").reaches("chat"),
        _shop.at("2026-07-01T22:00:00+02:00").is_muted(),
        _desk.at("2026-07-04T12:00:00Z").is_muted(),  # a Saturday
        _desk.at("2026-07-03T16:59:00Z").reaches("desk"),
        _desk.at("2026-07-03T17:00:00Z").reaches("desk"),
    ]
    """
    results = judged(project(tests, yaml=MUTED))

    assert messages(results) == [
        *[""] * 6,
        "expected that it reaches desk, but it is muted outside office",
    ]


def test_alerts_that_nobody_hears_of_are_named(project: Callable[..., Project]) -> None:
    tests = """
    ODD = Alert("Odd", expr="up == 2", severity="odd", summary="it is odd")
    more = RuleGroup("more", [ODD])
    """
    (one,) = judged(project(tests)).unheard

    assert (one.alert, one.receivers, str(one.origin)) == ("Odd", ("none",), "alerts/api.py:18")


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("RouteTest(DOWN)", "the route test of 'Down' expects nothing"),
        (
            'RouteTest(DOWN).reaches("pagr")',
            "the route test of 'Down' names the receiver 'pagr'; did you mean 'pager'?",
        ),
        (
            'RouteTest(Alert("Lost", expr="up", summary="x")).reaches("pager")',
            "the route test of 'Lost' names 'Lost', which is in no rule group",
        ),
    ],
)
def test_a_test_that_can_prove_nothing_is_refused(
    test: str, message: str, project: Callable[..., Project]
) -> None:
    with pytest.raises(Problems) as caught:
        judged(project(f"tests = [{test}]"))

    (error,) = caught.value.errors
    assert error.message == message
    assert str(error.origin) == "alerts/api.py:17"


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ('RouteTest(DOWN).at("tomorrow").is_muted()', "'tomorrow' is not a time with its zone"),
        ('RouteTest(DOWN).at("2026-07-01T12:00").is_muted()', "is not a time with its zone"),
        ("RouteTest(DOWN).is_muted()", "it is muted at no time"),
        ("RouteTest(DOWN).is_inhibited()", "nothing fires that could inhibit it"),
        ("RouteTest(7)", "a RouteTest is about an Alert or labels, not 7"),
        ('RouteTest({"a-b": "x"})', "'a-b' is not a label name"),
        ('RouteTest({"a": 1})', "label 'a' must be a text, not 1"),
    ],
)
def test_nonsense_is_refused_on_its_line(test: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "api.py").write_text(f"{ALERTS}tests = [{test}]\n")

    (error,) = load_project(tmp_path, Environment("local")).errors

    assert message in error.message
    assert str(error.origin) == "alerts/api.py:17"


def test_without_a_routing_a_test_is_refused(tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "api.py").write_text(
        ALERTS[: ALERTS.index("slack =")] + 'tests = [RouteTest(DOWN).reaches("pager")]\n'
    )

    with pytest.raises(Problems, match="has no routing to be judged on"):
        judged(load_project(tmp_path, Environment("local")))


def test_a_routing_that_grafana_gets_as_well_is_judged_as_its_policies(
    project: Callable[..., Project],
) -> None:
    made = project(
        """
        tests = [
            RouteTest({"alertname": "A", "team": "shop"})
            .reaches("chat").at("2026-11-21T03:00:00+01:00").is_muted(),
            RouteTest({"alertname": "A", "team": "desk"}).reaches("desk"),
            RouteTest({"alertname": "A"}).reaches("chat"),
        ]
        """,
        MUTED,
    )
    tests = [test for test in made.tests if isinstance(test, RouteTest)]
    results = run_route_tests(tests, made.resources, grafana=True)
    told = [(check.form, check.passed) for test in results.tests for check in test.checks]
    assert told == [
        *(("", True), ("", True), ("Grafana", True), ("Grafana", True)),
        *(("", True), ("Grafana", True)),
        *(("", False), ("Grafana", False)),
    ]
    assert "A (in Grafana): expected that it reaches chat, but it reaches mail" in routetest_text(
        results
    )


def test_an_inhibition_is_judged_where_there_is_one(project: Callable[..., Project]) -> None:
    made = project(
        """
        tests = [RouteTest(SLOW, {"job": "a"}).while_firing(DOWN, {"job": "a"}).is_inhibited()]
        """
    )
    tests = [test for test in made.tests if isinstance(test, RouteTest)]
    results = run_route_tests(tests, made.resources, grafana=True)
    assert [check.form for test in results.tests for check in test.checks] == [""]
    assert results.passed
