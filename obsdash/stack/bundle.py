"""Find the stack's configuration files and the demo workload."""

from pathlib import Path

import obsdash
from obsdash.errors import ObsdashError

_MARK = Path("prometheus") / "prometheus.yml"


def find_bundle(project: Path) -> Path:
    """Return the folder `stack`: the project's own copy, else the one obsdash came with."""
    package = Path(obsdash.__file__).resolve().parent
    for folder in (project / "stack", package / "_stack", package.parent / "stack"):
        if (folder / _MARK).is_file():
            return folder.resolve()
    raise ObsdashError(
        "the files of the stack are not installed",
        help="copy the folder stack/ of obsdash' repository into the project",
    )
