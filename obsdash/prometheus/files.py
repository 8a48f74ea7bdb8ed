"""Our rule files on disk: those whose names begin with our prefix."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from obsdash.disk import kept
from obsdash.disk.rules import decode_groups
from obsdash.disk.whole import SUFFIX, why
from obsdash.errors import TargetError
from obsdash.resource import RULE_GROUP, Ref, Spec

ENDING = ".yml"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file as it is; of a damaged one nobody knows the groups."""

    content: bytes
    groups: Mapping[str, Spec]
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """The folder of rule files; a file is `<prefix><namespace>.yml`."""

    path: Path
    prefix: str

    def file(self, namespace: str) -> Path:
        """Return the path of a namespace's file."""
        return self.path / f"{self.prefix}{namespace}{ENDING}"

    def namespace(self, file_name: str) -> str | None:
        """Return the namespace of a file of ours, None for others'."""
        if file_name.startswith(self.prefix) and file_name.endswith(ENDING):
            return file_name[len(self.prefix) : -len(ENDING)]
        return None

    def read(self) -> dict[str, RuleFile]:
        """Return our files by namespace; raises TargetError when the folder cannot be read."""
        try:
            names = sorted(entry.name for entry in self.path.iterdir())
            spaces = [space for name in names if (space := self.namespace(name)) is not None]
            return {space: _rule_file(self.file(space).read_bytes()) for space in spaces}
        except FileNotFoundError as error:
            if self.path.is_dir():
                raise TargetError(f"{error.filename} is a link to nothing") from error
            raise TargetError(
                f"rules = {str(self.path)!r}: there is no such folder",
                help="make it, and name its *.yml in rule_files of Prometheus' configuration",
            ) from error
        except OSError as error:
            raise TargetError(f"{error.filename} cannot be read: {why(error)}") from error

    def kept(self) -> list[Path]:
        """Return the files of which a run that was killed left what they were before."""
        left = sorted(self.path.glob(f"{self.prefix}*{ENDING}{kept.SUFFIX}"))
        return [path.with_name(path.name.removesuffix(kept.SUFFIX)) for path in left]

    def sweep(self) -> None:
        """Remove what a writer that was killed left behind."""
        for left in self.path.glob(f"{self.prefix}*{SUFFIX}"):
            left.unlink(missing_ok=True)


def namespace_of(ref: Ref) -> str:
    """Return the namespace of a rule group; only a group's own name may hold a slash."""
    return ref.uid.partition("/")[0]


def group_ref(namespace: str, group: str) -> Ref:
    """Return the identity of a group in a namespace."""
    return Ref(RULE_GROUP, f"{namespace}/{group}")


def _rule_file(content: bytes) -> RuleFile:
    try:
        return RuleFile(content, {group["name"]: group for group in decode_groups(content)})
    except ValueError:
        return RuleFile(content, {}, damaged=True)
