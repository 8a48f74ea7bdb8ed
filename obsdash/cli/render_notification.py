"""`obsdash render-notification`."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from obsdash.cli.context import Context
from obsdash.errors import ConfigError, DefinitionError
from obsdash.words import nearest

if TYPE_CHECKING:
    from obsdash.preview import ExampleAlert
    from obsdash.project import Project
    from obsdash.resource import Resource

_EPILOG = """\b
Examples:
  obsdash render-notification
  obsdash render-notification HighErrorRate --receiver critical
  obsdash render-notification HighErrorRate --resolved --format json
"""


@click.command("render-notification", epilog=_EPILOG)
@click.argument("alert", required=False)
@click.option("--receiver", "names", multiple=True, help="Only this receiver (several are fine).")
@click.option("--resolved", is_flag=True, help="Show what is said when it is over.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    context: Context, alert: str | None, names: tuple[str, ...], resolved: bool, form: str
) -> int:
    """Show what people would read about an alert.

    An alert of the project is shown as its rule tests see it fire, anything else with example
    values. Every channel counts as set up. amtool fills in the templates. Exit code 1 when a text
    cannot be rendered.
    """
    from obsdash import secrets
    from obsdash.cli.output import to_json
    from obsdash.preview import previews
    from obsdash.render.preview import preview_json, preview_text

    with secrets.taken_as_set():
        project = context.load()
    routing = _routing(project.resources)
    receivers = _receivers(routing, names)
    alerts = _alerts(project, alert)
    found = list(previews(routing.spec, receivers, alerts, resolved=resolved))
    click.echo(
        to_json({"previews": preview_json(found)}) if form == "json" else preview_text(found)
    )
    return 1 if any(one.errors for one in found) else 0


def _routing(resources: "Iterable[Resource]") -> "Resource":
    from obsdash.resource import ALERTMANAGER

    for resource in resources:
        if resource.ref.kind == ALERTMANAGER:
            return resource
    raise ConfigError("the project has no routing", help="define a Routing in alerts/")


def _receivers(routing: "Resource", names: Sequence[str]) -> list[str]:
    known = [receiver["name"] for receiver in routing.spec.get("receivers") or ()]
    for name in names:
        if name not in known:
            raise ConfigError(
                f"there is no receiver {name!r}{nearest(name, known)}",
                help=f"the routing has {', '.join(sorted(known))}",
            )
    return list(names) or known


def _alerts(project: "Project", name: str | None) -> "list[ExampleAlert]":
    """Return what the rule tests saw of an alert; without a name, an example."""
    from obsdash.author import Record, RuleTest
    from obsdash.preview import ExampleAlert, example
    from obsdash.ruletest import alert_name, run_tests

    if name is None:
        return example()
    tests = [
        test
        for test in project.tests
        if isinstance(test, RuleTest) and not isinstance(test.subject, Record)
    ]
    about = [test for test in tests if alert_name(test) == name]
    if not about:
        known = sorted({alert_name(test) for test in tests})
        raise ConfigError(
            f"no rule test sees an alert {name!r}{nearest(name, known)}",
            help=f"add a RuleTest of it, or take one of {', '.join(known) or 'none'}",
        )
    results = run_tests(about, project.resources).tests
    for result in results:
        if result.fired:
            return [
                ExampleAlert({**alert.labels, "alertname": name}, alert.annotations)
                for alert in result.fired
            ]
    raise DefinitionError(
        f"no rule test of {name!r} sees it fire", origin=about[0].origin, help="add .fires(…)"
    )
