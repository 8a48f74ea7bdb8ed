"""From an environment's Prometheus to what alerts would have done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from obsdash.cli.context import Context

if TYPE_CHECKING:
    from obsdash.backtest import Backtest
    from obsdash.plan import Plan
    from obsdash.resource import Resource


@dataclass(frozen=True, slots=True)
class Past:
    """A backtest, and the window that it looked at."""

    found: "tuple[Backtest, ...]"
    end: datetime
    length: timedelta

    @property
    def ran(self) -> bool:
        """Whether every expression could be run."""
        return not any(one.outcome.error for one in self.found)

    def text(self) -> str:
        """Return it as text."""
        from obsdash.render.backtest import backtest_text

        return backtest_text(self.found, self.end, self.length)

    def markdown(self) -> str:
        """Return it as what follows below a plan in Markdown."""
        from obsdash.render.backtest import backtest_markdown

        return backtest_markdown(self.found, self.end, self.length)

    def json(self) -> dict[str, Any]:
        """Return it as a document."""
        from obsdash.render.backtest import backtest_json

        return backtest_json(self.found, self.end, self.length)


def look_back(context: Context, resources: "Iterable[Resource]", length: timedelta) -> Past:
    """Return what the alerts of rule groups would have done in the time before now."""
    from obsdash.backtest import backtest
    from obsdash.cli.querying import rule_server

    server = rule_server(context.config, context.settings)
    end = datetime.now(UTC)
    return Past(tuple(backtest(server, resources, end, length)), end, length)


def changed_alerts(context: Context, plans: "Sequence[Plan]", length: timedelta) -> Past:
    """Return what those alerts would have done that plans bring or change."""
    from obsdash.plan import Create, Update
    from obsdash.resource import RULE_GROUP

    groups = {
        action.ref: action.desired
        for plan in plans
        for action in plan.actions
        if isinstance(action, Create | Update) and action.ref.kind == RULE_GROUP
    }
    past = look_back(context, groups.values(), length)
    return Past(tuple(one for one in past.found if one.new or one.loaded), past.end, length)
