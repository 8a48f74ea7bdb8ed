"""Rules and routings that others wrote, as Grafana's own: after a sync there is nothing to do.

What Grafana cannot hold is refused with its line, or blocked by the plan with the reason. The
corpus is not part of the repository; `OBSDASH_TEST_CORPUS` names its folder. Doubles get a sample
of it, a real Grafana all.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from obsdash.delivery.alertrules import ManagedRules
from obsdash.delivery.receivers import SHAPES
from obsdash.delivery.routing import as_grafanas
from obsdash.disk import yaml
from obsdash.errors import ObsdashError, Problems
from obsdash.plan import Blocked
from obsdash.project import load_project
from obsdash.resource import (
    ALERTMANAGER,
    LOKI_RULE_GROUP,
    RULE_GROUP,
    Environment,
    Ref,
    Resource,
    Spec,
)
from obsdash.target import Applied, apply_plan
from tests.grafana.conftest import Lab

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("OBSDASH_TEST_CORPUS", ROOT.parent / "shared/corpus"))
SAMPLE = 5  # every so many repositories, groups and routings of the corpus for a double
MOST = 1000  # rules of a group; SQLite takes no more of them in one write

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="OBSDASH_TEST_CORPUS names no folder")


@cache
def groups(step: int) -> tuple[Resource, ...]:
    """Return the rule groups of some repositories, under names that differ."""
    found = []
    for number, repository in enumerate(sorted((CORPUS / "rules").iterdir())[::step]):
        if repository.is_dir():
            found += [replace(one, ref=_numbered(one.ref, number)) for one in _loaded(repository)]
    return tuple(found[::step])


def _numbered(ref: Ref, number: int) -> Ref:
    return Ref(ref.kind, f"{number}-{ref.uid}")


def _loaded(repository: Path) -> Iterator[Resource]:
    with TemporaryDirectory() as root:
        (Path(root) / "alerts").symlink_to(repository)
        for one in load_project(Path(root), Environment("test")).resources:
            if one.ref.kind in (RULE_GROUP, LOKI_RULE_GROUP) and len(one.spec["rules"]) < MOST:
                yield one


def managed(lab: Lab) -> ManagedRules:
    folder = f"{lab.name('Corpus')} {{namespace}}"
    return ManagedRules(lab.project, folder, prometheus="prom", loki="logs")


def is_translated(lab: Lab, group: Resource) -> bool:
    """Whether Grafana can hold a group; if not, the refusal names its line."""
    try:
        managed(lab).deliver([group])
    except ObsdashError as error:
        errors = error.errors if isinstance(error, Problems) else [error]
        assert all(str(one.origin).startswith("alerts/") for one in errors), errors
        return False
    return True


def test_rules_that_others_wrote_settle(lab: Lab) -> None:
    wanted = [g for g in groups(SAMPLE if lab.double else 1) if is_translated(lab, g)]
    assert len(wanted) > (10 if lab.double else 500)
    target = lab.target(rules=managed(lab))
    plan = lab.plan(*wanted, rules=managed(lab))
    blocked = {action.ref for action in plan.actions if isinstance(action, Blocked)}
    outcomes = apply_plan(plan, target).outcomes
    assert [o for o in outcomes if not isinstance(o, Applied) and o.ref not in blocked] == []
    again = lab.plan(*wanted, rules=managed(lab))
    assert {action.ref for action in again.actions} == blocked
    if lab.version >= (12, 1):
        assert not blocked
    assert all(" has)" in a.reason or "a title once" in a.reason for a in _blocked(again.actions))


def _blocked(actions: Any) -> Iterator[Blocked]:
    return (action for action in actions if isinstance(action, Blocked))


def routings() -> Iterator[Spec]:
    """Yield the routings of the corpus, with files in the place of their secrets."""
    for file in sorted((CORPUS / "alertmanager").rglob("*.y*ml")):
        try:
            config = yaml.load(file.read_bytes())
        except ValueError:
            continue
        parts = config if isinstance(config, dict) else {}
        if isinstance(parts.get("route"), dict) and isinstance(parts.get("receivers"), list):
            yield _without_secrets(parts)


def _without_secrets(config: Spec) -> Spec:
    shared = dict(config.get("global") or {})
    for key in ("slack_api_url", "opsgenie_api_key", "telegram_bot_token"):
        if shared.pop(key, None):
            shared[f"{key}_file"] = f"/run/secrets/{key}"
    return {**config, "global": shared, "receivers": [*map(_filed, config["receivers"])]}


def _filed(receiver: Spec) -> Spec:
    found: Spec = {}
    for key, configs in receiver.items():
        names = SHAPES[key].secrets if key in SHAPES and key != "webhook_configs" else ()
        found[key] = configs
        if names:
            found[key] = [
                {
                    f"{name}_file" if name in names else name: "/s" if name in names else value
                    for name, value in (config or {}).items()
                }
                for config in configs
            ]
    return found


def test_routings_that_others_wrote_settle(lab: Lab) -> None:
    """One at a time: a server has one tree of policies."""
    options: Any = {
        "routing": True,
        "adopt": True,
        "secrets": lambda ref: f"https://hooks.invalid/{ref.replace(':', '/')}",
    }
    settled = 0
    for config in [*routings()][:: SAMPLE if lab.double else 1]:
        wanted = Resource(Ref(ALERTMANAGER, "main"), config)
        try:
            as_grafanas([wanted])
        except ObsdashError:
            continue
        plan = lab.plan(wanted, prune=True, **options)
        outcomes = apply_plan(plan, lab.target(**options)).outcomes
        assert [one for one in outcomes if not isinstance(one, Applied)] == []
        assert lab.plan(wanted, **options).actions == ()
        settled += 1
    apply_plan(lab.plan(prune=True, **options), lab.target(**options))
    assert settled > (0 if lab.double else 25)
