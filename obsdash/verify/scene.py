"""What a dashboard's variables stand for while its queries run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from obsdash.promql import Verbatim, variables
from obsdash.verify.backends import Backends
from obsdash.verify.model import DataSource, Query, Window
from obsdash.verify.variables import Value, Values, Variable, built_in


@dataclass(frozen=True, slots=True)
class Scene:
    """The values of a dashboard's variables, as far as they are known.

    choices: what each may be, where there is a list; types: data source variable → type.
    blank: variables of which nothing is known, and why; their value is "".
    """

    title: str = ""
    values: Values = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    blank: Mapping[str, str] = field(default_factory=dict)

    def with_value(self, variable: Variable, value: Value) -> "Scene":
        """Return the scene with a variable filled."""
        return replace(self, values={**self.values, variable.name: value})

    def with_choices(self, variable: Variable, offered: Sequence[str]) -> "Scene":
        """Return the scene with a variable filled from what it offers."""
        choices = {**self.choices, variable.name: tuple(offered)}
        return replace(self.with_value(variable, variable.choose(offered)), choices=choices)

    def with_source(self, variable: Variable, backends: Backends) -> "Scene":
        """Return the scene with a data source variable filled: the saved, the default, the first.

        Its value is "" when none is known; the type alone may do then.
        """
        kind = str(variable.spec.get("query") or "")
        offered = [s for s in backends.of_type(kind) if variable.matching([s.name or s.uid])]
        saved = [s for s in offered if {s.uid, s.name} & set(variable.saved)]
        usual = [s for s in offered if s.default]
        chosen = (*saved, *usual, *offered, DataSource(kind))[0]
        types = {**self.types, variable.name: kind}
        return replace(self.with_value(variable, chosen.uid), types=types)

    def without_answer(self, variable: Variable, why: str) -> "Scene":
        """Return the scene with a variable that could not be asked for: its saved choice does."""
        value = variable.fallback()
        if value is not None:
            return self.with_value(variable, value)
        blank = {**self.blank, variable.name: why}
        return replace(self.with_value(variable, ""), blank=blank)

    def for_panel(self, query: Query) -> Values:
        """Return the values that a panel sees: of what it is repeated by, the first one."""
        repeated = (name for name in query.repeat if name in self.values)
        return {**self.values, **{name: self._first(name) for name in repeated}}

    def _first(self, name: str) -> Value:
        value = self.values[name]
        if isinstance(value, Verbatim):
            return self.choices.get(name, (value,))[:1]
        return value[:1] if isinstance(value, tuple) else value

    def with_built_in(
        self, values: Values, query: Query, source: DataSource, window: Window
    ) -> Values:
        """Add Grafana's own variables for a window."""
        own = built_in(window, source.scrape, instant=query.instant, title=self.title)
        return {**own, **values}

    def source_type(self, text: str) -> str:
        """Return the type of the data source variable that a uid is written with, "" if none."""
        return next((self.types[name] for name in variables(text) if name in self.types), "")

    def emptied(self, text: str) -> str:
        """Say which variable of a query stands for nothing, "" when all stand for something."""
        names = sorted(name for name in variables(text) if not self.values.get(name, "…"))
        return f"variable ${names[0]} is empty" if names else ""
