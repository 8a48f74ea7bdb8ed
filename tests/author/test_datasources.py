"""Data sources: bodies of Grafana's API, links between signals, secrets as references only."""

from typing import Any

import pytest

from obsdash.author import (
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
from obsdash.errors import DefinitionError
from obsdash.resource import Resource


def _resource(source: DataSource) -> Resource:
    (resource,) = source.resources()
    return resource


def _json_data(source: DataSource) -> dict[str, Any]:
    data = _resource(source).spec["jsonData"]
    assert isinstance(data, dict)
    return data


def test_a_data_source_is_the_body_of_the_api() -> None:
    resource = _resource(PrometheusSource("prometheus", "http://prometheus:9090", default=True))

    assert str(resource.ref) == "datasource/prometheus"
    assert resource.spec == {
        "uid": "prometheus",
        "name": "Prometheus",
        "type": "prometheus",
        "access": "proxy",
        "url": "http://prometheus:9090",
        "isDefault": True,
        "jsonData": {"httpMethod": "POST", "timeInterval": "15s", "prometheusType": "Prometheus"},
    }


def test_exemplars_lead_to_traces_under_both_of_their_names() -> None:
    data = _json_data(PrometheusSource("p", traces="tempo"))

    assert [d["name"] for d in data["exemplarTraceIdDestinations"]] == ["trace_id", "traceID"]
    assert {d["datasourceUid"] for d in data["exemplarTraceIdDestinations"]} == {"tempo"}


def test_a_log_line_leads_to_its_trace_by_metadata_and_by_text() -> None:
    fields = _json_data(LokiSource("loki", traces={"Tempo": "tempo", "Jaeger": "jaeger"}))

    found = [(f["urlDisplayLabel"], f["matcherType"]) for f in fields["derivedFields"]]
    assert found == [
        ("Tempo", "label"),
        ("Tempo", "regex"),
        ("Jaeger", "label"),
        ("Jaeger", "regex"),
    ]
    assert {f["url"] for f in fields["derivedFields"]} == {"${__value.raw}"}
    names = [f["name"] for f in fields["derivedFields"]]
    assert len(set(names)) == len(names)


def test_a_trace_leads_to_logs_metrics_and_the_service_graph() -> None:
    data = _json_data(TempoSource("tempo", logs="loki", metrics="prometheus"))

    assert data["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert data["tracesToMetrics"]["datasourceUid"] == "prometheus"
    assert data["serviceMap"] == {"datasourceUid": "prometheus"}


@pytest.mark.parametrize(
    ("source", "kind", "data"),
    [
        (JaegerSource("j", logs="loki"), "jaeger", "tracesToLogsV2"),
        (AlertmanagerSource("a"), "alertmanager", "implementation"),
        (ElasticsearchSource("e", index="[logs-]YYYY"), "elasticsearch", "interval"),
        (RedisSource("r"), "redis-datasource", "client"),
        (PostgresSource("p", database="shop"), "grafana-postgresql-datasource", "database"),
        (DataSource("x", type="influxdb", name="Influx", json_data={"a": 1}), "influxdb", "a"),
    ],
)
def test_each_type_has_its_own_settings(source: DataSource, kind: str, data: str) -> None:
    assert _resource(source).spec["type"] == kind
    assert data in _json_data(source)


def test_further_settings_are_laid_over_the_typed_ones() -> None:
    source = TempoSource(
        "tempo", logs="loki", json_data={"tracesToLogsV2": {"filterByTraceID": False}}
    )

    link = _json_data(source)["tracesToLogsV2"]
    assert link["filterByTraceID"] is False
    assert link["datasourceUid"] == "loki"


def test_secrets_stay_references_outside_the_body() -> None:
    source = RedisSource("redis", secrets={"password": "env:REDIS_PASSWORD"})

    resource = _resource(source)
    assert resource.secrets == {"password": "env:REDIS_PASSWORD"}
    assert "REDIS_PASSWORD" not in str(resource.spec)


def test_a_secret_itself_is_refused_and_not_repeated() -> None:
    with pytest.raises(DefinitionError, match="'password' must be a reference") as refused:
        RedisSource("redis", secrets={"password": "hunter2"})

    assert "hunter2" not in f"{refused.value} {refused.value.help}"


def test_a_data_source_needs_a_uid() -> None:
    with pytest.raises(DefinitionError, match="uid"):
        PrometheusSource("")
