"""From a query as defined to the question that its data source is asked."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace

from obsdash.resource import DASHBOARD, Resource
from obsdash.verify.backends import Backends
from obsdash.verify.collect import queries_of
from obsdash.verify.desk import Desk, Ran
from obsdash.verify.fill import PROMQL_LIKE, fill, filled_model
from obsdash.verify.model import (
    DataSource,
    Finding,
    Query,
    Question,
    Source,
    Status,
    Timing,
    Window,
)
from obsdash.verify.scene import Scene
from obsdash.verify.timing import window_of
from obsdash.verify.variables import Values, Variable, dashboard_variables, static_value


@dataclass(frozen=True, slots=True)
class Running:
    """A query whose answer is to come.

    variable: what the answer fills. hint: why the answer may be empty.
    """

    query: Query
    question: Question
    answer: "Future[Ran]"
    variable: Variable | None = None
    hint: str = ""


Job = Running | Finding  # a query that is not run is a finding already


@dataclass(frozen=True, slots=True)
class Preparer:
    """Asks what the queries of resources ask."""

    backends: Backends
    window: Window
    desk: Desk

    def jobs(self, resource: Resource) -> Iterator[Job]:
        """Yield a job a query, in the order of the document."""
        queries = list(queries_of(resource))
        scene = Scene(str(resource.spec.get("title") or ""))
        asked: dict[str, Job] = {}
        if resource.ref.kind == DASHBOARD:
            by_part = {query.part: query for query in queries if query.role == "variable"}
            for variable in dashboard_variables(resource.spec):
                if query := by_part.get(f"variable {variable.name}"):
                    asked[query.part] = self._job(query, scene, variable)
                    scene = _answered(scene, variable, asked[query.part])
                else:
                    scene = self._filled(scene, variable)
        for query in queries:
            yield asked.get(query.part) or self._job(query, scene)

    def _filled(self, scene: Scene, variable: Variable) -> Scene:
        """Fill in a variable that asks nobody."""
        match variable.type:
            case "datasource":
                return scene.with_source(variable, self.backends)
            case "custom":
                return scene.with_choices(variable, variable.listed)
            case _:
                return scene.with_value(variable, static_value(variable, self.window))

    def _job(self, query: Query, scene: Scene, variable: Variable | None = None) -> Job:
        """Find the data source, replace the variables, and ask."""
        if query.skip:
            return _skipped(query, query.skip)
        source = self._source(query, scene)
        if isinstance(source, Finding):
            return source
        is_rule = query.role in ("alert", "record")
        question = self._rule(query, source) if is_rule else self._question(query, scene, source)
        if isinstance(question, Finding):
            return question
        backend = self.backends.backend(source, rule=is_rule)
        if backend is None:
            return _skipped(query, f"nothing is configured to query {source}", _remedy(source))
        first = self.desk.is_new(backend)
        if trouble := self.desk.trouble(backend):
            if first:
                return _wrong(query, trouble.message, question.text, trouble.help)
            return _skipped(query, f"data source {source} does not answer")
        hint = scene.emptied(query.text)
        return Running(query, question, self.desk.ask(backend, question), variable, hint)

    def _source(self, query: Query, scene: Scene) -> DataSource | Finding:
        uid, unknown = fill(query.source.uid, scene.values)
        if unknown:
            return _wrong(query, f"undefined variable ${unknown[0]} as data source")
        if "${" in uid:
            return _wrong(query, f"nothing is filled in for the data source {uid}")
        kind = query.source.type or scene.source_type(query.source.uid)
        if source := self.backends.resolve(Source(kind, uid)):
            return source
        if self.backends.complete and uid:
            return _wrong(query, f"there is no data source {uid!r}")
        return _skipped(query, f"no data source {uid or 'of any kind'} is known")

    def _rule(self, query: Query, source: DataSource) -> Question | Finding:
        """Return a rule's question as it stands: what evaluates rules knows no variables."""
        if not query.text.strip():
            return _wrong(query, "it has no expression")
        return Question(
            source=source,
            kind="instant",
            text=query.text,
            window=replace(self.window, step=source.scrape),
            model=filled_model({"expr": query.text}, {}, source),
            may_be_empty=query.empty is not None,
        )

    def _question(self, query: Query, scene: Scene, source: DataSource) -> Question | Finding:
        if unfilled := scene.unfilled(query.text):
            return _skipped(query, unfilled)
        values = scene.for_panel(query)
        window = window_of(_timing(query.timing, values), source, self.window)
        values = scene.with_built_in(values, query, source, window)
        text, unknown = fill(query.text, values, source)
        if unknown:
            return _wrong(query, f"undefined variable ${unknown[0]}")
        if not text.strip() and source.type in PROMQL_LIKE:
            return _skipped(query, "it is empty")
        return Question(
            source=source,
            kind="values" if query.role == "variable" else "instant" if query.instant else "range",
            text=text,
            window=window,
            model=filled_model(query.model, values, source),
            may_be_empty=query.empty is not None,
        )


def _answered(scene: Scene, variable: Variable, job: Job) -> Scene:
    """Wait for the answer to a variable's query, and fill it in."""
    if isinstance(job, Running):
        return scene.with_answer(variable, job.answer.result(), "")
    return scene.with_answer(variable, None, job.reason)


def _timing(timing: Timing, values: Values) -> Timing:
    return replace(
        timing,
        least_step=fill(timing.least_step, values)[0],
        since=fill(timing.since, values)[0],
        shift=fill(timing.shift, values)[0],
    )


def _skipped(query: Query, why: str, remedy: str = "") -> Finding:
    return Finding(query, Status.SKIPPED, why, query.text, help=remedy)


def _wrong(query: Query, why: str, text: str = "", remedy: str = "") -> Finding:
    ran = text or query.text
    return Finding(query, Status.ERROR, why, ran, expected=False, help=remedy)


def _remedy(source: DataSource) -> str:
    if source.type in PROMQL_LIKE:
        return f'add query = {{ {source.type} = "http://…" }}, or a grafana target'
    return "add a grafana target: its data sources are asked through it"
