"""Whether a Prometheus loads the rule files that are there, and has loaded them as they are."""

from collections.abc import Mapping

from obsdash.errors import TargetError
from obsdash.prometheus.groups import loads_as
from obsdash.prometheus.server import Server
from obsdash.resource import Spec


def not_loading(server: Server) -> str:
    """Reload a server; return why it does not load what is there, "" when it does."""
    try:
        answer = server.reload()
    except TargetError as error:
        return error.message
    return "" if answer.status == 200 else f"{server.url} does not load them either"


def unseen(server: Server, files: Mapping[str, Mapping[str, Spec]]) -> str:
    """Return the name of a file that a server has not loaded as it is, "" when it has them all.

    files: name → its groups.
    """
    interval = server.facts().interval
    loaded = server.groups(server.shown(), interval)
    for name, groups in files.items():
        shown = _with_rules({g: spec for (file, g), spec in loaded.items() if file == name})
        wanted = _with_rules(groups)
        if shown.keys() != wanted.keys():
            return name
        if not all(loads_as(spec, shown[group], interval) for group, spec in wanted.items()):
            return name
    return ""


def _with_rules(groups: Mapping[str, Spec]) -> dict[str, Spec]:
    """Return the groups that every version of Prometheus shows."""
    return {name: spec for name, spec in groups.items() if spec.get("rules")}
