"""Previews of notifications, as text and JSON."""

from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import Any

from obsdash.preview import Preview
from obsdash.render.escape import printable


def preview_text(found: Iterable[Preview]) -> str:
    """Return what each channel would be sent, field by field."""
    return "\n\n".join("\n".join(_lines(one)) for one in found)


def _lines(one: Preview) -> Iterator[str]:
    yield printable(f"{one.receiver} · {one.channel}")
    if not one.texts and not one.errors:
        yield "  Alertmanager's own text"
    for field, text in one.texts.items():
        shown = "\n".join(printable(line) for line in text.splitlines())
        yield f"  {field}: {shown}" if "\n" not in text else f"  {field}:\n{indent(shown, '    ')}"
    for field, error in one.errors.items():
        yield printable(f"  {field}: cannot be rendered: {error}")


def preview_json(found: Iterable[Preview]) -> list[dict[str, Any]]:
    """Return the previews as a document."""
    return [
        {
            "receiver": one.receiver,
            "channel": one.channel,
            "texts": dict(one.texts),
            "errors": dict(one.errors),
        }
        for one in found
    ]
