"""Programs of others that check what we write: promtool, amtool."""

import re
import shutil
import subprocess

_VERSION = re.compile(r"version (\d+)\.(\d+)")


def program_for(name: str, version: str) -> str | None:
    """Return a program's path when it knows at least what a server of this version knows."""
    path = shutil.which(name)
    if not path:
        return None
    shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    own = _version(shown.stdout + shown.stderr)
    return path if own >= _version(f"version {version}") else None


def _version(text: str) -> tuple[int, int]:
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
