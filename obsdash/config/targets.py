"""The targets' keys. A further target is one function here and one line in `_TARGETS`."""

import os
from collections import Counter
from collections.abc import Callable, Mapping

from obsdash.config.checks import Table
from obsdash.config.model import (
    AlertmanagerConfig,
    DirectoryConfig,
    GrafanaConfig,
    ManagedRulesConfig,
    PrometheusConfig,
    RulerConfig,
    TargetConfig,
    TlsConfig,
)
from obsdash.config.overrides import cast, name
from obsdash.words import nearest

_TLS = ("ca", "cert", "key", "verify")
_AUTH = ("token", "user", "password")
_RULES = ("rules_folder", "rules_prometheus", "rules_loki", "records", "records_to")
_SECRET = ("token", "password")
_READERS = ("prometheus", "prometheusrule", "thanos", "grafana")
_ROUTERS = ("alertmanager", "grafana")
_FLAVOURS = ("mimir", "cortex", "loki", "grafana")
_TYPES: Mapping[str, type] = {
    "org": int,
    "verify": bool,
    "replicas": list,
    "records": bool,
    "routing": bool,
    "rules_for": list,
    "routing_for": list,
}


def parse_targets(
    tables: list[Table], env: str, environ: Mapping[str, str]
) -> tuple[TargetConfig, ...]:
    """Return the targets' configurations; what is wrong with one is noted in its table.

    An `optional` target without a URL is left out: a server that only some machines have.
    """
    seen: Counter[str] = Counter()
    found: list[TargetConfig] = []
    for table in tables:
        kind = table.text("type")
        seen[kind] += 1
        if kind not in _TARGETS:
            why = f"{kind!r} is not a target{nearest(kind, _TARGETS)}" if kind else "is missing"
            table.wrong("type", why, help_=f"targets: {', '.join(_TARGETS)}")
            continue
        keys, parse = _TARGETS[kind]
        prefix = (env, kind) if seen[kind] == 1 else (env, kind, str(seen[kind]))
        _override(table, keys, prefix, environ)
        table.known("type", "optional", *keys)
        if not (table.flag("optional", False) and not table.text("url")):
            found.append(parse(table))
            if _place(found[-1]) in map(_place, found[:-1]):
                what = "path" if kind == "directory" else "url"
                why = f"is that of another {kind} target: each would undo what the other does"
                table.wrong(what, why, help_="remove one, or give it an environment of its own")
    return tuple(found)


def _place(target: TargetConfig) -> tuple[object, ...]:
    """Return what tells a target from all others; one that lacks it is like none."""
    where = os.path.normpath(target.path) if isinstance(target, DirectoryConfig) else target.url
    tenant = target.tenant if isinstance(target, RulerConfig) else ""
    return type(target), where.rstrip("/") or object(), tenant


def _override(
    table: Table, keys: tuple[str, ...], prefix: tuple[str, ...], environ: Mapping[str, str]
) -> None:
    for key in keys:
        variable = name(*prefix, key)
        if text := environ.get(variable):
            value = f"env:{variable}" if key in _SECRET else cast(_TYPES.get(key, str), text)
            table.values = {**table.values, key: value}


def _directory(table: Table) -> DirectoryConfig:
    rules, managed = _readers(table, "rules_for", _READERS), _managed_rules(table)
    if ("grafana" in rules) != bool(managed):
        if managed:
            table.wrong("rules_folder", 'is without the other: "grafana" in rules_for')
        else:
            table.wrong("rules_for", 'is without the other: "grafana" in it and rules_folder')
    strategy = table.text("partial_response_strategy")
    if strategy not in ("", "warn", "abort"):
        table.wrong("partial_response_strategy", f"{strategy!r} is neither warn nor abort")
    return DirectoryConfig(
        path=table.required("path"),
        mount=table.text("mount"),
        rules_for=rules,
        metadata=_metadata(table.table("metadata")),
        partial_response=strategy,
        rules=managed,
        routing_for=_readers(table, "routing_for", _ROUTERS),
    )


def _readers(table: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return whom files are written for; by default the first that is known."""
    readers = table.texts(key) or known[:1]
    for wrong in sorted({*readers} - {*known}):
        what = key.removesuffix("_for")
        why = f"{wrong!r} is not a reader of {what}{nearest(wrong, known)}"
        table.wrong(key, why, help_=f"readers: {', '.join(known)}")
    return readers


def _metadata(table: Table) -> Mapping[str, str | Mapping[str, str]]:
    table.known("namespace", "labels")
    labels = table.table("labels")
    named = {"namespace": table.text("namespace")} if table.text("namespace") else {}
    texts = {key: labels.text(key) for key in labels.values}
    return {**named, **({"labels": texts} if texts else {})}


def _grafana(table: Table) -> GrafanaConfig:
    user, password, token = table.text("user"), table.secret("password"), table.secret("token")
    if bool(user) != bool(password):
        table.wrong("user" if password else "password", "is missing: user and password go together")
    if token and user:
        table.wrong("token", "cannot be combined with user and password")
    return GrafanaConfig(
        url=table.url("url", table.required("url")),
        token=token,
        user=user,
        password=password,
        org=table.number("org"),
        rules=_managed_rules(table),
        routing=table.flag("routing", False),
        tls=_tls(table),
    )


def _managed_rules(table: Table) -> ManagedRulesConfig | None:
    folder = table.text("rules_folder").strip("/")
    if not folder:
        if beside := next((key for key in _RULES if key in table.values), ""):
            table.wrong(beside, "needs a rules_folder, the folder of the rules in Grafana")
        return None
    return ManagedRulesConfig(
        folder=folder,
        prometheus=table.text("rules_prometheus"),
        loki=table.text("rules_loki"),
        records=table.flag("records", True),
        records_to=table.text("records_to"),
    )


def _prometheus(table: Table) -> PrometheusConfig:
    return PrometheusConfig(
        url=table.url("url", table.required("url")),
        rules=table.required("rules"),
        replicas=tuple(table.url("replicas", url) for url in table.texts("replicas")),
        token=table.secret("token"),
        user=table.text("user"),
        password=table.secret("password"),
        tls=_tls(table),
    )


def _alertmanager(table: Table) -> AlertmanagerConfig:
    config = table.text("config")
    for key in ("tenant", "templates") if config else ("replicas",):
        if table.values.get(key):
            why = "is for a Mimir, which has no config" if config else "needs config, a file"
            table.wrong(key, why)
    return AlertmanagerConfig(
        url=table.url("url", table.required("url")),
        config=config,
        replicas=tuple(table.url("replicas", url) for url in table.texts("replicas")),
        tenant=table.text("tenant"),
        templates=table.text("templates"),
        token=table.secret("token"),
        user=table.text("user"),
        password=table.secret("password"),
        tls=_tls(table),
    )


def _ruler(table: Table) -> RulerConfig:
    flavour = table.text("flavour")
    if flavour and flavour not in _FLAVOURS:
        why = f"{flavour!r} is not one{nearest(flavour, _FLAVOURS)}"
        table.wrong("flavour", why, help_=f"flavours: {', '.join(_FLAVOURS)}")
    if flavour == "grafana" and not table.text("datasource"):
        table.wrong("datasource", "is missing: the uid of the data source that the rules query")
    return RulerConfig(
        url=table.url("url", table.required("url")),
        flavour=flavour,
        tenant=table.text("tenant"),
        prefix=table.text("prefix"),
        datasource=table.text("datasource"),
        token=table.secret("token"),
        user=table.text("user"),
        password=table.secret("password"),
        tls=_tls(table),
    )


def _tls(table: Table) -> TlsConfig:
    if bool(table.text("cert")) != bool(table.text("key")):
        table.wrong("cert" if table.text("key") else "key", "is missing: cert and key go together")
    return TlsConfig(
        table.text("ca"), table.text("cert"), table.text("key"), table.flag("verify", True)
    )


_TARGETS: Mapping[str, tuple[tuple[str, ...], Callable[[Table], TargetConfig]]] = {
    "directory": (
        (
            *("path", "mount", "rules_for", "metadata", "partial_response_strategy"),
            *(*_RULES, "routing_for"),
        ),
        _directory,
    ),
    "grafana": (("url", *_AUTH, "org", *_RULES, "routing", *_TLS), _grafana),
    "prometheus": (("url", "rules", "replicas", *_AUTH, *_TLS), _prometheus),
    "alertmanager": (
        ("url", "config", "replicas", "tenant", "templates", *_AUTH, *_TLS),
        _alertmanager,
    ),
    "ruler": (("url", "flavour", "tenant", "prefix", "datasource", *_AUTH, *_TLS), _ruler),
}
