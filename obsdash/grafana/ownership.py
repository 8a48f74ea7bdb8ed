"""How we know our own objects again: a mark that people see, and that a save in Grafana keeps.

dashboard     a tag `obsdash:<project>`
data source   `obsdash` in its jsonData: the project
library panel the last line of its description: `obsdash:<project>/<uid>`
folder        its uid: `obsdash-<project>-<digests>` (a folder has neither tags nor data)
alert rule    the annotation `__obsdash__`: the project

docs/ownership.md says why. Marks are taken off on reading and put on in writing, so that they are
no difference.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from obsdash.resource import Spec

TAG = "obsdash:"
KEY = "obsdash"
ANNOTATION = "__obsdash__"
_PANEL_MARK = re.compile(rf"(?:\A|\n)\s*{TAG}([^\s/]+)/([A-Za-z0-9_-]+)\s*\Z")
_PROJECT_IN_UID = 16  # characters; a folder's uid has 40 at most


def tag(project: str) -> str:
    """Return the tag of a project's dashboards."""
    return f"{TAG}{project}"


def owners(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the projects that own a dashboard with these tags: none, one, or a dispute."""
    return tuple(sorted({text.removeprefix(TAG) for text in tags if _is_mark(text)}))


def tagged(spec: Spec, project: str) -> Spec:
    """Return a dashboard with the mark of the project, and nobody else's."""
    written = spec.get("tags")
    tags = [text for text in written if not _is_mark(text)] if isinstance(written, list) else []
    return {**spec, "tags": [*tags, tag(project)]}


def untagged(spec: Spec, like: Spec) -> Spec:
    """Return a dashboard without marks; an empty list of tags only stays where `like` has tags."""
    tags = spec.get("tags")
    if not isinstance(tags, list) or not any(_is_mark(text) for text in tags):
        return spec
    kept = [text for text in tags if not _is_mark(text)]
    rest = {key: value for key, value in spec.items() if key != "tags"}
    return {**rest, "tags": kept} if kept or "tags" in like else rest


def _is_mark(text: object) -> bool:
    return isinstance(text, str) and text.startswith(TAG)


def panel_owners(description: object, uid: str) -> tuple[str, ...]:
    """Return the project that owns a library panel; the mark of a copy names another uid."""
    found = _PANEL_MARK.search(description) if isinstance(description, str) else None
    return (found[1],) if found and found[2] == uid else ()


def described(panel: Spec, project: str, uid: str) -> str:
    """Return the description of a library panel with the mark of the project."""
    text = _PANEL_MARK.sub("", str(panel.get("description") or ""))
    return f"{text}\n\n{TAG}{project}/{uid}".lstrip()


def undescribed(panel: Spec, like: Spec) -> Spec:
    """Return a library panel without mark; a description that says nothing only stays where `like`
    has one.
    """
    text = _PANEL_MARK.sub("", str(panel.get("description") or ""))
    if text == _PANEL_MARK.sub("", str(like.get("description") or "")):
        text = like.get("description", "")  # which may be a copy of the live one, mark and all
    rest = {key: value for key, value in panel.items() if key != "description"}
    return {**rest, "description": text} if text or "description" in like else rest


def rule_owner(annotations: Mapping[str, str]) -> str:
    """Return the project that a rule's annotations name, "" for none."""
    return annotations.get(ANNOTATION) or ""


def marked_rule(rule: Spec, project: str) -> Spec:
    """Return an alert rule with the mark of the project, and nobody else's."""
    return {**rule, "annotations": {**(rule.get("annotations") or {}), ANNOTATION: project}}


def unmarked_rule(rule: Spec, like: Spec) -> Spec:
    """Return an alert rule without mark; empty annotations only stay where `like` has some."""
    written = rule.get("annotations") or {}
    kept = {name: text for name, text in written.items() if name != ANNOTATION}
    rest = {key: value for key, value in rule.items() if key != "annotations"}
    return {**rest, "annotations": kept} if kept or "annotations" in like else rest


def folder_uid(project: str, path: str) -> str:
    """Return the uid of the folder that a project makes for a path of titles."""
    return f"{_folder_prefix(project)}{_digest(path, 8)}"


def is_own_folder(project: str, uid: str) -> bool:
    """Whether a project made the folder with this uid."""
    return uid.startswith(_folder_prefix(project))


def _folder_prefix(project: str) -> str:
    """Return the start of a project's folder uids; the digest tells long or odd names apart."""
    name = re.sub("[^A-Za-z0-9_-]", "-", project)[:_PROJECT_IN_UID]
    return f"obsdash-{name}-{_digest(project, 6)}"


def _digest(text: str, length: int) -> str:
    return sha256(text.encode()).hexdigest()[:length]
