"""Drafts of all files → the resources of the project."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from obsdash.adapters.draft import Draft, Style
from obsdash.adapters.modernise import modernise, resolve
from obsdash.adapters.modernise.parts import Board, panels_with_pointers
from obsdash.adapters.modernise.sources import Sources
from obsdash.delivery import librarypanels
from obsdash.errors import DefinitionError, ObsdashError
from obsdash.origin import Mark, Origin, split_marks
from obsdash.project.files import DefinitionFile
from obsdash.resource import (
    DASHBOARD,
    DATASOURCE,
    FOLDER,
    LIBRARY_PANEL,
    LOKI_RULE_GROUP,
    RULE_GROUP,
    Ref,
    Resource,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A draft with its marks taken out, and what its file says for it.

    board: the dashboard that it is, repaired as far as it goes without the others.
    """

    draft: Draft
    board: Board | None
    marks: Mapping[str, Mark]
    folder: str
    namespace: str


def prepare(draft: Draft, file: DefinitionFile, off: frozenset[str]) -> Found:
    """Repair a draft as far as it goes without the others, while it is fresh in the caches."""
    board = _board(draft)
    if board:
        modernise(board, draft.style, off)
    marks = draft.marks
    if not draft.clean:
        marks = {"": Mark(draft.origin), **marks, **split_marks(draft.spec)[1]}
    if board and not board.has_ids_once():
        _refuse_equal_ids(draft, marks)
    return Found(draft, board, marks, file.folder, file.namespace)


def _board(draft: Draft) -> Board | None:
    """Return what is to be repaired: of a library panel, a dashboard of one panel."""
    if draft.style is Style.FINAL:
        return None
    if draft.ref.kind == LIBRARY_PANEL:
        return Board({"panels": [draft.spec["model"]]})
    return Board(draft.spec)


def _refuse_equal_ids(draft: Draft, marks: Mapping[str, Mark]) -> None:
    """Refuse panels with one id: Grafana would show, link and alert on either."""
    first: dict[int, str] = {}
    for pointer, panel in panels_with_pointers(draft.spec):
        number = panel.get("id")
        other = first.setdefault(number, pointer) if isinstance(number, int) else pointer
        if other != pointer:
            places = [marks[p].origin for p in (other, pointer) if p in marks]
            where = f", first in {places[0]}" if len(places) > 1 else ""
            raise DefinitionError(
                f'{draft.ref}: panel "{panel.get("title")}" has the id {number} of another{where}',
                origin=places[-1] if places else draft.origin,
                help="give it another id, or none: it then gets one from its title",
            )


def assemble(
    found: list[Found], off: frozenset[str]
) -> tuple[tuple[Resource, ...], list[ObsdashError]]:
    """Return the resources by ref, and what is wrong between them."""
    errors: list[ObsdashError] = []
    sources = Sources.of(one.draft for one in found)
    resources: dict[Ref, Resource] = {}
    for one in found:
        if one.board:
            resolve(one.board, one.draft.style, off, sources)
        resource = _resource(one)
        first = resources.setdefault(resource.ref, resource)
        if first is not resource and not _is_shared(resource, first):
            errors.append(_twice(resource, first))
    errors += _defaults(resources.values())
    for folder in _folders(resources.values()):
        resources.setdefault(folder.ref, folder)
    return tuple(resources[ref] for ref in sorted(resources)), errors


def _resource(one: Found) -> Resource:
    draft = one.draft
    in_folders = draft.ref.kind in (DASHBOARD, LIBRARY_PANEL)
    folder = one.folder if draft.folder is None and in_folders else draft.folder
    spec = draft.spec
    if draft.ref.kind == LIBRARY_PANEL:
        spec = {**spec, "model": librarypanels.model(spec["model"])}
    return Resource(_ref(one), spec, folder or "", one.marks, secrets=draft.secrets)


def _ref(one: Found) -> Ref:
    ref = one.draft.ref
    if ref.kind in (RULE_GROUP, LOKI_RULE_GROUP) and "/" not in ref.uid:
        return Ref(ref.kind, f"{one.namespace}/{ref.uid}")
    return ref


def _is_shared(second: Resource, first: Resource) -> bool:
    """Whether it is one library panel, which each dashboard that shows it brings along."""
    return second.ref.kind == LIBRARY_PANEL and second == first


def _twice(second: Resource, first: Resource) -> DefinitionError:
    return DefinitionError(
        f"{second.ref} is defined twice, first in {first.origin}",
        origin=second.origin,
        help="give one of them another uid" if "/" not in second.ref.uid else "rename one of them",
    )


def _defaults(resources: Iterable[Resource]) -> list[ObsdashError]:
    """Refuse a second default data source: the last one would win, by chance."""
    default = [r for r in resources if r.ref.kind == DATASOURCE and r.spec.get("isDefault") is True]
    return [
        DefinitionError(
            f"{other.ref} is a second default data source, the first is {default[0].ref}"
            f" in {default[0].origin}",
            origin=other.origin,
            help="set isDefault on one of them only",
        )
        for other in default[1:]
    ]


def _folders(resources: Iterable[Resource]) -> list[Resource]:
    """Return a resource for every folder in use and those around it."""
    origins: dict[str, Origin | None] = {}
    for resource in sorted(resources, key=lambda one: one.ref):
        parts = resource.folder.split("/") if resource.folder else []
        for depth in range(1, len(parts) + 1):
            origins.setdefault("/".join(parts[:depth]), resource.origin)
    return [_folder(path, origin) for path, origin in origins.items()]


def _folder(path: str, origin: Origin | None) -> Resource:
    around, _, title = path.rpartition("/")
    return Resource(Ref(FOLDER, path), {"title": title}, around, {"": Mark(origin)})
