"""Plain documents, as Grafana exports and Prometheus reads them → drafts, told by their shape."""

from collections.abc import Callable
from dataclasses import replace

from obsdash.adapters import alertrules, dashboards, datasources, librarypanels, rules
from obsdash.adapters.draft import Draft, Where, origin_in, text_of
from obsdash.diff.routing.withheld import in_plain_sight
from obsdash.errors import DefinitionError
from obsdash.resource import ALERTMANAGER, Ref, Spec

Reader = Callable[[Spec, Where], list[Draft]]
Shape = Callable[[Spec], bool]

_DASHBOARD_API = "dashboard.grafana.app/"


def reader_of(document: Spec) -> Reader | None:
    """Return what reads a document of this shape; None when it defines nothing."""
    return next((reader for shape, reader in _SHAPES if shape(document)), None)


def _is_envelope(document: Spec) -> bool:
    return "kind" in document and isinstance(document.get("apiVersion"), str)


def _envelope(document: Spec, where: Where) -> list[Draft]:
    version = text_of(document, "apiVersion")
    spec = document.get("spec")
    if document["kind"] == "PrometheusRule" and isinstance(spec, dict) and rules.is_rule_file(spec):
        found = rules.read_file(spec, where)
        return [replace(draft, inside=f"/spec{draft.inside}") for draft in found]
    if not version.startswith(_DASHBOARD_API) or not isinstance(spec, dict):
        raise DefinitionError(
            f"a Kubernetes {document['kind']} cannot be delivered",
            origin=origin_in(document) or where.origin,
            help="keep the dashboard or the rule groups inside it as a file of their own",
        )
    if version.removeprefix(_DASHBOARD_API).startswith("v2") or _is_v2(spec):
        return _v2(spec, where)
    name = text_of(document.get("metadata"), "name")
    return _inside("/spec", dashboards.read({**spec, "uid": text_of(spec, "uid") or name}, where))


def _is_v2(document: Spec) -> bool:
    return "elements" in document and "layout" in document


def _v2(document: Spec, where: Where) -> list[Draft]:
    raise DefinitionError(
        f"dashboard {text_of(document, 'title')!r} is in the v2 schema, which is not supported",
        origin=origin_in(document) or where.origin,
        help="export it from Grafana in the classic format",
    )


def _is_wrapped(document: Spec) -> bool:
    return isinstance(document.get("dashboard"), dict) and "panels" not in document


def _wrapped(document: Spec, where: Where) -> list[Draft]:
    inner = document["dashboard"]
    if _is_v2(inner):
        return _v2(inner, where)
    return _inside("/dashboard", dashboards.read(inner, where))


def _inside(pointer: str, drafts: list[Draft]) -> list[Draft]:
    return [replace(draft, inside=pointer) for draft in drafts]


def _is_dashboard(document: Spec) -> bool:
    if isinstance(document.get("panels"), list) or isinstance(document.get("rows"), list):
        return document.get("type") != "row"
    return "title" in document and ("schemaVersion" in document or "templating" in document)


def _is_alertmanager(document: Spec) -> bool:
    return isinstance(document.get("route"), dict) and "receivers" in document


def _alertmanager(document: Spec, where: Where) -> list[Draft]:
    origin = origin_in(document) or where.origin
    if place := next(in_plain_sight(document), ""):
        key = place.rpartition(".")[2]
        raise DefinitionError(
            f"{place} is a secret in plain sight",
            origin=origin,
            help=f"put it into a file where Alertmanager runs; {key}_file names that",
        )
    return [Draft(Ref(ALERTMANAGER, "main"), document, origin_in(document) or where.origin)]


def _is_rule_test(document: Spec) -> bool:
    return isinstance(document.get("tests"), list) and "rule_files" in document


def _nothing(_document: Spec, _where: Where) -> list[Draft]:
    return []  # promtool's own test files may lie beside the rules


# The first shape that fits decides.
_SHAPES: tuple[tuple[Shape, Reader], ...] = (
    (_is_envelope, _envelope),
    (_is_v2, _v2),
    (_is_wrapped, _wrapped),
    (_is_dashboard, dashboards.read),
    (librarypanels.is_library_panel, librarypanels.read),
    (_is_rule_test, _nothing),
    (alertrules.is_rule_file, alertrules.read_file),
    (alertrules.is_group, alertrules.read_group),
    (rules.is_rule_file, rules.read_file),
    (rules.is_group, rules.read_group),
    (datasources.is_provisioning, datasources.read_provisioning),
    (datasources.is_datasource, datasources.read),
    (_is_alertmanager, _alertmanager),
)
