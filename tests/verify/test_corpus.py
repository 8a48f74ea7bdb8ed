"""Whatever people wrote into dashboards and rule files, verify says something about it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsdash.resource import DASHBOARD, RULE_GROUP, Ref, Resource
from obsdash.verify import Backends, DataSource, Limits, Status, verify
from tests.verify.backend import WINDOW, MemoryBackend, values

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SOURCES = (DataSource("prometheus", "p", "Prometheus", default=True), DataSource("loki", "l"))

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of dashboards here")


def _dashboards() -> Iterator[Resource]:
    for file in sorted((CORPUS / "dashboards").rglob("*.json")):
        try:
            document = json.loads(file.read_bytes())
        except ValueError:
            continue
        inner = document.get("dashboard") if isinstance(document, dict) else None
        spec = inner if isinstance(inner, dict) else document
        if isinstance(spec, dict):
            yield Resource(Ref(DASHBOARD, str(file.relative_to(CORPUS))), spec)


def _rule_groups() -> Iterator[Resource]:
    for file in sorted((CORPUS / "rules").rglob("*.y*ml")):
        if file.stat().st_size > 300_000:
            continue
        try:
            documents = list(yaml.safe_load_all(file.read_text("utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        for group in (g for document in documents for g in _groups(document)):
            yield Resource(Ref(RULE_GROUP, str(file.relative_to(CORPUS))), group)


def _groups(document: Any) -> list[dict[str, Any]]:
    groups = document.get("groups") if isinstance(document, dict) else None
    return [group for group in groups or [] if isinstance(group, dict)]


def test_every_dashboard_and_rule_file_of_the_corpus_is_verified_without_a_crash() -> None:
    class AlwaysTwo(MemoryBackend):
        def ask(self, question: Any) -> Any:
            return values("one", "two.three")

    named = {"prometheus": AlwaysTwo(), "loki": AlwaysTwo()}
    resources = [*_dashboards(), *_rule_groups()]
    findings = verify(resources, Backends(SOURCES, named), WINDOW, Limits())
    assert len(resources) > 500
    assert len(findings) > 10_000
    ran = [f for f in findings if f.status is Status.DATA and f.query.role == "panel"]
    assert len(ran) > 5_000
    assert not [f for f in ran if "$__interval" in f.ran or "$__rate_interval" in f.ran]
