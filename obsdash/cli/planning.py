"""From definitions or a saved file to plans, and plans to what is printed."""

from collections.abc import Sequence
from pathlib import Path

from obsdash.cli.backtesting import Past
from obsdash.cli.context import Context
from obsdash.cli.output import to_json
from obsdash.drift import ASK, Policy
from obsdash.errors import ConfigError
from obsdash.plan import Plan
from obsdash.selection import narrow
from obsdash.target import Target, plan_for


def make_plans(
    context: Context,
    targets: Sequence[Target],
    refs: Sequence[str],
    policy: Policy = ASK,
    *,
    prune: bool,
    rotate: bool = False,
) -> list[Plan]:
    """Run the definitions and compare them with each target."""
    resources = context.load().resources
    plans = [plan_for(target, resources, policy, prune=prune, rotate=rotate) for target in targets]
    return narrow(plans, refs)


def saved_plans(context: Context, targets: Sequence[Target], file: Path) -> list[Plan]:
    """Load plans that `diff --out` saved; raises ConfigError when they are for other targets."""
    from obsdash.planfile import load_plans

    try:
        saved = load_plans(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None
    here = (context.config.project, context.settings.name)
    if (saved.project, saved.environment) != here:
        raise ConfigError(
            f"{file} was made for project {saved.project!r}, environment {saved.environment!r}",
            help=f"obsdash --env {saved.environment} sync --plan {file}",
        )
    for_these(saved.plans, targets, str(file))
    plans = {plan.target: plan for plan in saved.plans}
    return [plans[target.name] for target in targets if target.name in plans]


def for_these(plans: Sequence[Plan], targets: Sequence[Target], what: str) -> list[Target]:
    """Return the target of each plan; raises ConfigError, naming `what`, when one is gone."""
    by_name = {target.name: target for target in targets}
    if missing := {plan.target for plan in plans} - by_name.keys():
        raise ConfigError(f"{what} is for {min(missing)}, which is not configured any more")
    return [by_name[plan.target] for plan in plans]


def show(
    context: Context,
    plans: Sequence[Plan],
    format_: str,
    past: Past | None = None,
    *,
    noise: bool = False,
) -> str:
    """Return the plans as text, JSON or Markdown, and what alerts would have done below them."""
    from obsdash.render import plan as render

    if format_ == "json":
        return to_json(render.plans_json(plans) | ({"backtest": past.json()} if past else {}))
    if format_ == "markdown":
        told = past.markdown() if past else ""
        return render.plans_markdown(plans, limit=render.COMMENT_LIMIT - len(told)) + told
    texts = [render.plan_text(plan, color=context.color, noise=noise) for plan in plans]
    return "\n\n".join(text.rstrip("\n") for text in [*texts, *([past.text()] if past else [])])
