"""Nothing that a document may hold makes verify crash."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from obsdash.resource import DASHBOARD, LOKI_RULE_GROUP, RULE_GROUP, Ref, Resource
from obsdash.verify import Status, verify
from obsdash.verify.backends import Backends
from obsdash.verify.run import Limits
from tests.verify.backend import PROM, WINDOW, MemoryBackend

_TEXTS = [
    *("", "up", "$x", "${x:csv}", "${__from:date}", "[[y]]", "a,b", "$__all", "query", "custom"),
    *("interval", "datasource", "prometheus", "label_values(up, x)", "/(/", "/a(.*)/", "1m", "5x"),
    *("row", "text", "x", "y", "$", "${", "-- Mixed --", "{{ $x }}"),
]
_KEYS = [
    *("panels", "targets", "rows", "templating", "annotations", "list", "rules", "alert", "record"),
    *("expr", "query", "datasource", "uid", "type", "name", "title", "repeat", "interval", "value"),
    *("current", "regex", "multi", "includeAll", "allValue", "timeFrom", "timeShift", "instant"),
    *("maxDataPoints", "auto", "auto_count", "auto_min", "hide", "target", "libraryPanel"),
]  # fmt: skip
_LEAVES = (
    st.sampled_from(_TEXTS)
    | st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=5)
)
_DOCUMENTS = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6)
    ),
    max_leaves=40,
)
_PANEL = st.dictionaries(st.sampled_from(_KEYS), _DOCUMENTS, max_size=8)
_SPECS = st.fixed_dictionaries(
    {
        "panels": st.lists(_PANEL, max_size=3),
        "templating": st.fixed_dictionaries({"list": st.lists(_PANEL, max_size=3)}),
        "annotations": st.fixed_dictionaries({"list": st.lists(_PANEL, max_size=2)}),
        "rules": st.lists(_PANEL, max_size=2),
    }
)


@settings(max_examples=50, deadline=None)
@given(_SPECS | st.dictionaries(st.sampled_from(_KEYS), _DOCUMENTS), st.booleans())
def test_any_document_gives_findings(spec: dict[str, Any], known: bool) -> None:
    backends = Backends((PROM,) if known else (), {"prometheus": MemoryBackend()})
    kinds = (DASHBOARD, RULE_GROUP, LOKI_RULE_GROUP)
    resources = [Resource(Ref(kind, "odd"), spec) for kind in kinds]
    for finding in verify(resources, backends, WINDOW, Limits()):
        assert finding.status is Status.DATA or finding.reason
