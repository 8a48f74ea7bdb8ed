"""The choices at the top of a dashboard."""

from typing import Any

import pytest

from obsdash.author import (
    ConstantVariable,
    CustomVariable,
    Dashboard,
    DatasourceVariable,
    IntervalVariable,
    LabelVariable,
    QueryVariable,
    TextVariable,
)
from obsdash.author.dashboards.variables import Variable
from obsdash.errors import DefinitionError


def shown(variable: Variable) -> dict[str, Any]:
    return variable.to_json_data()


def test_a_label_variable_asks_for_the_values_of_the_label_it_is_named_after() -> None:
    variable = shown(LabelVariable("job", 'up{env="prod"}'))

    assert variable["definition"] == 'label_values(up{env="prod"}, job)'
    assert variable["query"] == {
        "query": 'label_values(up{env="prod"}, job)',
        "refId": "StandardVariableQuery",
    }


def test_a_label_variable_can_be_named_otherwise_and_look_at_all_series() -> None:
    assert shown(LabelVariable("service", "", values="job"))["definition"] == "label_values(job)"


def test_a_loki_variable_is_a_plain_text_as_lokis_plugin_reads_it() -> None:
    variable = shown(LabelVariable("service", "", source_type="loki", datasource="loki"))

    assert variable["query"] == variable["definition"] == "label_values(service)"
    assert variable["datasource"] == {"type": "loki", "uid": "loki"}


@pytest.mark.parametrize(
    ("options", "current"),
    [
        ({}, {}),
        ({"default": "a"}, {"selected": False, "text": "a", "value": "a"}),
        ({"include_all": True}, {"selected": False, "text": "All", "value": "$__all"}),
        (
            {"include_all": True, "multi": True},
            {"selected": True, "text": ["All"], "value": ["$__all"]},
        ),
        (
            {"multi": True, "default": ["a", "b"]},
            {"selected": True, "text": ["a", "b"], "value": ["a", "b"]},
        ),
    ],
)
def test_a_new_visitor_sees_the_default_or_all(
    options: dict[str, Any], current: dict[str, Any]
) -> None:
    assert shown(QueryVariable("v", "label_values(x)", **options))["current"] == current


def test_positions_stand_for_words_in_what_grafana_stores() -> None:
    variable = shown(
        QueryVariable("v", "q", hide="variable", sort="numeric-desc", refresh="time range")
    )

    assert (variable["hide"], variable["sort"], variable["refresh"]) == (2, 4, 2)


def test_custom_choices_are_written_with_their_texts_and_commas_escaped() -> None:
    variable = shown(CustomVariable("v", {"a": "Text of a", "b,c": "b,c"}, include_all=True))

    assert variable["query"] == "Text of a : a,b\\,c"
    assert variable["options"] == [
        {"selected": True, "text": "All", "value": "$__all"},
        {"selected": False, "text": "Text of a", "value": "a"},
        {"selected": False, "text": "b,c", "value": "b,c"},
    ]


def test_the_first_custom_choice_is_the_default() -> None:
    assert shown(CustomVariable("v", ["x", "y"]))["current"]["value"] == "x"


def test_an_interval_offers_its_spans_and_auto_first() -> None:
    variable = shown(IntervalVariable("step", ["1m", "5m"], auto=True))

    assert [option["value"] for option in variable["options"]] == [
        "$__auto_interval_step",
        "1m",
        "5m",
    ]
    assert variable["current"]["text"] == "auto"


def test_a_data_source_variable_stands_for_a_uid() -> None:
    assert DatasourceVariable("logs", "loki").uid == "${logs}"
    assert shown(DatasourceVariable("logs", "loki", default="Loki"))["current"]["value"] == "Loki"


def test_a_text_may_be_empty_and_a_constant_not() -> None:
    assert shown(TextVariable("search"))["current"]["value"] == ""
    with pytest.raises(DefinitionError, match='"cluster": value must be a text'):
        ConstantVariable("cluster", "")


def refusal(make: Any) -> str:
    with pytest.raises(DefinitionError) as refused:
        make()
    return refused.value.message


def test_nonsense_is_refused() -> None:
    assert "variable name 'my-job' is not made of letters" in refusal(
        lambda: TextVariable("my-job")
    )
    assert "all_value needs include_all" in refusal(lambda: QueryVariable("v", "q", all_value=".*"))
    assert "several defaults need multi" in refusal(
        lambda: QueryVariable("v", "q", default=["a", "b"])
    )
    assert "default 'z' is no choice" in refusal(lambda: CustomVariable("v", ["x"], default="z"))
    assert "choices must be a list" in refusal(lambda: CustomVariable("v", "a,b"))
    assert "default '2m' is no choice" in refusal(lambda: IntervalVariable(default="2m"))
    assert "sort 'up' is not one of" in refusal(lambda: QueryVariable("v", "q", sort="up"))  # type: ignore[arg-type]
    assert "two variables 'job'" in refusal(
        lambda: Dashboard("D", uid="d", variables=[TextVariable("job"), TextVariable("job")])
    )


def test_a_misspelt_option_is_pythons_own_error() -> None:
    with pytest.raises(TypeError, match="includeAll"):
        LabelVariable("job", "up", includeAll=True)  # type: ignore[call-arg]
