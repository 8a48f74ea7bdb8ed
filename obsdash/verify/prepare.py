"""Ask what the queries of resources ask, variables first."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from obsdash.resource import DASHBOARD, Resource
from obsdash.verify.backends import Backends
from obsdash.verify.collect import queries_of
from obsdash.verify.desk import Desk, Ran
from obsdash.verify.fill import PROMQL_LIKE
from obsdash.verify.formulate import find_source, formulate
from obsdash.verify.model import DataSource, Finding, Query, Question, Window
from obsdash.verify.scene import Scene
from obsdash.verify.variables import Variable, dashboard_variables, static_value


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
    """Asks what resources ask, over one window."""

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
            return query.skipped(query.skip)
        source = find_source(query, scene, self.backends)
        if isinstance(source, Finding):
            return source
        question = formulate(query, scene, source, self.window)
        if isinstance(question, Finding):
            return question
        answer = self._asked(query, question)
        if isinstance(answer, Finding):
            return answer
        return Running(query, question, answer, variable, scene.emptied(query.text))

    def _asked(self, query: Query, question: Question) -> "Future[Ran] | Finding":
        source = question.source
        backend = self.backends.backend(source, rule=query.is_rule)
        if backend is None:
            return query.skipped(f"nothing is configured to query {source}", _remedy(source))
        first = self.desk.is_new(backend)
        if trouble := self.desk.trouble(backend):
            if first:
                return query.wrong(trouble.message, trouble.help)
            return query.skipped(f"data source {source} does not answer")
        return self.desk.ask(backend, question)


def _answered(scene: Scene, variable: Variable, job: Job) -> Scene:
    """Wait for the answer to a variable's query, and fill it in."""
    if isinstance(job, Finding):
        return scene.without_answer(variable, job.reason)
    ran = job.answer.result()
    if why := ran.error or ran.unsupported:
        return scene.without_answer(variable, why)
    return scene.with_choices(variable, variable.matching(ran.answer.values))


def _remedy(source: DataSource) -> str:
    if source.type in PROMQL_LIKE:
        return f'add query = {{ {source.type} = "http://…" }}, or a grafana target'
    return "add a grafana target: its data sources are asked through it"
