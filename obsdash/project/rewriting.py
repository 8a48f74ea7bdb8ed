"""A JSON definition written anew, in the manner in which it is written."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from obsdash.diff.leaves import value_at
from obsdash.disk.whole import Access, access_of, why, write_whole
from obsdash.errors import TargetError
from obsdash.project.jsonplaces import JsonPlaces
from obsdash.resource import Spec

_INDENT = re.compile(r'^[{\[]\r?\n([ \t]+)["{\[]')


def rewrite(root: Path, places: JsonPlaces, change: Callable[[Spec], Spec]) -> None:
    """Replace what a JSON file defines by what `change` makes of it; raises TargetError."""
    file = root / places.name
    try:
        text = file.read_text(encoding="utf-8-sig")
        document = json.loads(text)
        inner = change(value_at(document, places.inside))
        if places.inside:
            document[places.inside.removeprefix("/")] = inner  # a wrapper has one level
        else:
            document = inner
        content = _like(text, document).encode()
        write_whole(file, content, durable=True, access=access_of(file) or Access())
    except OSError as error:
        raise TargetError(f"{file} cannot be written: {why(error)}") from None


def _like(text: str, document: Spec) -> str:
    """Return JSON with the indent, the end, and the escapes of a text."""
    indent = _INDENT.match(text)
    written = json.dumps(
        document, indent=indent[1] if indent else None, ensure_ascii=text.isascii()
    )
    return written + ("\n" if text.endswith("\n") else "")
