"""How queries are judged."""

import threading
import time

import pytest

from obsdash.errors import TargetError
from obsdash.origin import Mark
from obsdash.resource import Resource
from obsdash.verify import Backends, DataSource, Finding, Status
from obsdash.verify.backends import QueryError, SourceError, UnsupportedError
from obsdash.verify.model import Answer, Question
from tests.verify.backend import (
    PROM,
    MemoryBackend,
    dashboard,
    panel,
    rules,
    run,
    values,
    variable,
)

EMPTY, NAN = Answer(0), Answer(1, numbers=False)


def one(resource: Resource, backend: MemoryBackend, **more: object) -> Finding:
    (finding,) = run(resource, backend=backend, **more)  # type: ignore[arg-type]
    return finding


def declared(expr: str, reason: str) -> Resource:
    made = dashboard(panel(expr))
    marks = {**made.marks, "/panels/0/targets/0": Mark(empty=reason)}
    return Resource(made.ref, made.spec, marks=marks)


def test_data_is_as_it_should_be() -> None:
    finding = one(dashboard(panel("up")), MemoryBackend())
    assert (finding.status, finding.ok, finding.ran, finding.source) == (
        Status.DATA,
        True,
        "up",
        "prom",
    )


def test_an_empty_answer_fails() -> None:
    finding = one(dashboard(panel("up")), MemoryBackend({"up": EMPTY}))
    assert (finding.status, finding.reason, finding.ok) == (Status.EMPTY, "no data", False)


def test_nothing_but_nan_is_empty() -> None:
    finding = one(dashboard(panel("0/0")), MemoryBackend({"0/0": NAN}))
    assert (finding.status, finding.reason, finding.ok) == (Status.EMPTY, "only NaN", False)


def test_declared_emptiness_is_right_and_says_why() -> None:
    finding = one(declared("errors", "no errors yet"), MemoryBackend({"errors": EMPTY}))
    assert (finding.status, finding.reason, finding.ok) == (Status.EMPTY, "no errors yet", True)


def test_declared_emptiness_excuses_no_missing_metric_and_no_error() -> None:
    missing = MemoryBackend({"errors": EMPTY}, missing=["errors"])
    finding = one(declared("errors", "no errors yet"), missing)
    assert not finding.ok
    assert finding.reason == "no data: metric errors has no series at all"
    wrong = MemoryBackend({"errors": QueryError("parse error")})
    assert one(declared("errors", "no errors yet"), wrong).status is Status.ERROR


def test_what_is_declared_empty_may_have_data() -> None:
    assert one(declared("errors", "no errors yet"), MemoryBackend()).status is Status.DATA


def test_an_alert_that_does_not_fire_is_fine_as_long_as_its_metrics_exist() -> None:
    alert = rules({"alert": "Down", "expr": "up == 0"})
    quiet = one(alert, MemoryBackend({"up == 0": EMPTY}))
    assert (quiet.ok, quiet.reason) == (True, "no alert is firing")
    typo = one(alert, MemoryBackend({"up == 0": EMPTY}, missing=["up"]))
    assert not typo.ok


def test_a_recording_rule_must_record_something() -> None:
    record = rules({"record": "a:b", "expr": "sum(up)"})
    assert not one(record, MemoryBackend({"sum(up)": EMPTY})).ok


def test_rules_run_as_they_stand_because_what_evaluates_them_knows_no_variables() -> None:
    backend = MemoryBackend()
    one(rules({"alert": "A", "expr": "rate(x[$__rate_interval])"}), backend)
    assert [q.text for q in backend.asked] == ["rate(x[$__rate_interval])"]


def test_an_error_carries_the_servers_sentence() -> None:
    finding = one(dashboard(panel("up[")), MemoryBackend({"up[": QueryError("parse error: …")}))
    assert (finding.status, finding.reason, finding.ok) == (Status.ERROR, "parse error: …", False)


def test_what_cannot_be_run_is_skipped_and_does_not_fail() -> None:
    finding = one(dashboard(panel("up")), MemoryBackend({"up": UnsupportedError("not here")}))
    assert (finding.status, finding.reason, finding.ok) == (Status.SKIPPED, "not here", True)


def test_a_slow_query_is_told_but_does_not_fail() -> None:
    finding = one(dashboard(panel("up")), MemoryBackend(), slow=0)
    assert (finding.status, finding.ok) == (Status.SLOW, True)
    assert finding.reason.startswith("took ")


def test_equal_questions_are_asked_once() -> None:
    backend = MemoryBackend()
    findings = run(dashboard(panel("up"), panel("up", "up"), panel("down")), backend=backend)
    assert [f.ran for f in findings] == ["up", "up", "up", "down"]
    assert sorted(q.text for q in backend.asked) == ["down", "up"]


def test_queries_run_a_few_at_a_time() -> None:
    class Counting(MemoryBackend):
        lock = threading.Lock()
        now = most = 0

        def ask(self, question: Question) -> Answer:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            time.sleep(0.01)
            with self.lock:
                self.now -= 1
            return Answer(1)

    backend = Counting()
    run(dashboard(panel(*[f"up{n}" for n in range(20)])), backend=backend)
    assert 2 <= backend.most <= 4


def test_a_server_that_does_not_answer_ends_the_run_with_its_sentence() -> None:
    dead = MemoryBackend(silent=TargetError("nothing listens at prom:9090"))
    with pytest.raises(TargetError, match="nothing listens"):
        run(dashboard(panel("a", "b", "c")), backend=dead)
    dies = MemoryBackend({"b": TargetError("it went away")})
    with pytest.raises(TargetError, match="it went away"):
        run(dashboard(panel("a", "b", "c")), backend=dies)


def test_a_data_source_that_does_not_answer_is_one_error_and_the_rest_is_skipped() -> None:
    silent = MemoryBackend(silent=SourceError("prom gives no answer", help="start it"))
    first, *rest = run(dashboard(panel("a", "b", "c")), backend=silent)
    assert (first.status, first.reason, first.help) == (
        Status.ERROR,
        "prom gives no answer",
        "start it",
    )
    assert [(f.status, f.ok) for f in rest] == [(Status.SKIPPED, True)] * 2


def test_an_interrupt_reaches_the_caller_at_once() -> None:
    class Slow(MemoryBackend):
        def ask(self, question: Question) -> Answer:
            if question.text == "stop":
                raise KeyboardInterrupt
            time.sleep(5)
            return Answer(1)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(dashboard(panel("stop", "a", "b", "c", "d", "e")), backend=Slow())
    assert time.monotonic() - started < 2


def test_variables_are_filled_in_the_order_they_depend_on_each_other() -> None:
    backend = MemoryBackend(
        {
            "label_values(ns)": values("prod", "test"),
            'label_values(up{ns="prod"}, pod)': values("a.1", "b"),
        }
    )
    found = dashboard(
        panel('up{pod=~"$pod",ns="$ns"}'),
        variables=[
            variable("pod", 'label_values(up{ns="$ns"}, pod)', multi=True, includeAll=True),
            variable("ns", "label_values(ns)"),
        ],
    )
    *filled, last = run(found, backend=backend)
    assert [f.query.part for f in filled] == ["variable pod", "variable ns"]
    assert last.ran == 'up{pod=~"(a\\\\.1|b)",ns="prod"}'


def test_a_variable_without_values_fails_and_is_named_where_it_empties_a_panel() -> None:
    backend = MemoryBackend({"label_values(ns)": EMPTY, 'up{ns=""}': EMPTY})
    found = dashboard(panel('up{ns="$ns"}'), variables=[variable("ns", "label_values(ns)")])
    filled, emptied = run(found, backend=backend)
    assert (filled.status, filled.reason) == (Status.EMPTY, "no values")
    assert emptied.reason == "no data: variable $ns is empty"


def test_a_variable_whose_regex_lets_nothing_through_fails() -> None:
    backend = MemoryBackend({"label_values(ns)": values("prod")})
    found = dashboard(variables=[variable("ns", "label_values(ns)", regex="/test/")])
    assert one(found, backend).reason == "its regex lets no value through"


def test_a_query_with_a_variable_that_cannot_be_filled_is_skipped() -> None:
    backend = MemoryBackend({"label_values(ns)": QueryError("bad")})
    found = dashboard(panel("$ns", "up"), variables=[variable("ns", "label_values(ns)")])
    filled, skipped, data = run(found, backend=backend)
    assert filled.status is Status.ERROR
    assert (skipped.status, skipped.reason) == (
        Status.SKIPPED,
        "variable $ns is not filled: bad",
    )
    assert data.status is Status.DATA


def test_the_saved_choice_does_where_a_variable_cannot_be_run() -> None:
    backend = MemoryBackend({"label_values(ns)": UnsupportedError("not here")})
    kept = variable("ns", "label_values(ns)", current={"value": "prod"})
    assert run(dashboard(panel('up{ns="$ns"}'), variables=[kept]), backend=backend)[1].ran == (
        'up{ns="prod"}'
    )


def test_a_panel_that_is_repeated_runs_with_the_first_value() -> None:
    backend = MemoryBackend({"label_values(job)": values("api", "web")})
    job = variable("job", "label_values(job)", includeAll=True)
    found = [panel('up{job="$job"}', repeat="job"), panel('x=~"$job"')]
    _, repeated, plain = run(dashboard(*found, variables=[job]), backend=backend)
    assert (repeated.ran, plain.ran) == ('up{job="api"}', 'x=~"(api|web)"')
    _, repeated, plain = run(
        dashboard(*found, variables=[job | {"allValue": ".*"}]), backend=backend
    )
    assert (repeated.ran, plain.ran) == ('up{job="api"}', 'x=~".*"')


def test_every_kind_of_variable_is_filled() -> None:
    found = dashboard(
        panel("$custom $constant $text $every ${__dashboard}"),
        variables=[
            {"name": "custom", "type": "custom", "query": "p50,p99"},
            {"name": "constant", "type": "constant", "query": "7"},
            {"name": "text", "type": "textbox", "current": {"value": "x"}},
            {"name": "every", "type": "interval", "query": "1m,5m", "current": {"value": "5m"}},
        ],
    )
    assert one(found, MemoryBackend()).ran == "p50 7 x 5m Shop"


def test_an_undefined_variable_is_an_error_that_is_not_sent() -> None:
    backend = MemoryBackend()
    finding = one(dashboard(panel('up{a="$typo"}')), backend)
    assert (finding.status, finding.reason) == (Status.ERROR, "undefined variable $typo")
    assert backend.asked == []


def test_a_name_that_nearly_exists_is_suggested() -> None:
    job = {"name": "job", "type": "constant", "query": "api"}
    finding = one(dashboard(panel("$jbo"), variables=[job]), MemoryBackend())
    assert finding.reason == "undefined variable $jbo; did you mean 'job'?"
    found = dashboard(panel("up", source={"uid": "Promotheus"}))
    finding = one(found, MemoryBackend(), complete=True)
    assert finding.reason == "there is no data source 'Promotheus'; did you mean 'Prometheus'?"


def test_macros_follow_the_panels_step_and_the_scrape_interval() -> None:
    found = dashboard(
        panel("rate(x[$__rate_interval])"),
        panel("rate(x[${__rate_interval}])", interval="1m"),
        panel("rate(x[[[__rate_interval]]])", "x[$__interval:]", interval="$every"),
        variables=[{"name": "every", "type": "constant", "query": "2m"}],
    )
    ran = [f.ran for f in run(found, backend=MemoryBackend())]
    assert ran == ["rate(x[60s])", "rate(x[75s])", "rate(x[135s])", "x[120s:]"]


def data_source(**more: object) -> dict[str, object]:
    return {"name": "ds", "type": "datasource", "query": "prometheus", **more}


TWO = (PROM, DataSource("prometheus", "prom2", "Second"))


@pytest.mark.parametrize(
    ("choice", "uid"),
    [
        ({}, "prom"),
        ({"current": {"value": "prom2"}}, "prom2"),
        ({"current": {"value": "Second"}}, "prom2"),
        ({"current": {"value": "gone"}}, "prom"),
        ({"regex": "/Sec/"}, "prom2"),
    ],
)
def test_a_data_source_variable_is_the_saved_the_default_or_the_first(
    choice: dict[str, object], uid: str
) -> None:
    found = dashboard(panel("up", source={"uid": "${ds}"}), variables=[data_source(**choice)])
    assert one(found, MemoryBackend(), sources=TWO).source == uid


def test_a_data_source_variables_type_will_do_where_no_source_is_known() -> None:
    found = dashboard(panel("up", source="$ds"), variables=[data_source()])
    assert one(found, MemoryBackend(), sources=()).status is Status.DATA


def test_a_data_source_nobody_knows_is_skipped_and_an_error_where_all_are_known() -> None:
    found = dashboard(panel("up", source="Elsewhere"))
    assert one(found, MemoryBackend()).status is Status.SKIPPED
    finding = one(found, MemoryBackend(), complete=True)
    assert (finding.status, finding.reason) == (
        Status.ERROR,
        "there is no data source 'Elsewhere'",
    )


@pytest.mark.parametrize("uid", ["${DS_PROM}", "${DS_TEST-CLUSTER}"])
def test_an_import_placeholder_is_an_error(uid: str) -> None:
    finding = one(
        dashboard(panel("up", source={"type": "prometheus", "uid": uid})), MemoryBackend()
    )
    assert finding.status is Status.ERROR
    assert "DS_" in finding.reason


def test_what_nothing_is_configured_for_is_skipped_with_the_remedy() -> None:
    finding = one(dashboard(panel("x", source={"type": "loki", "uid": "l"})), MemoryBackend())
    assert (finding.status, finding.ok) == (Status.SKIPPED, True)
    assert finding.reason == "nothing is configured to query l"
    assert 'query = { loki = "http://…" }' in finding.help


def test_an_empty_query_is_skipped_and_an_empty_rule_is_an_error() -> None:
    assert one(dashboard(panel(" ")), MemoryBackend()).reason == "it is empty"
    assert one(rules({"alert": "A"}), MemoryBackend()).status is Status.ERROR


def test_query_beats_grafana_and_rules_run_where_they_are_evaluated() -> None:
    grafana, server, named = MemoryBackend(), MemoryBackend(), MemoryBackend()
    resources = (dashboard(panel("panel")), rules({"record": "r", "expr": "rule"}))

    def asked(**more: object) -> list[list[str]]:
        for backend in (grafana, server, named):
            backend.asked.clear()
        run(*resources, backend=named, **more)  # type: ignore[arg-type]
        return [[q.text for q in backend.asked] for backend in (grafana, server, named)]

    both = {"through": lambda source: grafana, "servers": {"prometheus": server}}
    assert asked(**both) == [[], [], ["panel", "rule"]]
    assert asked(**both, named={"prom": named}) == [[], [], ["panel", "rule"]]
    assert asked(**both, named={}) == [["panel"], ["rule"], []]
    assert asked(named={}, through=both["through"]) == [["panel", "rule"], [], []]
    assert asked(named={}, servers=both["servers"]) == [[], ["panel", "rule"], []]


def test_nothing_to_ask_is_told() -> None:
    assert not Backends().any
    assert Backends(servers={"prometheus": MemoryBackend()}).any
