"""Rule files that others wrote: in sync once they are loaded, and every edit of them is one change.

OBSDASH_TEST_CORPUS names a folder with `rules/`; `pytest -s` prints the figures.
"""

import difflib
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from obsdash.diff import difference
from obsdash.disk import yaml
from obsdash.http import Client
from obsdash.project import load_project
from obsdash.prometheus.checks import promtool_problems
from obsdash.prometheus.groups import definition
from obsdash.promql import canonical, parse_error
from obsdash.resource import RULE_GROUP, Environment, Ref, Resource, Spec
from obsdash.target import apply_plan, plan_for
from tests.prometheus.test_target import PREFIX, Place, at
from tests.support.servers import prometheus_programs, running_prometheus

CORPUS = (
    Path(os.environ.get("OBSDASH_TEST_CORPUS", Path(__file__).parents[3] / "shared/corpus"))
    / "rules"
)
EACH = 50  # edits of each of ten sorts
INTERVAL = 15_000  # milliseconds; the test server's own

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="OBSDASH_TEST_CORPUS names no folder of rule files"
)


@dataclass(frozen=True)
class Corpus:
    """All files that Prometheus takes: what they define, and how Prometheus shows it."""

    place: Place
    files: int
    wanted: list[Resource]
    loaded: dict[Ref, Spec]


@pytest.fixture(scope="module", params=prometheus_programs() or [""])
def corpus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Corpus]:
    """The files that this Prometheus takes, synced to it."""
    program: str = request.param
    if not program:
        pytest.skip("prometheus is not installed")
    root = tmp_path_factory.mktemp("corpus")
    with pytest.MonkeyPatch.context() as patch, running_prometheus(program, root) as server:
        patch.setenv("PATH", f"{Path(program).parent}:{os.environ['PATH']}")
        place = at(server, root / "rules")
        files = accepted(str(Path(program).parent / "promtool"), root / "accepted")
        wanted = imported(files, root / "project")
        report = apply_plan(plan_for(place.target, wanted), place.target)
        assert report.ok, [outcome for outcome in report.outcomes if hasattr(outcome, "reason")][:3]
        yield Corpus(place, len(files), wanted, shown(place))


def accepted(promtool: str, folder: Path) -> list[Path]:
    """Return the files that a Prometheus' promtool takes, of PrometheusRules the groups in them."""
    folder.mkdir()
    originals = {}
    for number, file in enumerate(sorted(CORPUS.rglob("*.y*ml"))):
        if content := _rule_file(file.read_bytes()):
            copy = folder / f"{number}.yml"
            copy.write_bytes(content)
            originals[copy] = file
    refused = promtool_problems(promtool, list(originals), "")
    assert len(refused) < len(originals)
    return [file for copy, file in originals.items() if copy not in refused]


def _rule_file(content: bytes) -> bytes:
    """Return what Prometheus would read of a file, nothing when that is no rules.

    Of several documents it reads the first and ignores the others, which obsdash delivers: such
    files are left out.
    """
    try:
        document = yaml.load(content)
    except ValueError:
        return b""
    if not isinstance(document, dict):
        return b""
    if document.get("groups"):
        return content
    spec = document.get("spec") if document.get("kind") == "PrometheusRule" else None
    groups = spec.get("groups") if isinstance(spec, dict) else None
    return yaml.dump({"groups": groups}) if groups else b""


def imported(files: list[Path], root: Path) -> list[Resource]:
    """Return what a project of these very files defines."""
    (root / "alerts").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.obsdash]\nproject = "shop"\n')
    for number, file in enumerate(files):
        shutil.copy(file, root / "alerts" / f"{number}-{file.stem.replace('.', '-')}.yml")
    project = load_project(root, Environment("test"))
    assert not project.errors, [str(error) for error in project.errors]
    return [resource for resource in project.resources if resource.ref.kind == RULE_GROUP]


def shown(place: Place) -> dict[Ref, Spec]:
    """Return the groups as Prometheus shows them."""
    with Client(place.server.url) as client:
        groups = client.get_json("/api/v1/rules")["data"]["groups"]
    names = ((Path(g["file"]).stem.removeprefix(PREFIX), g) for g in groups)
    return {Ref(RULE_GROUP, f"{n}/{g['name']}"): definition(g, INTERVAL) for n, g in names}


def visible(group: Spec) -> Spec:
    """Return a group without what Prometheus does not show, or shows without being told."""
    default = group.get("interval") in ("15s", "0s", "0", 0, "")
    hidden = {"query_offset", *(["interval"] if default else [])}
    return {key: value for key, value in group.items() if key not in hidden}


def test_every_file_that_prometheus_takes_is_in_sync_once_it_is_loaded(corpus: Corpus) -> None:
    """By what the files on disk say where the API says less, and by the API alone."""
    again = corpus.place.plan(*corpus.wanted)
    assert [(str(a.ref), getattr(a, "changes", "")) for a in again.actions] == []
    as_text = 0
    for resource in corpus.wanted:
        if resource.spec["rules"]:
            live = Resource(resource.ref, corpus.loaded[resource.ref])
            wanted = Resource(resource.ref, visible(resource.spec))
            assert not difference(live, wanted).changes, resource.ref
            as_text += yaml.dump(live.spec) != yaml.dump(wanted.spec)
    rules = sum(len(resource.spec["rules"]) for resource in corpus.wanted)
    print(  # noqa: T201
        f"\n{corpus.files} files, {len(corpus.wanted)} groups, {rules} rules: no difference;"
        f" a comparison as text calls {as_text} groups changed"
    )


def test_every_edit_is_one_change(corpus: Corpus) -> None:
    """What is loaded against the edited definition, as it is written."""
    source = random.Random(20)
    groups = [group for group in corpus.wanted if group.spec["rules"]]
    done: Counter[str] = Counter()
    as_text, wrong = 0, []
    while done.total() < EACH * len(EDITORS):
        name, edit = list(EDITORS.items())[done.total() // EACH]
        group = source.choice(groups)
        before = visible(group.spec)
        after = deepcopy(before)
        if not edit(after, source) or after == before:
            continue
        done[name] += 1
        live = corpus.loaded[group.ref]
        changes = difference(Resource(group.ref, live), Resource(group.ref, after)).changes
        as_text += _one_place(live, after)
        if len(changes) != 1:
            wrong.append((name, str(group.ref), [f"{c.subject} {c.text}" for c in changes]))
    total = done.total()
    print(  # noqa: T201
        f"\n{total} edits: {total - len(wrong)} are one change; compared as text, {as_text} are"
        " one place"
    )
    assert wrong == []


def _one_place(before: Spec, after: Spec) -> bool:
    """Whether two definitions differ, as text, in one run of lines."""
    old, new = (yaml.dump(spec).decode().splitlines() for spec in (before, after))
    for _ in range(2):  # the same ends need no search
        while old and new and old[-1] == new[-1]:
            old.pop(), new.pop()
        old, new = old[::-1], new[::-1]
    if max(len(old), len(new)) > 500:
        return False
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(code[0] != "equal" for code in codes) == 1


Edit = Callable[[Spec, random.Random], bool]


def _rule(group: Spec, source: random.Random, kind: str = "") -> Spec | None:
    """Return a rule that no other has the name and the labels of: of twins, nobody can tell."""
    rules = [rule for rule in group["rules"] if not kind or rule.get(kind)]
    known = [_identity(rule) for rule in rules]
    single = [rule for rule, key in zip(rules, known, strict=True) if known.count(key) == 1]
    return source.choice(single) if single else None


def _identity(rule: Spec) -> tuple[Any, ...]:
    return rule.get("alert"), rule.get("record"), str(rule.get("labels"))


def _duration(key: str) -> Edit:
    def edit(group: Spec, source: random.Random) -> bool:
        rule = _rule(group, source, "alert")
        if rule:
            rule[key] = f"{source.randint(61, 999)}s"
        return rule is not None

    return edit


def _text(key: str) -> Edit:
    def edit(group: Spec, source: random.Random) -> bool:
        rule = _rule(group, source, "alert")
        if not rule:
            return False
        texts = rule[key] = dict(rule.get(key) or {})
        name = source.choice([*texts, "added"])
        texts[name] = f"edited {source.random()}"
        return True

    return edit


def _expr(group: Spec, source: random.Random) -> bool:
    rule = _rule(group, source)
    if not rule:
        return False
    before = str(rule["expr"])
    after = source.choice(EXPRESSIONS)(before)
    if parse_error(before) or parse_error(after) or canonical(before) == canonical(after):
        return False
    rule["expr"] = after
    return True


def _order(group: Spec, source: random.Random) -> bool:
    rules = group["rules"]
    if len(rules) < 2 or len({_identity(rule) for rule in rules}) < len(rules):
        return False
    first, second = source.sample(range(len(rules)), 2)
    rules[first], rules[second] = rules[second], rules[first]
    return True


def _group_label(group: Spec, source: random.Random) -> bool:
    group["labels"] = {**(group.get("labels") or {}), "added": f"edited {source.random()}"}
    return True


def _setting(key: str, value: Callable[[random.Random], Any]) -> Edit:
    def edit(group: Spec, source: random.Random) -> bool:
        group[key] = value(source)
        return True

    return edit


EXPRESSIONS: tuple[Callable[[str], str], ...] = (
    lambda e: re.sub(r"\[\d+[smhd]\]", "[7m]", e, count=1),
    lambda e: re.sub(r"(?<=[<>=] )\d+(\.\d+)?", "7.25", e, count=1),
    lambda e: e.replace("{", '{env="prod",', 1),
    lambda e: re.sub(r"\bsum\b", "avg", e, count=1),
    lambda e: re.sub(r"\brate\b", "increase", e, count=1),
    lambda e: e.replace(" > ", " >= ", 1),
    lambda e: f"({e}) * 100",
)
EDITORS: dict[str, Edit] = {
    "expr": _expr,
    "for": _duration("for"),
    "keep_firing_for": _duration("keep_firing_for"),
    "label": _text("labels"),
    "annotation": _text("annotations"),
    "interval": _setting("interval", lambda source: f"{source.randint(61, 999)}s"),
    "limit": _setting("limit", lambda source: source.randint(100, 999)),
    "query_offset": _setting("query_offset", lambda source: f"{source.randint(61, 999)}s"),
    "group label": _group_label,
    "order": _order,
}
