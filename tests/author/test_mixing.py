"""Our panels stand in grafanalib's dashboards, and panels of others in ours, in one project."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from obsdash.project import load_project
from obsdash.resource import Environment, Resource


def load(root: Path, source: str, **files: str) -> Resource:
    """Return the one dashboard of a project whose definition file has this text."""
    folder = root / "dashboards"
    folder.mkdir()
    (folder / "shop.py").write_text(dedent(source))
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text))
    project = load_project(root, Environment("test"))
    assert project.errors == ()
    [resource] = project.resources
    return resource


def line(source: str, words: str) -> int:
    """Return the number of the line with these words."""
    lines = dedent(source).splitlines()
    return next(number for number, text in enumerate(lines, 1) if words in text)


def titles(resource: Resource) -> list[str]:
    return [panel["title"] for panel in resource.spec["panels"]]


MIXED = """
    from grafana_foundation_sdk.builders import prometheus, text
    from grafanalib import core as G

    from obsdash.author import Dashboard, DatasourceVariable, Prometheus, Row, Stat, may_be_empty

    raw = {"type": "text", "title": "Dict", "options": {"content": "words"}}
    shop = Dashboard(
        "Shop",
        uid="shop",
        variables=[DatasourceVariable(), G.Template("env", "x", default="prod")],
        links=[G.DashboardLink(title="Theirs"), {"type": "link", "title": "Dict", "url": "/x"}],
        panels=[
            Row(
                "Row",
                [
                    Stat("Ours", Prometheus("up")),
                    G.TimeSeries(
                        title="Theirs",
                        dataSource="prometheus",
                        targets=[G.Target(expr="up"), Prometheus("up", datasource="prometheus")],
                    ),
                    text.Panel().title("SDK").content("words"),
                    raw,
                ],
            ),
            may_be_empty(G.Stat(title="Rare", targets=[G.Target(expr="rare")]), "rare"),
        ],
    )
"""


def test_panels_of_every_library_stand_in_one_of_our_dashboards(tmp_path: Path) -> None:
    resource = load(tmp_path, MIXED)

    assert titles(resource) == ["Row", "Ours", "Theirs", "SDK", "Dict", "Rare"]
    assert [panel["gridPos"]["x"] for panel in resource.spec["panels"]] == [0, 0, 6, 12, 18, 0]
    assert len({panel["id"] for panel in resource.spec["panels"]}) == 6
    theirs = resource.spec["panels"][2]
    assert [target["refId"] for target in theirs["targets"]] == ["A", "B"]
    assert theirs["targets"][1]["datasource"] == {"type": "prometheus", "uid": "prometheus"}
    assert "span" not in theirs
    assert [link["title"] for link in resource.spec["links"]] == ["Theirs", "Dict"]


def test_every_part_knows_its_line_whichever_library_made_it(tmp_path: Path) -> None:
    resource = load(tmp_path, MIXED)

    def made_at(pointer: str) -> int:
        origin = resource.origin_of(pointer)
        assert origin is not None
        assert origin.file == "dashboards/shop.py"
        return origin.line

    assert made_at("") == line(MIXED, "shop = Dashboard")
    assert made_at("/templating/list/0") == line(MIXED, "DatasourceVariable(),")
    assert made_at("/panels/0") == line(MIXED, "Row(")
    assert made_at("/panels/1/targets/0") == line(MIXED, "Stat(")
    assert made_at("/panels/2") == line(MIXED, "G.TimeSeries(")
    assert made_at("/panels/3") == line(MIXED, "text.Panel()")
    assert made_at("/panels/4") == line(MIXED, "raw = {")
    assert made_at("/panels/5") == line(MIXED, "may_be_empty(")
    assert resource.marks["/panels/5"].empty == "rare"


def test_a_row_of_grafanalib_is_laid_out_as_ours(tmp_path: Path) -> None:
    source = """
        from grafanalib import core as G
        from obsdash.author import Dashboard, Text

        shop = Dashboard(
            "Shop",
            uid="shop",
            panels=[
                G.RowPanel(title="Open", panels=[G.Text(title="a"), Text("b", "words")]),
                G.RowPanel(title="Folded", collapsed=True, panels=[G.Text(title="c")]),
            ],
        )
    """
    resource = load(tmp_path, source)
    folded = resource.spec["panels"][-1]

    assert titles(resource) == ["Open", "a", "b", "Folded"]
    assert [panel["title"] for panel in folded["panels"]] == ["c"]
    assert [panel["gridPos"]["x"] for panel in resource.spec["panels"]] == [0, 0, 12, 0]
    assert str(resource.origin_of("/panels/0")).endswith(f":{line(source, 'Open')}")


THEIRS = """
    from grafanalib import core as G

    from obsdash.author import Prometheus, Stat, TimeSeries, units

    ours = TimeSeries("Ours", Prometheus("up", may_be_empty="why"), unit=units.SECONDS, width=16)
    dashboard = G.Dashboard(
        title="Shop",
        uid="shop",
        panels=[
            ours,
            G.Stat(title="Theirs", dataSource="prometheus", targets=[G.Target(expr="up")]),
            G.RowPanel(title="Row", panels=[Stat("Inside", Prometheus("up"))]),
        ],
    ).auto_panel_ids()
"""


def test_our_panels_stand_in_a_dashboard_of_grafanalib(tmp_path: Path) -> None:
    resource = load(tmp_path, THEIRS)
    ours = resource.spec["panels"][0]

    assert titles(resource)[:2] == ["Ours", "Theirs"]
    assert ours["fieldConfig"]["defaults"]["unit"] == "s"
    assert ours["targets"][0]["refId"] == "A"
    assert (ours["gridPos"]["w"], ours["gridPos"]["h"]) == (16, 8)
    assert resource.marks["/panels/0/targets/0"].empty == "why"


def test_our_panels_keep_their_ids_when_grafanalib_numbers_its_own(tmp_path: Path) -> None:
    from obsdash.panelid import panel_id

    ids = {panel["title"]: panel["id"] for panel in load(tmp_path, THEIRS).spec["panels"]}

    assert ids["Ours"] == panel_id("Ours")


def test_what_a_shared_helper_makes_points_at_the_dashboard_that_called_it(tmp_path: Path) -> None:
    source = """
        from dashboards._common import rate
        from obsdash.author import Dashboard, DatasourceVariable

        panels = [
            rate("http_requests_total"),
        ]
        shop = Dashboard("Shop", uid="shop", variables=[DatasourceVariable()], panels=panels)
    """
    helper = """
        from obsdash.author import Prometheus, Stat

        def rate(metric):
            return Stat(metric, Prometheus(f"rate({metric}[5m])"))
    """
    resource = load(tmp_path, source, _common=helper)

    for pointer in ("/panels/0", "/panels/0/targets/0"):
        assert str(resource.origin_of(pointer)) == f"dashboards/shop.py:{line(source, 'rate(')}"


@pytest.mark.parametrize(
    ("source", "sentence", "words"),
    [
        (
            """
            from obsdash.author import Dashboard, Stat

            shop = Dashboard(
                "Shop",
                uid="shop",
                panels=[
                    Stat("p", width=30),
                ],
            )
            """,
            'Stat "p": width 30 is not between 1 and 24',
            "Stat(",
        ),
        (
            """
            from obsdash.author import Dashboard, Prometheus, Stat

            up = Prometheus("up")
            shop = Dashboard("Shop", uid="shop", panels=[Stat("p", up)])
            """,
            'dashboard "Shop" has no prometheus data source for a query without one',
            "up = ",
        ),
        (
            """
            from obsdash.author import thresholds

            LIMITS = thresholds("green", (2, "red"), (1, "yellow"))
            """,
            "thresholds must rise from step to step, got [2, 1]",
            "LIMITS",
        ),
        (
            """
            from grafanalib import core as G
            from obsdash.author import Row

            head = Row("Traffic")
            shop = G.Dashboard(title="Shop", uid="shop", panels=[head])
            """,
            'row "Traffic" stands in a dashboard of another library',
            "head = ",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(
    tmp_path: Path, source: str, sentence: str, words: str
) -> None:
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "dashboards" / "shop.py").write_text(dedent(source))

    errors: Any = load_project(tmp_path, Environment("test")).errors
    assert [error.message for error in errors][:1] == [sentence]
    assert str(errors[0].origin) == f"dashboards/shop.py:{line(source, words)}"
