"""A service's configuration file as a program of this machine reads it."""

import re
from collections.abc import Mapping

_SERVICE = re.compile(r"(?<![\w.-])([a-z][a-z0-9-]*:\d+)(?!\d)")
_LISTENER = re.compile(r"(?<![\w.])(?:0\.0\.0\.0|\[::\]):(\d+)(?!\d)")
_EVERYWHERE = re.compile(r"(?<![\w.])0\.0\.0\.0(?![\w.:])")


def localised(
    text: str,
    *,
    services: Mapping[str, str],
    listeners: Mapping[int, str],
    paths: Mapping[str, str],
) -> str:
    """Return the text with the addresses and folders that things have here.

    `services` maps SERVICE:PORT to an address, `listeners` a port that the file listens on
    everywhere to an address, `paths` a folder in the container to one here. Other names stay.
    """
    text = _SERVICE.sub(lambda found: services.get(found[1], found[1]), text)
    text = _LISTENER.sub(lambda found: listeners.get(int(found[1]), f"127.0.0.1:{found[1]}"), text)
    text = _EVERYWHERE.sub("127.0.0.1", text)
    for container, here in paths.items():
        text = here.join(_whole(container).split(text))
    return text


def _whole(path: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./:-]){re.escape(path)}(?=[/\s\"',}}]|$)", re.MULTILINE)
