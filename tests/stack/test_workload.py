"""The posed applications, moved forward without waiting."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.openmetrics import exposition
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from workload.knobs import Knobs
from workload.spans import CALLS, CLIENT, SERVER, Tracer, otlp
from workload.world import SERVICES, SIMULATED, World

from tests.stack import contract

REQUESTS = {
    "demo-api": ("axum_http_requests_duration_seconds", "status"),
    "nest-api": ("http_request_duration_seconds", "status_code"),
    "rate-limiter": ("axum_http_requests_duration_seconds", "status"),
    "fluxpay": ("http_server_requests_seconds", "status"),
}


def a_world() -> World:
    return World(random.Random(7), SIMULATED)


def live(world: World, seconds: int, knobs: Knobs | None = None) -> World:
    for _ in range(seconds * 2):
        world.step(0.5, knobs or Knobs())
    return world


def families(world: World, job: str) -> dict[str, Family]:
    text = exposition.generate_latest(world.applications[job].registry)  # type: ignore[no-untyped-call]
    parsed = text_string_to_metric_families(text.decode())  # type: ignore[no-untyped-call]
    return {family.name: family for family in parsed}


def samples(world: World, job: str, name: str) -> Iterator[tuple[Mapping[str, str], float]]:
    for family in families(world, job).values():
        for sample in family.samples:
            if sample.name == name:
                yield sample.labels, sample.value


def total(world: World, job: str, name: str, **labels: str) -> float:
    """Add the values whose labels match, each given as a regular expression."""
    return sum(
        value
        for found, value in samples(world, job, name)
        if all(re.fullmatch(wanted, found[label]) for label, wanted in labels.items())
    )


def test_every_metric_of_the_readme_is_served_from_the_start_with_its_type_and_labels() -> None:
    world = live(a_world(), 1)
    for metric in contract.metrics():
        family_name = (
            metric.name.removesuffix("_total") if metric.type == "counter" else metric.name
        )
        family = families(world, metric.job)[family_name]
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        assert family.type == metric.type, metric
        assert labels == metric.labels, metric


def test_the_readme_names_every_metric_that_is_served() -> None:
    world = live(a_world(), 1)
    promised = {(metric.job, metric.name.removesuffix("_total")) for metric in contract.metrics()}
    served = {
        (job, name.removesuffix("_total"))
        for job in world.applications
        for name in families(world, job)
    }
    assert served == promised


def test_a_minute_of_load_leaves_exemplars_where_the_readme_says_so() -> None:
    world = live(a_world(), 60)
    marked = {
        (metric.job, metric.name)
        for metric in contract.metrics()
        for sample in families(world, metric.job)[metric.name.removesuffix("_total")].samples
        if sample.exemplar and re.fullmatch("[0-9a-f]{32}", sample.exemplar.labels["trace_id"])
    }
    assert marked == {(each.job, each.name) for each in contract.metrics() if each.exemplars}


def test_plain_text_is_served_to_scrapers_that_know_nothing_newer() -> None:
    text = generate_latest(live(a_world(), 1).applications["mysql"].registry).decode()
    assert "# TYPE mysql_global_status_slow_queries untyped" in text


@pytest.mark.parametrize("job", REQUESTS)
def test_at_rest_an_application_fails_sometimes_but_meets_its_objectives(job: str) -> None:
    world = live(a_world(), 600)
    name, status = REQUESTS[job]
    count = total(world, job, f"{name}_count")
    errors = total(world, job, f"{name}_count", **{status: "5.."})
    fast = total(world, job, f"{name}_bucket", le="0.5")
    assert 0 < errors / count < 0.001
    assert fast / count > 0.97


def test_the_first_failures_come_late_enough_not_to_break_the_objective() -> None:
    world, answered, failed = a_world(), Counter[str](), Counter[str]()
    for _ in range(600):
        requests = world.step(0.5, Knobs())
        answered.update(request.app for request in requests)
        failed.update(request.app for request in requests if request.failed)
        assert all(failed[app] <= 0.001 * answered[app] for app in SERVICES)
    assert set(failed) == set(SERVICES)


@pytest.mark.parametrize("job", REQUESTS)
def test_the_errors_knob_is_the_share_of_failures(job: str) -> None:
    world = live(a_world(), 120, Knobs(errors=5))
    name, status = REQUESTS[job]
    answered = total(world, job, f"{name}_count", **{status: "(?!429).*"})
    errors = total(world, job, f"{name}_count", **{status: "5.."})
    assert errors / answered == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize("job", REQUESTS)
def test_the_latency_knob_slows_every_request(job: str) -> None:
    world = live(a_world(), 30, Knobs(latency=2))
    name, _ = REQUESTS[job]
    assert total(world, job, f"{name}_bucket", le="1.0") == 0
    assert total(world, job, f"{name}_count") > 0


def test_the_rate429_knob_counts_refusals_a_minute() -> None:
    name = "axum_http_requests_total"
    assert total(live(a_world(), 60), "rate-limiter", name, status="429") == 60
    world = live(a_world(), 60, Knobs(rate429=3000))
    assert total(world, "rate-limiter", name, status="429") == 3000


def test_the_heap_knob_fills_the_share_of_the_pools_that_have_a_maximum() -> None:
    world = live(a_world(), 1, Knobs(heap=92))
    used = total(world, "fluxpay", "jvm_memory_used_bytes", area="heap")
    maxima = [
        v for lbl, v in samples(world, "fluxpay", "jvm_memory_max_bytes") if lbl["area"] == "heap"
    ]
    assert sorted(maxima)[:2] == [-1, -1]
    assert used / sum(value for value in maxima if value > 0) == pytest.approx(0.92)


def test_the_slow_queries_knob_counts_slow_queries_a_minute() -> None:
    name = "mysql_global_status_slow_queries"
    assert total(live(a_world(), 60), "mysql", name) == 2
    assert total(live(a_world(), 60, Knobs(slow_queries=60)), "mysql", name) == 60


def test_the_redis_memory_knob_is_the_share_of_the_maximum_in_use() -> None:
    world = live(a_world(), 1, Knobs(redis_memory=92))
    used = total(world, "redis", "redis_memory_used_bytes")
    assert used / total(world, "redis", "redis_memory_max_bytes") == pytest.approx(0.92)


def test_while_redis_is_down_its_exporter_says_only_that() -> None:
    world = live(a_world(), 1, Knobs(redis_down=True))
    assert list(families(world, "redis")) == ["redis_up"]
    assert total(world, "redis", "redis_up") == 0
    assert total(live(world, 1), "redis", "redis_up") == 1


def test_an_application_that_is_down_answers_nothing_and_comes_back_restarted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = live(a_world(), 5)
    before = families(world, "fluxpay")
    live(world, 5, Knobs(down=frozenset({"fluxpay"})))
    count = "http_server_requests_seconds"
    assert families(world, "fluxpay")[count].samples == before[count].samples
    monkeypatch.setattr("time.time", lambda: 4e9)
    live(world, 1)
    assert total(world, "fluxpay", "process_start_time_seconds") == 4e9
    assert total(world, "nest-api", "process_start_time_seconds") != 4e9


def test_one_seed_makes_one_load() -> None:
    first, second = live(a_world(), 30), live(a_world(), 30)
    for job in first.applications:
        for name, family in families(first, job).items():
            if name != "process_start_time_seconds":
                plain = [sample[:3] for sample in family.samples]
                assert plain == [sample[:3] for sample in families(second, job)[name].samples]


def test_spans_connect_the_services_as_the_readme_draws_them() -> None:
    world, tracer = a_world(), Tracer(random.Random(1))
    requests = [request for _ in range(60) for request in world.step(1, Knobs(errors=1))]
    edges: set[tuple[str, str]] = set()
    for request in requests:
        if not request.trace_id:
            continue
        spans = {span.span_id: span for span in tracer.spans(request, 1e9)}
        for span in spans.values():
            assert span.trace_id == request.trace_id
            if span.parent_id:
                parent = spans[span.parent_id]
                assert parent.start <= span.start
                assert span.start + span.seconds <= parent.start + parent.seconds + 1e-6
            if span.kind == SERVER and span.parent_id:
                edges.add((parent.service, span.service))
                assert parent.attributes == (("peer.service", span.service),)
            if span.kind == CLIENT and span.attributes[0][0] == "db.system":
                edges.add((span.service, span.attributes[0][1]))
    assert edges == {(caller, callee) for caller, callees in CALLS.items() for callee in callees}


def test_otlp_json_groups_spans_by_service_and_marks_failures() -> None:
    world, tracer = a_world(), Tracer(random.Random(1))
    failed = next(r for _ in range(60) for r in world.step(1, Knobs(errors=9)) if r.failed)
    document = otlp(tracer.spans(failed, 1e9))
    resources = document["resourceSpans"]
    assert isinstance(resources, list)
    names = [each["resource"]["attributes"][0]["value"]["stringValue"] for each in resources]
    assert names[0] == failed.app
    assert len(names) == len(set(names))
    spans = [span for each in resources for span in each["scopeSpans"][0]["spans"]]
    assert [span["status"] for span in spans if not span["parentSpanId"]] == [{"code": 2}]
    assert all(re.fullmatch("[0-9a-f]{16}", span["spanId"]) for span in spans)
    assert all(int(span["endTimeUnixNano"]) >= int(span["startTimeUnixNano"]) for span in spans)


def test_every_service_of_the_readme_is_posed() -> None:
    heading = "job | poses as | path | instance | requests/s"
    assert {row[0].strip("`| ") for row in contract.rows(heading)} == {*SERVICES, *SIMULATED}
