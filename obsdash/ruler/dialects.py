"""One protocol, four servers: where each has its rules, and what it does differently."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP


@dataclass(frozen=True, slots=True)
class Dialect:
    """A server that speaks the protocol.

    rules, state, build: paths of the stored rules, of what is loaded, of the server's version.
    kind: of the groups that it takes.
    lacks: keys, of a group or a rule, that it does not keep, and what becomes of them.
    extra: keys of a group beyond Prometheus' own.
    unsafe: characters that a name may not hold: a group with them could not be deleted again.
    reformats: whether it shows what is loaded in a spelling of its own.
    grafana: whether the rules become Grafana's own: evaluated as they are stored, at intervals of
    whole ten seconds, each with a uid.
    """

    flavour: str
    product: str
    rules: str
    state: str
    build: str = ""
    kind: str = RULE_GROUP
    lacks: Mapping[str, str] = field(default_factory=dict)
    extra: Collection[str] = ()
    unsafe: str = ""
    reformats: bool = False
    grafana: bool = False


_DROPPED = "which Loki's ruler drops without a word"


def _mimir(prefix: str) -> Dialect:
    return Dialect(
        flavour="mimir",
        product="Mimir",
        rules=f"{prefix}/config/v1/rules",
        state=f"{prefix}/api/v1/rules",
        build=f"{prefix}/api/v1/status/buildinfo",
        extra=("align_evaluation_time_on_interval", "evaluation_delay", "source_tenants"),
    )


# In the order in which a server is asked which one it is. A Mimir is known by its own address or,
# as a data source knows it, with its prefix.
DIALECTS = (
    _mimir("/prometheus"),
    _mimir(""),
    Dialect(
        flavour="loki",
        product="Loki",
        rules="/loki/api/v1/rules",
        state="/prometheus/api/v1/rules",
        build="/loki/api/v1/status/buildinfo",
        kind=LOKI_RULE_GROUP,
        lacks={"keep_firing_for": _DROPPED, "query_offset": _DROPPED},
        unsafe="/%",
        reformats=True,
    ),
    Dialect(
        flavour="grafana",
        product="Grafana",
        rules="/api/convert/prometheus/config/v1/rules",
        state="/api/prometheus/grafana/api/v1/rules",
        build="/api/health",
        lacks={
            "limit": "which Grafana does not take",
            "query_offset": "which Grafana takes but never shows again",
        },
        grafana=True,
    ),
    Dialect(
        flavour="cortex",
        product="Cortex",
        rules="/api/v1/rules",
        state="/prometheus/api/v1/rules",
    ),
)
FLAVOURS = tuple(dict.fromkeys(dialect.flavour for dialect in DIALECTS))
