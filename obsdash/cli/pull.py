"""`obsdash pull`."""

from collections.abc import Sequence

import click

from obsdash.cli.context import Context
from obsdash.cli.output import note, to_json
from obsdash.drift.pulled import Pulled, pulled, rewritten
from obsdash.errors import ConfigError
from obsdash.plan import Update
from obsdash.resource import DASHBOARD, Resource, fingerprint
from obsdash.selection import select
from obsdash.target import Versioned

_EPILOG = """\b
Examples:
  obsdash pull --env prod dashboard/api
  obsdash pull --env prod --write 'dashboard/shop-*'
  obsdash pull --env prod dashboard/api --format json | jq '.pulled[0].patch'
"""


@click.command(epilog=_EPILOG)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option(
    "--write", is_flag=True, help="Take the edits over into definitions that are JSON files."
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(context: Context, refs: tuple[str, ...], write: bool, format_: str) -> int:
    """Show what was edited in Grafana since obsdash saved, on the lines that define it.

    REF names a dashboard, * allowed; none means all of them. Where the server migrated a dashboard
    to a newer schema, the migrated form is what is taken over.
    """
    from obsdash.render.pulled import pulled_json, pulled_text

    boards = [r for r in context.load().resources if r.ref.kind == DASHBOARD]
    chosen = select(boards, refs)
    targets = [target for target in context.targets() if isinstance(target, Versioned)]
    if not targets:
        raise ConfigError(f"environment {context.settings.name!r} has no Grafana to pull from")
    found = {target.name: _pulled(target, chosen) for target in targets}
    written = {one.ref for each in found.values() for one in each if write and _write(context, one)}
    if format_ == "json":
        click.echo(to_json(pulled_json(found, written)))
    else:
        click.echo(pulled_text(found, written))
    return 0


def _pulled(target: Versioned, resources: Sequence[Resource]) -> list[Pulled]:
    """Return what there is something to take over of, in the order of the definitions."""
    desired = target.take(resources)
    snapshot = target.read(desired, others=False)
    differing = [
        Update(live, one, ())
        for one in desired
        if (live := snapshot.live.get(one.ref)) and fingerprint(live) != fingerprint(one)
    ]
    bases = target.bases(differing, snapshot.sources)
    found = [pulled(u.live, u.desired, bases[u.ref], snapshot.sources) for u in differing]
    return [one for one in found if one.edits or one.migrated]


def _write(context: Context, one: Pulled) -> bool:
    """Take edits over into a JSON definition; say where to do it by hand when it is none."""
    from obsdash.project.jsonplaces import JsonPlaces
    from obsdash.project.rewriting import rewrite

    places = one.defined.marks
    if not isinstance(places, JsonPlaces):
        note(f"{one.ref}: {one.defined.origin} is no JSON file: take the edits over by hand")
        return False
    rewrite(context.root, places, lambda document: rewritten(document, one))
    return True
