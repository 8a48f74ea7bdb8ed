"""An exception in a definition file → one sentence with its place."""

import os
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from obsdash.errors import DefinitionError, ObsdashError, Problems
from obsdash.origin import Origin

PACKAGE = str(Path(__file__).parent.parent)
_PACKAGES = {"grafana_foundation_sdk": "obsdash[foundation-sdk]", "yaml": "PyYAML", "attr": "attrs"}


# What a project's file can cause without a line of its own being run.
_USERS = (ObsdashError, SyntaxError, OSError)


def is_project_file(root: Path, name: str) -> bool:
    """Whether a file is the project's own, not one of an installed package that lies inside it."""
    if not name.startswith(f"{root}/") or name.startswith(f"{PACKAGE}/"):
        return False
    inside = os.path.normpath(name[len(str(root)) + 1 :])
    return "site-packages/" not in inside and not inside.startswith(".") and "/." not in inside


def explain(error: BaseException, root: Path, file: str) -> list[ObsdashError]:
    """Return what a user should read of an exception that `file` raised."""
    place = _place(error.__traceback__, root)
    if place is None and not isinstance(error, _USERS):
        raise error  # it comes from no line of the project: a bug of ours
    if place is None and isinstance(error, OSError):
        message = f"it cannot be read: {error.strerror or error}"
        return [DefinitionError(message, origin=Origin(file, 0))]
    place = place or Origin(file, 0)
    if isinstance(error, Problems):
        return [_placed(one, place) for one in error.errors]
    if isinstance(error, ObsdashError):
        return [_placed(error, place)]
    if isinstance(error, SyntaxError):
        return [_syntax(error, root, place)]
    message, remedy = _sentence(error, root)
    return [DefinitionError(message, origin=place, help=remedy)]


def _sentence(error: BaseException, root: Path) -> tuple[str, str]:
    if isinstance(error, SystemExit):
        return f"it calls sys.exit({error.code!r})", "let the file end on its own"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"it imports {error.name}, which is not there", _import_remedy(error.name, root)
    if isinstance(error, ImportError):
        reason = re.sub(r" \(.*\)$", "", str(error))  # without the path
        return f"an import fails: {reason}", ""
    if isinstance(error, RecursionError):
        return "it calls itself without end", ""
    words = "".join(traceback.format_exception_only(error)).strip().splitlines()
    return words[0] if words else type(error).__name__, ""


def _import_remedy(name: str, root: Path) -> str:
    top = name.partition(".")[0]
    if (root / top).exists() or (root / f"{top}.py").exists():
        return "correct the name: the project has no such file"
    return f"pip install {_PACKAGES.get(top, top)!r}, or correct the name"


def _placed(error: ObsdashError, place: Origin) -> ObsdashError:
    if error.origin is None:
        error.origin = place
    return error


def _syntax(error: SyntaxError, root: Path, place: Origin) -> ObsdashError:
    name = error.filename or ""
    if is_project_file(root, name):
        place = Origin(name[len(str(root)) + 1 :], error.lineno or 0)
    if "codec can't decode" in (error.msg or "") or "encoding problem" in (error.msg or ""):
        return DefinitionError("it is not UTF-8 text", origin=place, help="save it as UTF-8")
    return DefinitionError(f"Python cannot read it: {error.msg}", origin=place)


def _place(trace: TracebackType | None, root: Path) -> Origin | None:
    """Return the innermost line of the project."""
    found = None
    for frame, line in _frames(trace):
        if is_project_file(root, frame):
            found = Origin(frame[len(str(root)) + 1 :], line)
    return found


def _frames(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
