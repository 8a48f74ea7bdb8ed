"""What differs between a data source as it is defined and as a server of some version holds it."""

from obsdash.grafana.ownership import KEY
from obsdash.grafana.server import Server
from obsdash.grafana.transport import Json
from obsdash.resource import Spec

_SERVER_SIDE = frozenset(
    {
        "accessControl",
        "apiVersion",
        "id",
        "orgId",
        "readOnly",
        "secureJsonFields",
        "typeLogoUrl",
        "typeName",
        "version",
    }
)
_SQL = frozenset({"postgres", "grafana-postgresql-datasource", "mysql", "mssql"})


def sent(spec: Spec, server: Server) -> Spec:
    """Return a data source as a server understands it."""
    kind = server.source_type(spec["type"])
    beside = {}
    if kind in _SQL and not server.database_in_settings:
        beside = {"database": _database(spec)}
    return {**spec, "type": kind, **beside}


def shaped(answer: Json, like: Spec | None, server: Server) -> Spec:
    """Return a data source as one would write it: without what only says "nothing".

    like: the definition, None when there is none. Grafana answers every field, "", false and {} for
    the unset ones: they stay only where the other side writes them, too. `isDefault` is one flag
    for all: a true that the definition does not claim is not its business.
    """
    data = {key: value for key, value in (answer.get("jsonData") or {}).items() if key != KEY}
    spec = {**answer, "jsonData": data}
    if like is not None:
        spec = _spelled(spec, like, server)
        if not like.get("isDefault"):
            spec["isDefault"] = False
    if not spec.get("basicAuth"):
        spec["basicAuthUser"] = ""  # Grafana cannot forget it, but does not use it
    known = like or {}
    return {
        key: known[key] if not value and key in known and not known[key] else value
        for key, value in spec.items()
        if key not in _SERVER_SIDE and (value or key in known)
    }


def _spelled(spec: Spec, like: Spec, server: Server) -> Spec:
    """Return a live data source in the spelling of its definition, where both say the same."""
    if spec["type"] == server.source_type(like["type"]):
        spec = {**spec, "type": like["type"]}
    if spec["type"] not in _SQL or _database(spec) != _database(like):
        return spec
    data = {key: value for key, value in spec["jsonData"].items() if key != "database"}
    inside, beside = (like.get("jsonData") or {}).get("database"), like.get("database")
    return {
        **spec,
        "jsonData": {**data, "database": inside} if inside is not None else data,
        "database": beside or "",
    }


def _database(spec: Spec) -> str:
    """Return the database's name, which settings pages since 9.4 move into jsonData."""
    return (spec.get("jsonData") or {}).get("database") or spec.get("database") or ""
