"""A JSON definition written anew, in the manner in which it is written."""

import json
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

from obsdash.diff.leaves import value_at
from obsdash.disk.whole import Access, access_of, why, write_whole
from obsdash.errors import TargetError
from obsdash.project.jsonplaces import JsonPlaces
from obsdash.project.jsontext import rewritten
from obsdash.resource import Spec


def rewrite(root: Path, places: JsonPlaces, change: Callable[[Spec], Spec]) -> None:
    """Replace what a JSON file defines by what `change` makes of it; raises TargetError."""
    file = root / places.name
    try:
        content = file.read_bytes()
        start = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
        text = content.removeprefix(start).decode()
        document = json.loads(text)
        inner = change(value_at(document, places.inside))
        if places.inside:
            document[places.inside.removeprefix("/")] = inner  # a wrapper has one level
        else:
            document = inner
        content = start + rewritten(text, document).encode()
        write_whole(file, content, durable=True, access=access_of(file) or Access())
    except OSError as error:
        raise TargetError(f"{file} cannot be written: {why(error)}") from None
