"""`obsdash test`."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from obsdash.cli.backtesting import Past, look_back
from obsdash.cli.context import Context
from obsdash.cli.options import duration

if TYPE_CHECKING:
    from obsdash.project import Project
    from obsdash.routetest import RouteResults
    from obsdash.ruletest import Results

_EPILOG = """\b
Examples:
  obsdash test
  obsdash test --min-coverage 100
  obsdash test --format junit > rules.xml
  obsdash test --backtest 7d --env prod
"""


@click.command(epilog=_EPILOG)
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text")
@click.option(
    "--min-coverage",
    type=click.IntRange(0, 100),
    default=0,
    metavar="PERCENT",
    help="The least share of alerts with a firing and a silent check.",
)
@click.option(
    "--backtest",
    "back",
    metavar="TIME",
    callback=duration,
    help="Also say how often each alert would have fired in this time, 7d.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the texts of alerts as they are sent.")
@click.pass_obj
def command(
    context: Context, form: str, min_coverage: int, back: timedelta | None, verbose: bool
) -> int:
    """Run the rule and route tests that stand beside the definitions.

    promtool evaluates the rules as they are delivered; each failure names the line of the
    expectation. Routes are followed with every channel taken as set up. --backtest asks the
    environment's Prometheus, and compares with the rules that it has loaded. Exit code 1 when a
    check fails, too few alerts are covered, or an expression cannot be run.
    """
    from obsdash import secrets

    with secrets.taken_as_set():
        project = context.load()
    rules, routes = _tested(project, grafana=_tells_grafana(context))
    past = look_back(context, project.resources, back) if back else None
    click.echo(_shown(rules, routes, past, form, verbose=verbose))
    if rules.percent_covered < min_coverage:
        click.echo(f"coverage is {rules.percent_covered} %, below {min_coverage} %", err=True)
        return 1
    return 0 if rules.passed and routes.passed and (past is None or past.ran) else 1


def _tells_grafana(context: Context) -> bool:
    """Whether the environment delivers the routing as Grafana's policies."""
    from obsdash.config import DirectoryConfig, GrafanaConfig

    return any(
        (isinstance(target, GrafanaConfig) and target.routing)
        or (isinstance(target, DirectoryConfig) and "grafana" in target.routing_for)
        for target in context.settings.targets
    )


def _tested(project: "Project", *, grafana: bool) -> "tuple[Results, RouteResults]":
    from obsdash.author import RouteTest, RuleTest
    from obsdash.routetest import run_route_tests
    from obsdash.ruletest import run_tests

    tests = [test for test in project.tests if isinstance(test, RuleTest)]
    route_tests = [test for test in project.tests if isinstance(test, RouteTest)]
    routes = run_route_tests(route_tests, project.resources, grafana=grafana)
    return run_tests(tests, project.resources), routes


def _shown(
    rules: "Results", routes: "RouteResults", past: Past | None, form: str, *, verbose: bool
) -> str:
    from obsdash.cli.output import to_json
    from obsdash.render import routetest, ruletest

    if form == "json":
        document = ruletest.ruletest_json(rules) | {"routing": routetest.routetest_json(routes)}
        if past:
            document["backtest"] = past.json()
        return to_json(document)
    if form == "junit":
        return ruletest.junit([*ruletest.ruletest_cases(rules), *routetest.routetest_cases(routes)])
    texts = [ruletest.ruletest_text(rules, rendered=verbose), routetest.routetest_text(routes)]
    if past:
        texts.append(past.text())
    return "\n".join(text for text in texts if text)
