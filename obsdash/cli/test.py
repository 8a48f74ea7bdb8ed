"""`obsdash test`."""

from typing import TYPE_CHECKING

import click

from obsdash.cli.context import Context

if TYPE_CHECKING:
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
    """Run the rule tests that stand beside the definitions.

    promtool evaluates the rules as they are delivered; each failure names the line of the
    expectation. Exit code 1 when a check fails or too few alerts are covered.
    """
    from obsdash.author import RuleTest
    from obsdash.ruletest import run_tests

    project = context.load()
    tests = [test for test in project.tests if isinstance(test, RuleTest)]
    results = run_tests(tests, project.resources)
    click.echo(_shown(results, form, verbose=verbose))
    if results.percent_covered < min_coverage:
        click.echo(f"coverage is {results.percent_covered} %, below {min_coverage} %", err=True)
        return 1
    return 0 if results.passed else 1


def _shown(results: "Results", form: str, *, verbose: bool) -> str:
    from obsdash.cli.output import to_json
    from obsdash.render.ruletest import ruletest_json, ruletest_junit, ruletest_text

    if form == "json":
        return to_json(ruletest_json(results))
    return ruletest_junit(results) if form == "junit" else ruletest_text(results, rendered=verbose)
