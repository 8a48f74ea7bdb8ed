"""How findings read."""

import re

from obsdash.origin import Origin
from obsdash.render.findings import findings_json, findings_markdown, findings_text, totals
from obsdash.resource import DASHBOARD, RULE_GROUP, Ref
from obsdash.verify import Finding, Query, Status

SHOP = Ref(DASHBOARD, "shop")


def finding(
    status: Status, reason: str = "", *, ref: Ref = SHOP, line: int = 10, part: str = "query A",
    **more: object,
) -> Finding:  # fmt: skip
    query = Query(ref, part, "panel", text="up", origin=Origin("dashboards/shop.py", line))
    failed = status in (Status.ERROR, Status.EMPTY)
    return Finding(query, status, reason, **{"ran": "up", "expected": not failed, **more})  # type: ignore[arg-type]


DATA = finding(Status.DATA)
ERROR = finding(Status.ERROR, "parse error", line=20)
EMPTY = finding(Status.EMPTY, "no data", line=30)
DECLARED = finding(Status.EMPTY, "no errors yet", expected=True)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[\d*m", "", text)


def test_all_is_well_in_one_line() -> None:
    assert findings_text([DATA, DATA, DECLARED]) == (
        "verify: 3 queries · 2 data · 1 empty as declared"
    )


def test_what_is_wrong_comes_with_its_place_and_the_query_as_it_ran() -> None:
    assert plain(findings_text([DATA, EMPTY, ERROR])) == (
        "dashboard/shop  dashboards/shop.py\n"
        "  error   query A  :20  parse error\n"
        "          up\n"
        "  empty   query A  :30  no data\n"
        "          up\n"
        "\n"
        "verify: 3 queries · 1 data · 1 empty · 1 error"
    )


def test_resources_with_errors_come_first() -> None:
    rule = finding(Status.ERROR, "x", ref=Ref(RULE_GROUP, "shop/api"))
    text = plain(findings_text([EMPTY, rule]))
    assert text.index("rule-group/shop/api") < text.index("dashboard/shop")


def test_a_slow_query_is_shown_without_failing() -> None:
    slow = finding(Status.SLOW, "took 9.0 s")
    assert "slow    query A  :10  took 9.0 s" in plain(findings_text([slow]))
    assert findings_json([slow])["ok"] is True


def test_skipped_queries_are_a_line_a_reason_with_its_remedy() -> None:
    skipped = finding(Status.SKIPPED, "nothing is configured to query loki", help="add it")
    assert findings_text([skipped, skipped]) == (
        "skipped 2 queries: nothing is configured to query loki\n"
        "  help: add it\n"
        "\n"
        "verify: 2 queries · 2 skipped"
    )


def test_verbose_lists_everything() -> None:
    text = plain(findings_text([DATA, DECLARED], verbose=True))
    assert "data    query A  :10" in text
    assert "empty   query A  :10  no errors yet" in text


def test_what_the_baseline_knows_is_shown_as_known() -> None:
    known = finding(Status.ERROR, "parse error", known=True)
    assert "parse error  known from the baseline" in plain(findings_text([known]))
    assert totals([known]) == "verify: 1 query · 1 known from the baseline"
    assert findings_json([known])["ok"] is True


def test_control_characters_reach_no_terminal() -> None:
    evil = finding(Status.ERROR, "\x1b[2Jgone\n", part="panel \x07", ran="up\x1b]0;x", help="\x9b")
    text = plain(findings_text([evil]))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert "\\x1b[2Jgone" in text


def test_a_long_query_is_one_bounded_line() -> None:
    long = finding(Status.ERROR, "x", ran="sum(\n  up\n)" + "x" * 1000)
    line = plain(findings_text([long])).splitlines()[2]
    assert line.strip().startswith("sum( up )xxx")
    assert len(line) < 320


def test_json_holds_every_finding_whole() -> None:
    document = findings_json([DATA, ERROR])
    assert document["schemaVersion"] == 1
    assert document["ok"] is False
    assert document["totals"] == {"error": 1, "empty": 0, "slow": 0, "skipped": 0, "data": 1}
    assert document["findings"][1] == {
        "resource": "dashboard/shop",
        "part": "query A",
        "role": "panel",
        "status": "error",
        "expected": False,
        "known": False,
        "reason": "parse error",
        "help": "",
        "origin": "dashboards/shop.py:20",
        "datasource": "",
        "query": "up",
        "ran": "up",
        "seconds": 0.0,
    }


def test_markdown_is_the_totals_and_a_table_that_nothing_breaks() -> None:
    evil = finding(Status.ERROR, "a|b <img>\nc", ran="up{a=`x`}")
    text = findings_markdown([DATA, evil])
    assert text.startswith("### verify: 2 queries · 1 data · 1 error\n")
    row = text.splitlines()[-1]
    assert row.count("|") == 6
    assert "<img" not in row
    assert "`" not in row


def test_a_table_in_markdown_has_an_end() -> None:
    text = findings_markdown([ERROR] * 500)
    assert "… and 450 more" in text
    assert len(text) < 65_536
