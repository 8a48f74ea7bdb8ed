"""From a query as defined to the question that its data source is asked, or why there is none."""

from dataclasses import replace

from obsdash.promql import variables
from obsdash.verify.backends import Backends
from obsdash.verify.fill import PROMQL_LIKE, fill, filled_model
from obsdash.verify.model import DataSource, Finding, Query, Question, Source, Timing, Window
from obsdash.verify.scene import Scene
from obsdash.verify.timing import window_of
from obsdash.verify.variables import Values
from obsdash.words import nearest


def find_source(query: Query, scene: Scene, backends: Backends) -> DataSource | Finding:
    """Return the data source that a query runs on."""
    uid, unknown = fill(query.source.uid, scene.values)
    if unknown:
        return query.wrong(f"undefined variable ${unknown[0]} as data source")
    if "${" in uid:
        return query.wrong(f"nothing is filled in for the data source {uid}")
    kind = query.source.type or scene.source_type(query.source.uid)
    if source := backends.resolve(Source(kind, uid)):
        return source
    if backends.complete and uid:
        names = {name for known in backends.sources for name in (known.uid, known.name)}
        return query.wrong(f"there is no data source {uid!r}{nearest(uid, names)}")
    return query.skipped(f"no data source {uid or 'of any kind'} is known")


def formulate(query: Query, scene: Scene, source: DataSource, window: Window) -> Question | Finding:
    """Return the question that a query asks when it runs over a window."""
    if query.is_rule:
        return _rule(query, source, window)
    if blank := sorted(variables(query.text) & scene.blank.keys()):
        return query.skipped(f"variable ${blank[0]} is not filled: {scene.blank[blank[0]]}")
    values = scene.for_panel(query)
    window = window_of(_filled(query.timing, values), source, window)
    values = scene.with_built_in(values, query, source, window)
    text, unknown = fill(query.text, values, source)
    if unknown:
        guess = nearest(unknown[0], scene.values)
        return query.wrong(f"undefined variable ${unknown[0]}{guess}")
    if not text.strip() and source.type in PROMQL_LIKE:
        return query.skipped("it is empty")
    return Question(
        source=source,
        kind="values" if query.role == "variable" else "instant" if query.instant else "range",
        text=text,
        window=window,
        model=filled_model(query.model, values, source),
        may_be_empty=query.empty is not None,
    )


def _rule(query: Query, source: DataSource, window: Window) -> Question | Finding:
    """Return a rule's question as it stands: what evaluates rules knows no variables."""
    if not query.text.strip():
        return query.wrong("it has no expression")
    return Question(
        source=source,
        kind="instant",
        text=query.text,
        window=replace(window, step=source.scrape),
        model=filled_model({"expr": query.text}, {}, source),
        may_be_empty=query.empty is not None,
    )


def _filled(timing: Timing, values: Values) -> Timing:
    return replace(
        timing,
        least_step=fill(timing.least_step, values)[0],
        since=fill(timing.since, values)[0],
        shift=fill(timing.shift, values)[0],
    )
