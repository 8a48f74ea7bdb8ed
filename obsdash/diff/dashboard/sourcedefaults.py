"""What the settings pages of data sources write for what nobody has set."""

from collections.abc import Mapping
from typing import Any

from obsdash.diff.leaf import Leaf
from obsdash.diff.leaves import same
from obsdash.diff.missing import MISSING
from obsdash.diff.scope import Scope

_SQL = {
    "jsonData.maxOpenConns": 100,
    "jsonData.maxIdleConns": 100,
    "jsonData.maxIdleConnsAuto": True,
    "jsonData.connMaxLifetime": 14400,
}

BY_TYPE: Mapping[str, Mapping[str, Any]] = {
    "prometheus": {"jsonData.httpMethod": "POST"},
    "elasticsearch": {
        "jsonData.esVersion": "8.0.0",
        "jsonData.maxConcurrentShardRequests": 5,
        "jsonData.timeField": "@timestamp",
    },
    "graphite": {"jsonData.graphiteVersion": "1.1"},
    "cloudwatch": {"jsonData.authType": "default"},
    "stackdriver": {"jsonData.authenticationType": "jwt"},
    "mysql": _SQL,
    "mssql": _SQL,
    "postgres": _SQL,
    "grafana-postgresql-datasource": _SQL,
}


def filled_in(leaf: Leaf, scope: Scope) -> bool:
    """Whether a settings page wrote it; what the definition alone says may mean something else."""
    known = BY_TYPE.get(str(scope.after.get("type")), {})
    name = ".".join(leaf.path)
    return leaf.after is MISSING and name in known and same(known[name], leaf.before)
