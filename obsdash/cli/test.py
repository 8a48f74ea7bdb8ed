"""`obsdash test`."""

from typing import TYPE_CHECKING

import click

from obsdash.cli.context import Context

if TYPE_CHECKING:
    from obsdash.routetest import RouteResults
    from obsdash.ruletest import Results

_EPILOG = """\b
Examples:
  obsdash test
  obsdash test --min-coverage 100
  obsdash test --format junit > rules.xml
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
@click.option("-v", "--verbose", is_flag=True, help="Show the texts of alerts as they are sent.")
@click.pass_obj
def command(context: Context, form: str, min_coverage: int, verbose: bool) -> int:
    """Run the rule and route tests that stand beside the definitions.

    promtool evaluates the rules as they are delivered; each failure names the line of the
    expectation. Routes are followed with every channel taken as set up. Exit code 1 when a check
    fails or too few alerts are covered.
    """
    from obsdash import secrets
    from obsdash.author import RouteTest, RuleTest
    from obsdash.routetest import run_route_tests
    from obsdash.ruletest import run_tests

    with secrets.taken_as_set():
        project = context.load()
    tests = [test for test in project.tests if isinstance(test, RuleTest)]
    route_tests = [test for test in project.tests if isinstance(test, RouteTest)]
    routes = run_route_tests(route_tests, project.resources)
    rules = run_tests(tests, project.resources)
    click.echo(_shown(rules, routes, form, verbose=verbose))
    if rules.percent_covered < min_coverage:
        click.echo(f"coverage is {rules.percent_covered} %, below {min_coverage} %", err=True)
        return 1
    return 0 if rules.passed and routes.passed else 1


def _shown(rules: "Results", routes: "RouteResults", form: str, *, verbose: bool) -> str:
    from obsdash.cli.output import to_json
    from obsdash.render import routetest, ruletest

    if form == "json":
        return to_json(
            {**ruletest.ruletest_json(rules), "routing": routetest.routetest_json(routes)}
        )
    if form == "junit":
        return ruletest.junit([*ruletest.ruletest_cases(rules), *routetest.routetest_cases(routes)])
    texts = (ruletest.ruletest_text(rules, rendered=verbose), routetest.routetest_text(routes))
    return "\n".join(text for text in texts if text)
