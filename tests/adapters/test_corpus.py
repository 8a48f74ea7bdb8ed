"""Dashboards and rules that others wrote, as definitions: nothing crashes, nothing is repaired."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from obsdash.adapters.modernise.parts import Board
from obsdash.errors import DefinitionError
from obsdash.project import load_project
from obsdash.resource import DASHBOARD, Environment, Resource

CORPUS = Path(__file__).parents[3] / "shared/corpus"
DASHBOARDS = sorted((CORPUS / "dashboards").rglob("*.json"))
REPOSITORIES = sorted({path.relative_to(CORPUS).parts[1] for path in DASHBOARDS})
RULES = sorted(path.name for path in (CORPUS / "rules").glob("*"))

pytestmark = pytest.mark.skipif(not DASHBOARDS, reason="the corpus is not here")


def classic(path: Path) -> dict[str, Any] | None:
    """Return a corpus file as a classic dashboard, its uid made fit; None for anything else."""
    try:
        document = json.loads(path.read_bytes())
    except ValueError:
        return None
    if isinstance(document, dict) and isinstance(document.get("dashboard"), dict):
        document = document["dashboard"]
    if not isinstance(document, dict) or "apiVersion" in document or "elements" in document:
        return None
    for key in ("__inputs", "__requires", "__elements", "id", "version"):
        document.pop(key, None)
    document["uid"] = re.sub(r"\W", "-", str(document.get("uid") or "none"), flags=re.ASCII)[:40]
    document["title"] = document.get("title") or "none"
    return document


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_every_dashboard_is_a_definition_or_a_sentence(repository: str, tmp_path: Path) -> None:
    """As the files are: many have no uid, inputs or two panels with one id, which are errors."""
    (tmp_path / "dashboards").symlink_to(CORPUS / "dashboards" / repository)
    project = load_project(tmp_path, Environment("test"))
    assert all(isinstance(error, DefinitionError) for error in project.errors)
    for error in project.errors:
        assert error.origin, error.message
    for resource in project.resources:
        assert resource.origin
        assert len(resource.marks) >= 1


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_dashboards_pass_unchanged_but_for_ids_ref_ids_and_places(
    repository: str, tmp_path: Path
) -> None:
    given = {}
    (tmp_path / "dashboards").mkdir()
    for number, path in enumerate((CORPUS / "dashboards" / repository).rglob("*.json")):
        if document := classic(path):
            document["uid"] = f"{number}-{document['uid']}"[:40]
            given[document["uid"]] = document
            (tmp_path / f"dashboards/{number}.json").write_text(json.dumps(document))
    project = load_project(tmp_path, Environment("test"))
    refused = [e for e in project.errors if "of another" not in e.message]
    assert not [e.message for e in refused if "it holds neither" not in e.message] or not given
    found = {r.ref.uid: r for r in project.resources if r.ref.kind == DASHBOARD}
    for uid, resource in found.items():
        assert without_repairs(resource, given[uid]) == given[uid]


def without_repairs(resource: Resource, given: dict[str, Any]) -> dict[str, Any]:
    """Take out of a dashboard what three rules may have added, where it was missing."""
    spec = copy.deepcopy(resource.spec)
    mine, theirs = Board(spec), Board(given)
    assert len(mine.panels) == len(theirs.panels)
    for repaired, original in zip(mine.panels, theirs.panels, strict=True):
        valid = isinstance(original.get("id"), int) and original["id"] > 0
        restore(repaired, original, "id", allowed=not valid)
        restore(repaired, original, "gridPos", allowed=True)
    for repaired, original in zip(mine.queries, theirs.queries, strict=True):
        restore(repaired, original, "refId", allowed=not original.get("refId"))
    return spec


def restore(repaired: dict[str, Any], original: dict[str, Any], key: str, *, allowed: bool) -> None:
    if key == "gridPos" and original.get(key):
        allowed = {"x", "y", "w", "h"} - original[key].keys() != set()
    if not allowed:
        return
    if key in original:
        repaired[key] = original[key]
    else:
        repaired.pop(key, None)


@pytest.mark.parametrize("repository", RULES)
def test_every_rule_file_is_a_definition_or_a_sentence(repository: str, tmp_path: Path) -> None:
    (tmp_path / "alerts").symlink_to(CORPUS / "rules" / repository)
    project = load_project(tmp_path, Environment("test"))
    for error in project.errors:
        assert isinstance(error, DefinitionError)
        assert error.origin
    assert all(str(r.origin_of("/rules/0")).startswith("alerts/") for r in project.resources)
