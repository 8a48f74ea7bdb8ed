"""A data source in a dictionary, and small resources to verify."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from obsdash.origin import Mark, Origin
from obsdash.resource import DASHBOARD, RULE_GROUP, Ref, Resource
from obsdash.verify import Backend, Backends, DataSource, Finding, Limits, Window, verify
from obsdash.verify.model import Answer, Question

END = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
WINDOW = Window(END, timedelta(hours=1))
PROM = DataSource("prometheus", "prom", "Prometheus", default=True)


@dataclass(eq=False)
class MemoryBackend:
    """Answers by text; what it does not know has data. Keeps what it was asked."""

    answers: Mapping[str, Answer | Exception] = field(default_factory=dict)
    missing: Sequence[str] = ()
    silent: Exception | None = None
    asked: list[Question] = field(default_factory=list)

    def check(self) -> None:
        if self.silent:
            raise self.silent

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        answer = self.answers.get(question.text, Answer(1))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def unknown(self, text: str, window: Window) -> Sequence[str]:
        return [f"metric {name} has no series at all" for name in self.missing if name in text]


def values(*found: str) -> Answer:
    """Return the answer to a variable's query."""
    return Answer(len(found), values=found)


def dashboard(*panels: object, variables: Sequence[object] = (), **spec: object) -> Resource:
    """Return a dashboard of panels and variables; panel n stands on line 10 × n."""
    document: dict[str, Any] = {"uid": "shop", "title": "Shop", "panels": list(panels), **spec}
    document["templating"] = {"list": list(variables)}
    marks = {
        f"/panels/{n}": Mark(Origin("dashboards/shop.py", 10 * (n + 1))) for n in range(len(panels))
    }
    marks[""] = Mark(Origin("dashboards/shop.py", 1))
    return Resource(Ref(DASHBOARD, "shop"), document, marks=marks)


def panel(
    *exprs: str, title: str = "Load", source: object = None, **more: object
) -> dict[str, Any]:
    """Return a panel with one Prometheus query an expression."""
    targets = [{"refId": chr(65 + n), "expr": expr} for n, expr in enumerate(exprs)]
    return {
        "type": "timeseries",
        "title": title,
        "datasource": source or {"type": "prometheus", "uid": "prom"},
        "targets": targets,
        **more,
    }


def variable(name: str, query: str, **more: object) -> dict[str, Any]:
    """Return a query variable on Prometheus."""
    source = {"type": "prometheus", "uid": "prom"}
    return {"name": name, "type": "query", "query": query, "datasource": source, **more}


def rules(*entries: dict[str, Any], kind: str = RULE_GROUP) -> Resource:
    """Return a rule group."""
    return Resource(Ref(kind, "shop/api"), {"name": "api", "rules": list(entries)})


def run(
    *resources: Resource, backend: Backend, slow: float = 5, **more: Any
) -> tuple[Finding, ...]:
    """Verify resources on one Prometheus data source."""
    backends = Backends(**{"sources": (PROM,), "named": {"prometheus": backend}, **more})
    return verify(resources, backends, WINDOW, Limits(timedelta(seconds=slow)))
