"""Message templates: /api/v1/provisioning/templates."""

import re

from tests.doubles.grafana import provenance
from tests.doubles.grafana.answers import PROVISIONING_READ as READ
from tests.doubles.grafana.answers import PROVISIONING_WRITE as WRITE
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.store import Store, digest
from tests.doubles.grafana.versions import NAMED_ERRORS, OWNERS_SHOWN, VERSIONED

KIND = "template"
ERRORS = "alerting.notifications.templates"
FORMAT = "Template is in invalid format. Correct the payload and try again."
OPENING = re.compile(r"\{\{-?\s*(define|if|range|with|block)\b")
CLOSING = re.compile(r"\{\{-?\s*end\b")
DEFINE = re.compile(r"\{\{\s*define")


def list_templates(store: Store, call: Call) -> Answer:
    return Answer(200, [_document(store, name) for name in sorted(store.templates)])


def get_template(store: Store, call: Call, name: str) -> Answer:
    if name in store.templates:
        return Answer(200, _document(store, name))
    if store.has(NAMED_ERRORS):
        raise Refusal.named(404, f"{ERRORS}.notFound", "NotFound")
    return Answer(404, None)


def put_template(store: Store, call: Call, name: str) -> Answer:
    body = call.body if isinstance(call.body, dict) else {}
    text = _checked(store, name, str(body.get("template") or ""))
    sent, known = body.get("version"), store.has(VERSIONED) and name in store.templates
    if sent and known and sent != digest(store.templates[name]):
        raise Refusal.named(409, "alerting.notifications.conflict", "Conflict")
    provenance.count_write(store, call)
    store.templates[name] = text
    provenance.note(store, KIND, name, provenance.given(store, call))
    return Answer(202, {**_document(store, name), **_shown(store, name)})


def delete_template(store: Store, call: Call, name: str) -> Answer:
    provenance.count_write(store, call)
    store.templates.pop(name, None)
    provenance.forget(store, KIND, name)
    return Answer(204, text="")


def _checked(store: Store, name: str, text: str) -> str:
    """Return the text as it is stored: trimmed, and within a `define`."""
    if not text:
        raise _invalid(store, "template must have content")
    if len(OPENING.findall(text)) != len(CLOSING.findall(text)):
        raise _invalid(store, "invalid template: template: :1: unexpected EOF")
    text = text.strip()
    if DEFINE.search(text):
        return text
    lines = "\n".join(f"  {line}" for line in text.split("\n"))
    return f'{{{{ define "{name}" }}}}\n{lines}\n{{{{ end }}}}'


def _invalid(store: Store, reason: str) -> Refusal:
    if store.has(NAMED_ERRORS):
        return Refusal.named(400, f"{ERRORS}.invalidFormat", FORMAT, Error=reason)
    return Refusal(400, f"invalid object specification: {reason}")


def _document(store: Store, name: str) -> Json:
    document = {"name": name, "template": store.templates[name]}
    if store.has(VERSIONED):
        document["version"] = digest(store.templates[name])
    return {**document, **_shown(store, name)} if store.has(OWNERS_SHOWN) else document


def _shown(store: Store, name: str) -> Json:
    found = provenance.of(store, KIND, name)
    return {"provenance": found} if found else {}


ROUTES = (
    Route("GET", "/v1/provisioning/templates", list_templates, *READ),
    Route("GET", "/v1/provisioning/templates/*", get_template, *READ),
    Route("PUT", "/v1/provisioning/templates/*", put_template, *WRITE),
    Route("DELETE", "/v1/provisioning/templates/*", delete_template, *WRITE),
)
