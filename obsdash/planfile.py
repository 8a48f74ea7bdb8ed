"""Plans as a file: what was shown can be applied later, exactly, or not at all.

The format is described in docs/plan-format.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, assert_never

import orjson

from obsdash.change import Change
from obsdash.errors import ConfigError
from obsdash.origin import Mark, Origin, parse_origin
from obsdash.plan import (
    Action,
    Blocked,
    Create,
    Delete,
    Edit,
    Kept,
    Plan,
    Save,
    Sides,
    Update,
)
from obsdash.resource import KINDS, Ref, Resource, canonical_json

SCHEMA_VERSION = 1
_AGAIN = "make it again: obsdash diff --out plan.json"


@dataclass(frozen=True, slots=True)
class SavedPlans:
    """The plans of one `diff --out`, and what they were made for."""

    project: str
    environment: str
    plans: tuple[Plan, ...]


def dump_plans(project: str, environment: str, plans: Sequence[Plan]) -> bytes:
    """Encode plans; secrets are in it as references only."""
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "project": project,
        "environment": environment,
        "plans": [_plan(plan, [_action(action) for action in plan.actions]) for plan in plans],
    }
    document["checksum"] = _checksum(document)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def plans_line(project: str, environment: str, plans: Sequence[Plan]) -> Iterator[bytes]:
    """Yield the same in one line, in pieces: no more than an object needs memory at a time."""
    checksum = sha256()
    for piece in _pieces(project, environment, plans):
        checksum.update(piece)
        yield piece
    checksum.update(b"}")
    yield b',"checksum":"%b"}\n' % checksum.hexdigest().encode()


def _pieces(project: str, environment: str, plans: Sequence[Plan]) -> Iterator[bytes]:
    """Yield the canonical JSON that a checksum is of, without its last bracket."""
    yield b'{"environment":%b,"plans":[' % canonical_json(environment)
    for number, plan in enumerate(plans):
        yield b',{"actions":[' if number else b'{"actions":['
        for place, action in enumerate(plan.actions):
            yield (b"," if place else b"") + canonical_json(_action(action))
        yield canonical_json(_plan(plan, [])).removeprefix(b'{"actions":[')
    yield b'],"project":%b,"schemaVersion":%d' % (canonical_json(project), SCHEMA_VERSION)


def load_plans(data: bytes) -> SavedPlans:
    """Decode plans; raises ConfigError for what is none, of another version, or damaged."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ConfigError("the saved plan is no JSON", help=_AGAIN) from None
    if not isinstance(document, dict) or not {"schemaVersion", "checksum", "plans"} <= set(
        document
    ):
        raise ConfigError("the file is no plan that obsdash saved", help=_AGAIN)
    if (version := document["schemaVersion"]) != SCHEMA_VERSION:
        raise ConfigError(
            f"the saved plan has format {version}, this obsdash reads {SCHEMA_VERSION}",
            help="use the obsdash that saved it, or make it again: obsdash diff --out plan.json",
        )
    if document["checksum"] != _checksum(document):
        raise ConfigError("the saved plan was changed since it was saved", help=_AGAIN)
    try:
        return SavedPlans(
            document["project"],
            document["environment"],
            tuple(_read_plan(plan) for plan in document["plans"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConfigError("the saved plan is incomplete", help=_AGAIN) from None


def _checksum(document: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in document.items() if key != "checksum"}
    return sha256(canonical_json(rest)).hexdigest()


def _plan(plan: Plan, actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "target": plan.target,
        "server": plan.server,
        "checksum": plan.checksum,
        "actions": actions,
        "unchanged": [_ref(ref) for ref in plan.unchanged],
        "orphans": [_ref(ref) for ref in plan.orphans],
        "unmanaged": [_ref(ref) for ref in plan.unmanaged],
        "noise": dict(plan.noise),
        "unseen": [_ref(ref) for ref in plan.unseen],
        "kept": [{"desired": _resource(k.desired), "sides": _sides(k.sides)} for k in plan.kept],
        "twoWay": [[_ref(ref), why] for ref, why in plan.two_way.items()],
        "notes": [[_ref(ref), list(notes)] for ref, notes in plan.notes.items()],
    }


def _action(action: Action) -> dict[str, Any]:
    match action:
        case Create(desired=desired):
            return {"action": "create", "desired": _resource(desired)}
        case Update(live=live, desired=desired, changes=changes):
            return {
                "action": "change",
                "live": _resource(live),
                "desired": _resource(desired),
                "changes": [_change(change) for change in changes],
                "noise": dict(action.noise),
                "sides": _sides(action.sides),
                "notes": list(action.notes),
            }
        case Delete(live=live):
            return {"action": "delete", "live": _resource(live)}
        case Blocked(desired=desired, reason=reason):
            sides = _sides(action.sides)
            saved = {"action": "blocked", "desired": _resource(desired), "reason": reason}
            return {**saved, "sides": sides}
        case _:
            assert_never(action)


def _ref(ref: Ref) -> list[str]:
    return [ref.kind, ref.uid]


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "ref": _ref(resource.ref),
        "folder": resource.folder,
        "revision": resource.revision,
        "secrets": dict(resource.secrets),
        "marks": {pointer: _mark(mark) for pointer, mark in resource.marks.items()},
        "spec": resource.spec,
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {"origin": _origin(mark.origin), "empty": mark.empty}


def _origin(origin: Origin | None) -> str | None:
    return str(origin) if origin else None


def _change(change: Change) -> dict[str, Any]:
    return {
        "subject": change.subject,
        "text": change.text,
        "verb": change.verb,
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "origin": _origin(change.origin),
    }


def _sides(sides: Sides | None) -> dict[str, Any] | None:
    if sides is None:
        return None
    return {
        "yours": [_change(change) for change in sides.yours],
        "edits": [_edit(edit) for edit in sides.edits],
        "notes": list(sides.notes),
    }


def _edit(edit: Edit) -> dict[str, Any]:
    save = edit.save
    return {
        "change": _change(edit.change),
        "save": [save.version, save.by, save.at] if save else None,
        "collides": edit.collides,
        "fate": edit.fate,
    }


def _read_plan(plan: Mapping[str, Any]) -> Plan:
    found = Plan(
        target=plan["target"],
        server=plan["server"],
        actions=tuple(_read_action(action) for action in plan["actions"]),
        unchanged=_read_refs(plan["unchanged"]),
        orphans=_read_refs(plan["orphans"]),
        unmanaged=_read_refs(plan["unmanaged"]),
        noise=plan["noise"],
        unseen=_read_refs(plan.get("unseen", ())),
        kept=tuple(
            Kept(_read_resource(kept["desired"]), sides)
            for kept in plan.get("kept", ())
            if (sides := _read_sides(kept))
        ),
        two_way={_read_ref(ref): why for ref, why in plan.get("twoWay", ())},
        notes={_read_ref(ref): tuple(notes) for ref, notes in plan.get("notes", ())},
    )
    if found.checksum != plan["checksum"]:
        raise ValueError("another plan than was saved")
    return found


def _read_action(action: Mapping[str, Any]) -> Action:
    match action["action"]:
        case "create":
            return Create(_read_resource(action["desired"]))
        case "change":
            return Update(
                _read_resource(action["live"]),
                _read_resource(action["desired"]),
                tuple(_read_change(change) for change in action["changes"]),
                action["noise"],
                _read_sides(action),
                tuple(action.get("notes", ())),
            )
        case "delete":
            return Delete(_read_resource(action["live"]))
        case "blocked":
            desired = _read_resource(action["desired"])
            return Blocked(desired, action["reason"], _read_sides(action))
    raise ValueError(action["action"])


def _read_sides(holder: Mapping[str, Any]) -> Sides | None:
    sides = holder.get("sides")
    if sides is None:
        return None
    yours = tuple(_read_change(change) for change in sides["yours"])
    edits = tuple(_read_edit(edit) for edit in sides["edits"])
    return Sides(yours, edits, tuple(sides.get("notes", ())))


def _read_edit(edit: Mapping[str, Any]) -> Edit:
    save = Save(*edit["save"]) if edit["save"] else None
    return Edit(_read_change(edit["change"]), save, edit["collides"], edit["fate"])


def _read_refs(refs: Sequence[Sequence[str]]) -> tuple[Ref, ...]:
    return tuple(_read_ref(ref) for ref in refs)


def _read_ref(ref: Sequence[str]) -> Ref:
    kind, uid = ref
    if kind not in KINDS:
        raise ValueError(kind)
    return Ref(kind, uid)


def _read_resource(resource: Mapping[str, Any]) -> Resource:
    return Resource(
        ref=_read_ref(resource["ref"]),
        spec=resource["spec"],
        folder=resource["folder"],
        marks={
            p: Mark(_read_origin(m["origin"]), m["empty"]) for p, m in resource["marks"].items()
        },
        revision=resource["revision"],
        secrets=resource["secrets"],
    )


def _read_origin(text: str | None) -> Origin | None:
    return parse_origin(text) if text else None


def _read_change(change: Mapping[str, Any]) -> Change:
    return Change(**{**change, "origin": _read_origin(change["origin"])})
