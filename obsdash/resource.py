"""The nouns: a reference, a resource, the environment it is built for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from obsdash.errors import DefinitionError
from obsdash.origin import Mark, Origin

Spec = dict[str, Any]

FOLDER = "folder"
DATASOURCE = "datasource"
LIBRARY_PANEL = "library-panel"
DASHBOARD = "dashboard"
MUTE_TIMING = "mute-timing"
MESSAGE_TEMPLATE = "message-template"
CONTACT_POINT = "contact-point"
NOTIFICATION_POLICY = "notification-policy"
ALERT_RULE_GROUP = "alert-rule-group"
RULE_GROUP = "rule-group"
LOKI_RULE_GROUP = "loki-rule-group"
THANOS_RULE_GROUP = "thanos-rule-group"
PROMETHEUS_RULE = "prometheus-rule"
ALERTMANAGER = "alertmanager"

# Apply order: what is referred to comes before what refers to it; deletion runs in reverse.
KINDS = (
    FOLDER,
    DATASOURCE,
    LIBRARY_PANEL,
    DASHBOARD,
    MUTE_TIMING,
    MESSAGE_TEMPLATE,
    CONTACT_POINT,
    NOTIFICATION_POLICY,
    ALERT_RULE_GROUP,
    RULE_GROUP,
    LOKI_RULE_GROUP,
    THANOS_RULE_GROUP,
    PROMETHEUS_RULE,
    ALERTMANAGER,
)


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The identity of a resource, `dashboard/api-performance`.

    uid: dashboards, data sources, library panels: Grafana's uid; folders: the path of titles,
    `Shop/Payments`;
    rule groups: `namespace/group`, the namespace being the rule file's name without its ending;
    PrometheusRules: the object's name;
    alertmanager: `main`; notification policies: `main`; mute timings, message templates and contact
    points: the name; alert rule groups (Grafana's own): `folder/group`, the folder as above.
    """

    kind: str
    uid: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.uid}"


def alert_group_ref(folder: str, name: str) -> Ref:
    """Return the reference of a group of Grafana's rules; a slash in its name is none of a path."""
    return Ref(ALERT_RULE_GROUP, f"{folder}/{name.replace('/', '%2F')}")


class Active(NamedTuple):
    """How many alerts of a rule are under way."""

    pending: int
    firing: int


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing to deliver, or one thing found live, as plain JSON in the API's own shape.

    spec by kind
      dashboard        Grafana's dashboard JSON, without id and version
      library panel    {"name", "model"}; the model has no id, gridPos, libraryPanel
      datasource       `POST /api/datasources` body without secureJsonData
      folder           {"title": …}; the uid is Grafana's business
      rule groups      one group as in a rule file: {"name", "interval"?, "rules": […]}
      alert rule group {"name", "interval" in seconds, "rules": [as Grafana's API has them]}
      prometheus-rule  the Kubernetes object
      alertmanager     the Alertmanager configuration
      mute-timing      {"name", "time_intervals"}
      message-template {"name", "template"}
      contact-point    {"name", "integrations": [{"uid", "type", "settings", …}]}, no secrets
      notification-policy  the whole tree, as Grafana's API has it

    folder: titles joined with "/", "" at the root (dashboards, library panels, folders' parent).
    marks: what is known of the parts, by JSON pointer into spec ("" is the whole).
    revision: the server's version, for a safe update.
    saved: who saved it last and when, in words: `by alice at 2026-11-21 10:04 UTC`.
    alerts: of a live rule group, those under way, by JSON pointer of their rule.
    secrets: name → reference (`env:NAME`, `file:/path`); never a value. The name is a data source's
      in secureJsonData; a contact point's `uid of the integration/setting`; an alertmanager's path
      of the file that holds it there.
    cautions: sentences about what of its definition could not be carried over, with the place.
    """

    ref: Ref
    spec: Spec
    folder: str = ""
    marks: Mapping[str, Mark] = field(default_factory=dict, compare=False, repr=False)
    revision: str = field(default="", compare=False)
    saved: str = field(default="", compare=False)
    secrets: Mapping[str, str] = field(default_factory=dict, compare=False)
    alerts: Mapping[str, Active] = field(default_factory=dict, compare=False, repr=False)
    cautions: tuple[str, ...] = field(default=(), compare=False)

    @property
    def origin(self) -> Origin | None:
        """The place of the whole."""
        mark = self.marks.get("")
        return mark.origin if mark else None

    def origin_of(self, pointer: str) -> Origin | None:
        """The place of the innermost marked part around a JSON pointer."""
        while True:
            mark = self.marks.get(pointer)
            if mark and mark.origin:
                return mark.origin
            if not pointer:
                return None
            pointer = pointer.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Environment:
    """What a definition function receives: the environment's name and variables."""

    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        try:
            return self.variables[name]
        except KeyError:
            raise DefinitionError(
                f"environment {self.name!r} has no variable {name!r}",
                help=f"add it to variables in [tool.obsdash.env.{self.name}]",
            ) from None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a variable or the default."""
        return self.variables.get(name, default)


def canonical_json(value: Any) -> bytes:
    """Encode with sorted keys and no white space: equal JSON, equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def fingerprint(resource: Resource | None) -> str:
    """Return a hash of what a resource says (spec and folder), "" for none."""
    if resource is None:
        return ""
    return sha256(canonical_json([resource.folder, resource.spec])).hexdigest()
