"""promtool's report of failed tests is read to the letter, as 2.42 and 3.5 write it."""

from obsdash.ruletest.answers import parse
from obsdash.ruletest.results import FiredAlert, Sample

REPORT = r"""  FAILED:
    name: one,
    alertname: Down, time: 2m,
        exp:[
            0:
              Labels:{alertname="Down", obsdash_asks="what fires"}
              Annotations:{}
            ],
        got:[]
    alertname: Down, time: 1h30m,
        exp:[
            0:
              Labels:{alertname="Down", obsdash_asks="what fires"}
              Annotations:{}
            ],
        got:[
            0:
              Labels:{alertname="Down", job="a", x="q\"}"}
              Annotations:{d="v 0", summary="a is \"down\"\n– \\ é \u200b"},
            1:
              Labels:{alertname="Down", job="b"}
              Annotations:{}
            ]
    expr: "job:x:rate", time: 10m,
        exp: {__name__="obsdash_asks"} 0E+00
        got: {__name__="job:x:rate", job="a, }"} 1E-01, {__name__="job:x:rate", job="b"} +Inf
    expr: "nothing", time: 10m,
        exp: {__name__="obsdash_asks"} 0E+00
        got: nil
  FAILED:
1:22: parse error: bad number syntax: "1"
"""


def test_firing_alerts_are_read_with_their_rendered_texts() -> None:
    answers = parse(REPORT)[0]

    assert answers.fired[2 * 60_000] == []
    assert answers.fired[90 * 60_000] == [
        FiredAlert(
            {"alertname": "Down", "job": "a", "x": 'q"}'},
            {"d": "v 0", "summary": 'a is "down"\n– \\ é \u200b'},
        ),
        FiredAlert({"alertname": "Down", "job": "b"}, {}),
    ]


def test_recorded_series_are_read_with_their_values() -> None:
    answers = parse(REPORT)[0]

    assert answers.samples["job:x:rate", 600_000] == [
        Sample({"__name__": "job:x:rate", "job": "a, }"}, 0.1),
        Sample({"__name__": "job:x:rate", "job": "b"}, float("inf")),
    ]
    assert answers.samples["nothing", 600_000] == []


def test_a_test_that_promtool_cannot_run_has_its_reason() -> None:
    assert parse(REPORT)[1].error == '1:22: parse error: bad number syntax: "1"'
