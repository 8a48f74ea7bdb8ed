"""What a panel asks, and whom."""

from typing import Any

import pytest

from obsdash.author import (
    Dashboard,
    DatasourceVariable,
    Loki,
    Prometheus,
    PrometheusSource,
    Query,
    Row,
    Stat,
    Tempo,
    TimeSeries,
)
from obsdash.errors import DefinitionError

PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}


def panel(*panels: Any, **options: Any) -> dict[str, Any]:
    """Return the last panel of a dashboard."""
    document = Dashboard("D", uid="d", panels=panels, **options).to_json_data()
    return document["panels"][-1]  # type: ignore[no-any-return]


def test_a_query_uses_the_dashboards_data_source_variable_of_its_type() -> None:
    variables = [DatasourceVariable("logs", "loki"), DatasourceVariable()]
    found = panel(Stat("s", Prometheus("up")), variables=variables)

    assert found["datasource"] == PROMETHEUS
    assert found["targets"][0]["datasource"] == PROMETHEUS


def test_panels_in_collapsed_rows_get_their_data_source_too() -> None:
    row = Row("R", Stat("s", Prometheus("up")), collapsed=True)
    found = panel(row, variables=[DatasourceVariable()])

    assert found["panels"][0]["targets"][0]["datasource"] == PROMETHEUS


@pytest.mark.parametrize(
    "source",
    [
        {"type": "prometheus", "uid": "mimir"},
        PrometheusSource("mimir", "http://mimir:9009/prometheus"),
    ],
)
def test_the_dashboards_own_data_source_wins_over_its_variables(source: Any) -> None:
    found = panel(Stat("s", Prometheus("up")), datasource=source, variables=[DatasourceVariable()])

    assert found["datasource"] == {"type": "prometheus", "uid": "mimir"}


def test_a_queries_own_data_source_wins_over_the_panels() -> None:
    queries = [Prometheus("up", datasource="own"), Prometheus("up")]
    found = panel(TimeSeries("t", queries, datasource="panel"))

    assert [target["datasource"]["uid"] for target in found["targets"]] == ["own", "panel"]
    assert {target["datasource"]["type"] for target in found["targets"]} == {"prometheus"}


def test_queries_of_several_data_sources_make_a_mixed_panel() -> None:
    found = panel(
        TimeSeries("t", [Prometheus("up", datasource="a"), Loki('{a="b"}', datasource="b")])
    )

    assert found["datasource"] == {"type": "datasource", "uid": "-- Mixed --"}


def test_a_query_without_any_data_source_is_refused_with_the_remedy() -> None:
    with pytest.raises(DefinitionError, match='"D" has no prometheus data source') as refused:
        panel(Stat("s", Prometheus("up")))
    assert 'DatasourceVariable(type="prometheus")' in (refused.value.help or "")


def test_ref_ids_are_letters_in_order_around_those_that_are_given() -> None:
    queries = [Prometheus("a"), Prometheus("b", ref_id="A"), Prometheus("c"), {"expr": "d"}]
    found = panel(TimeSeries("t", queries, datasource="x"))

    assert [target["refId"] for target in found["targets"]] == ["B", "A", "C", "D"]


def test_the_27th_query_has_two_letters() -> None:
    found = panel(TimeSeries("t", [Prometheus("a")] * 27, datasource="x"))

    assert [target["refId"] for target in found["targets"]][25:] == ["Z", "AA"]


def test_a_ref_id_that_is_given_twice_is_refused() -> None:
    queries = [Prometheus("a", ref_id="A"), Prometheus("b", ref_id="A")]

    with pytest.raises(DefinitionError, match='"t": two queries have the same ref_id'):
        panel(TimeSeries("t", queries, datasource="x"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            Prometheus("up", "{{job}}"),
            {"editorMode": "code", "expr": "up", "legendFormat": "{{job}}", "range": True},
        ),
        (
            Prometheus(
                "up", instant=True, format="table", interval="1m", exemplars=True, hide=True
            ),
            {
                "editorMode": "code",
                "exemplar": True,
                "expr": "up",
                "format": "table",
                "hide": True,
                "instant": True,
                "interval": "1m",
                "legendFormat": "__auto",
                "range": False,
            },
        ),
        (
            Loki('{a="b"}', max_lines=50),
            {"editorMode": "code", "expr": '{a="b"}', "maxLines": 50, "queryType": "range"},
        ),
        (
            Loki('rate({a="b"}[1m])', "{{a}}", instant=True),
            {
                "editorMode": "code",
                "expr": 'rate({a="b"}[1m])',
                "legendFormat": "{{a}}",
                "queryType": "instant",
            },
        ),
        (
            Tempo("{ status = error }"),
            {"limit": 20, "query": "{ status = error }", "queryType": "traceql"},
        ),
        (Query({"rawSql": "select 1"}), {"rawSql": "select 1"}),
    ],
)
def test_targets_have_the_keys_of_their_plugin(query: Any, expected: dict[str, Any]) -> None:
    target = query.to_json_data()
    target.pop("datasource", None)

    assert target == expected


def test_raw_is_laid_over_a_query() -> None:
    query = Prometheus("up", raw={"expr": "down", "datasource": {"uid": "x"}, "extra": [1]})

    assert query.to_json_data() == Prometheus("down").to_json_data() | {
        "datasource": {"type": "prometheus", "uid": "x"},
        "extra": [1],
    }


def test_an_empty_expression_is_refused() -> None:
    with pytest.raises(DefinitionError, match="Prometheus: expr must be a text"):
        Prometheus("  ")


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        DefinitionError, match="format 'tabel' is not one of 'time_series', 'table'"
    ):
        Prometheus("up", format="tabel")  # type: ignore[arg-type]


@pytest.mark.parametrize("query", ["up", 7, (part for part in ())])
def test_what_is_no_query_is_refused_with_the_remedy(query: Any) -> None:
    with pytest.raises(DefinitionError, match=r'panel "t": .* is no query') as refused:
        panel(TimeSeries("t", query))
    assert 'write Prometheus("…")' in (refused.value.help or "")
