"""Several objectives as one thing: their rules, a dashboard, and tests of their alerts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from obsdash.author.alerts.slo import SLO, BurnWindows, plain
from obsdash.author.alerts.testing import RuleTest
from obsdash.author.dashboards import units
from obsdash.author.dashboards.charts import TimeSeries
from obsdash.author.dashboards.dashboard import Dashboard
from obsdash.author.dashboards.layout import Row
from obsdash.author.dashboards.queries import Prometheus, SourceLike
from obsdash.author.dashboards.thresholds import thresholds
from obsdash.author.dashboards.values import Stat
from obsdash.author.dashboards.variables import DatasourceVariable


def objectives(
    title: str, slos: Sequence[SLO], *, uid: str, datasource: SourceLike | None = None
) -> list[Dashboard | SLO | RuleTest]:
    """Return the objectives, a dashboard that shows them, and tests of their alerts.

    The dashboard has a row an objective: the budget that is left, and how fast it burns. An alert
    leads to its objective's burn rate, unless the SLO names a panel of its own. datasource: the
    Prometheus; without one the dashboard lets its reader choose.
    """
    board = Dashboard(
        title,
        uid=uid,
        tags=["slo"],
        time=("now-7d", "now"),
        variables=[] if datasource else [DatasourceVariable()],
        datasource=datasource,
        panels=[_row(slo) for slo in slos],
    )
    linked = [replace(slo, panel=slo.panel or board.panel(_burn_key(slo))) for slo in slos]
    return [board, *linked, *(test for slo in linked for test in burn_tests(slo))]


def _burn_key(slo: SLO) -> str:
    return f"{slo.name}-burn-rate"


def _row(slo: SLO) -> Row:
    legend = " ".join(f"{{{{{name}}}}}" for name in slo.sli.by) or slo.name
    budget = Prometheus(
        f'slo:error_budget:remaining{{slo="{slo.name}"}}',
        f"{legend} {{{{period}}}}" if len(slo.periods) > 1 else legend,
    )
    promise = f"{plain(100 - 100 * slo.budget)} % over {slo.periods[0]}"
    left = thresholds("red", (0, "yellow"), (0.5, "green"))
    factors = {burn.factor: burn.severity for burn in reversed(slo.burns)}
    marks = thresholds(
        "transparent",
        *((float(f), "red" if s == "page" else "yellow") for f, s in sorted(factors.items())),
    )
    return Row(
        slo.name,
        [
            [
                Stat(
                    "Budget left",
                    budget,
                    key=f"{slo.name}-budget",
                    description=f"Share of the errors that {promise} allows; below 0: overspent.",
                    unit=units.PERCENT_UNIT,
                    thresholds=left,
                ),
                TimeSeries(
                    "Budget left over time",
                    budget,
                    key=f"{slo.name}-budget-over-time",
                    description="It falls with every failure and comes back as failures grow old.",
                    unit=units.PERCENT_UNIT,
                    max=1,
                    soft_min=0,
                ),
                TimeSeries(
                    "Burn rate",
                    Prometheus(f'slo:burn_rate:current{{slo="{slo.name}"}}', legend),
                    key=_burn_key(slo),
                    description="How fast the budget is spent: 1 spends it in exactly the period."
                    " Yellow opens a ticket, red wakes someone.",
                    unit=units.SHORT,
                    soft_min=0,
                    soft_max=2,
                    thresholds=marks,
                    threshold_style="dashed",
                ),
            ]
        ],
    )


def burn_tests(slo: SLO) -> list[RuleTest]:
    """Return tests of an objective's alerts, both ways, on error ratios as they are recorded."""
    return [test for burn in slo.burns for test in _tests(slo, burn)]


def _tests(slo: SLO, burn: BurnWindows) -> Iterator[RuleTest]:
    above, below = float(burn.threshold) * 1.01, float(burn.threshold) * 0.99
    told = {"severity": burn.severity, "long": burn.long, "short": burn.short}
    pair = f"{burn.long}/{burn.short}"

    def given(name: str, long: float, short: float, events: int = slo.min_events) -> RuleTest:
        test = (
            RuleTest(slo, f"{pair}: {name}")
            .series(_recorded(slo, f"slo:error_ratio:rate{burn.long}"), f"{long:g}x3")
            .series(_recorded(slo, f"slo:error_ratio:rate{burn.short}"), f"{short:g}x3")
        )
        if slo.min_events:
            test = test.series(_recorded(slo, f"slo:events:in{burn.long}"), f"{events}x3")
        return test.at("2m")

    yield given(f"a {burn.severity} above the threshold", above, above).fires(told)
    yield given("silent below it", below, below).no_alerts()
    yield given("silent once it is over", above, 0).no_alerts()
    yield given("silent over a blip", 0, above).no_alerts()
    if slo.min_events:
        yield given("silent with little traffic", above, above, slo.min_events - 1).no_alerts()


def _recorded(slo: SLO, name: str) -> str:
    """Return a series as the rules of the objective record it."""
    labels = {**slo.labels, "slo": slo.name, **dict.fromkeys(slo.sli.by, "example")}
    inside = ", ".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{name}{{{inside}}}"
