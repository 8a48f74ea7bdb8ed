"""Say in one sentence what Compose says in many, and what to do."""

import re
from collections.abc import Sequence

from obsdash.errors import ObsdashError

_UNPULLED = re.compile(
    r"failed to resolve reference|pull access denied|manifest (?:for .* not found|unknown)"
    r"|toomanyrequests|error pulling image|failed to copy|Get \"https://[^\"]*/v2/"
    r"|failed to (?:do request|authorize)|registry",
    re.IGNORECASE,
)
_TAKEN = re.compile(r"port is already allocated|address already in use")
_NOISE = re.compile(r"^\s*(?:#|Container |Network |Volume |time=|$)")


def explained(lines: Sequence[str]) -> ObsdashError:
    """Return the error that Compose's lines mean; its own last words where it is none we know."""
    said = [line.strip() for line in lines if not _NOISE.match(line)]
    for line in reversed(said):
        if _UNPULLED.search(line):
            return ObsdashError(
                f"an image cannot be pulled: {line}",
                help="check the network and the tags in versions.env; or use --runtime native",
            )
        if _TAKEN.search(line):
            return ObsdashError(f"a port is taken: {line}", help="ss -ltnp shows who listens on it")
        if "Cannot connect to the Docker daemon" in line:
            return ObsdashError(
                "Docker's engine does not answer", help="start it: systemctl start docker"
            )
    words = said[-1] if said else "it said nothing"
    return ObsdashError(
        f"Docker Compose failed: {words}",
        help="obsdash stack status and obsdash stack logs say more",
    )
