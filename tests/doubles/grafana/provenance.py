"""Who provisioned what: the API, a file, an import, or nobody (then the UI may edit it)."""

from tests.doubles.grafana.answers import Call, Refusal
from tests.doubles.grafana.store import Store
from tests.doubles.grafana.versions import HEADER_EVERYWHERE, NAMED_ERRORS

HEADER = "x-disable-provenance"  # its presence counts, whatever it says
LOST = "could not find object using provided id and hash"


def given(store: Store, call: Call) -> str:
    """Return the provenance that a write carries."""
    return "" if HEADER in call.headers and store.has(HEADER_EVERYWHERE) else "api"


def of(store: Store, kind: str, name: str) -> str:
    return store.provenances.get((kind, name), "")


def note(store: Store, kind: str, name: str, provenance: str) -> None:
    store.provenances[kind, name] = provenance


def forget(store: Store, kind: str, name: str) -> None:
    store.provenances.pop((kind, name), None)


def mismatch(store: Store, operation: str, provided: str, stored: str) -> Refusal:
    """Return the refusal of a write that may not change who provisions."""
    message = f"cannot {operation} with provided provenance '{provided}', needs '{stored}'"
    if not store.has(NAMED_ERRORS):
        return Refusal(500, message)
    return Refusal.named(
        409,
        "alerting.provenanceMismatch",
        message,
        Operation=operation,
        ProvidedProvenance=provided,
        StoredProvenance=stored,
    )


def count_write(store: Store, call: Call) -> None:
    """Refuse a write to the one configuration if another came first since the call arrived."""
    if call.revision is not None and call.revision != store.revision:
        raise Refusal(500, LOST)
    store.revision += 1
