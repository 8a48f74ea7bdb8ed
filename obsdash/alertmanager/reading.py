"""What is live: what is loaded, told from the file where that is the file that is loaded."""

from collections.abc import Iterator, Mapping, Sequence
from os.path import normpath
from pathlib import Path
from typing import Any

from obsdash.alertmanager.files import ConfigFile, Found, config_hash, decode
from obsdash.alertmanager.server import Loaded
from obsdash.diff.leaves import same
from obsdash.diff.ondisk import ON_DISK, SECRETS
from obsdash.diff.routing.integrations import SECRET
from obsdash.diff.routing.withheld import withheld, without_secrets
from obsdash.resource import Spec


def live_spec(file: ConfigFile, found: Found, loaded: Sequence[Loaded], wanted: Spec) -> Spec:
    """Return the configuration that is loaded, without the secrets in it.

    loaded: by the Alertmanager and by its replicas, of which those that differ are noted.
    """
    main, *replicas = loaded
    spec = _live_spec(file, found, main, wanted)
    late = [one.url for one in replicas if one.state.hash != main.state.hash]
    if late and ON_DISK not in spec:
        return {**spec, ON_DISK: f"is not what {' and '.join(late)} has loaded"}
    return spec


def _live_spec(file: ConfigFile, found: Found, loaded: Loaded, wanted: Spec) -> Spec:
    """Return the configuration that one Alertmanager has loaded.

    The file says more than the server shows: what was written, and whether secrets are the wanted
    ones. So it is the file that counts when it is the one that is loaded. When it is not, that is
    noted, and what counts is what the server shows.
    """
    content, ours = found.content, file.encode(wanted)
    if content is None:
        return _as_shown(file, loaded, wanted, "is absent")
    if config_hash(content) != loaded.state.hash:
        state = "is not loaded" if content == ours else "differs from what is loaded"
        return _as_shown(file, loaded, wanted, state)
    if content == ours:
        return wanted
    try:
        return compared(decode(content), wanted)
    except ValueError:
        return _as_shown(file, loaded, wanted, "is YAML that only Alertmanager can read")


def _as_shown(file: ConfigFile, loaded: Loaded, wanted: Spec, state: str) -> Spec:
    known = {normpath(text): text for text in _texts(wanted)}
    config: Spec = _relative(loaded.config, file.path.parent, known)
    return {**without_secrets(config), ON_DISK: state}  # older ones show addresses of webhooks


def compared(spec: Spec, wanted: Spec) -> Spec:
    """Return a configuration without its secrets, naming those that are not the wanted ones."""
    if same(spec, wanted):
        return wanted
    found, needed = withheld(spec), withheld(wanted)
    both = [place for place in found.keys() & needed.keys() if needed[place] != SECRET]
    differing = [place for place in both if found[place] != needed[place]]
    shown = without_secrets(spec)
    return {**shown, SECRETS: ", ".join(sorted(differing))} if differing else shown


def _relative(value: Any, folder: Path, known: Mapping[str, str]) -> Any:
    """Write paths as they are wanted: an Alertmanager shows those of templates from the root on."""
    if isinstance(value, dict):
        return {key: _relative(inner, folder, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_relative(inner, folder, known) for inner in value]
    short = value.removeprefix(f"{folder}/") if isinstance(value, str) else value
    return known.get(short, value) if short is not value else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _texts(one)
