"""The tree of folders as it stands on the server: paths of titles ↔ uids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from obsdash.grafana.ownership import folder_uid, is_own_folder
from obsdash.grafana.transport import Grafana

DEEPEST = 64  # levels; Grafana allows far fewer


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder on the server; parent: a uid, "" at the root."""

    uid: str
    title: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Folders:
    """All folders; `project` decides which of two equal paths is meant: its own."""

    project: str
    by_uid: Mapping[str, Folder] = field(default_factory=dict)
    uids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by path

    def path(self, uid: str) -> str:
        """Return the titles from the root, joined with "/"; "" for the root and the unknown."""
        titles: list[str] = []
        while (folder := self.by_uid.get(uid)) and len(titles) < DEEPEST:
            titles.insert(0, folder.title)
            uid = folder.parent
        return "/".join(titles)

    def find(self, path: str) -> str:
        """Return the uid of the folder at a path, "" when there is none."""
        found = self.uids.get(path, ())
        own = [uid for uid in found if is_own_folder(self.project, uid)]
        return min([*own] or found, default="")

    def uid(self, path: str) -> str:
        """Return the uid for a path: of the folder there, else of the one we would make."""
        return path and (self.find(path) or folder_uid(self.project, path))

    def planned(self, paths: Iterable[str]) -> "Folders":
        """Return the tree as it will be when we have made the folders at these paths."""
        tree = self
        for path in sorted(paths, key=lambda path: path.count("/")):
            parent, _, title = path.rpartition("/")
            new = Folder(tree.uid(path), title, tree.uid(parent))
            tree = _tree(self.project, {**tree.by_uid, new.uid: new}.values())
        return tree

    def ambiguous(self, path: str) -> bool:
        """Whether several folders of others have this path, and none of ours."""
        found = self.uids.get(path, ())
        return len(found) > 1 and not any(is_own_folder(self.project, uid) for uid in found)


def read_folders(api: Grafana, project: str) -> Folders:
    """Read the whole tree."""
    hits = api.pages("search", type="dash-folder")
    return _tree(project, (Folder(h["uid"], h["title"], h.get("folderUid") or "") for h in hits))


def _tree(project: str, folders: Iterable[Folder]) -> Folders:
    by_uid = {folder.uid: folder for folder in folders}
    plain = Folders(project, by_uid)
    uids: dict[str, tuple[str, ...]] = {}
    for uid in by_uid:
        path = plain.path(uid)
        uids[path] = (*uids.get(path, ()), uid)
    return Folders(project, by_uid, uids)
