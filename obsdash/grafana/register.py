"""Which notification objects are whose. Grafana gives them no field that could hold a mark.

So each project has a register: a message template `obsdash-<project>` that nothing calls. A comment
in it lists what the project made. docs/ownership.md says why.
"""

import json
import re
from collections.abc import Collection, Mapping

from obsdash.grafana.site import Site, not_ours
from obsdash.grafana.transport import Json
from obsdash.resource import Ref

API = ("v1", "provisioning")

_PREFIX = "obsdash-"
_HEAD = "Written by obsdash: what project {} made here. Without it nobody knows."
_ENTRY = re.compile(r'^- ([a-z-]+) (".*")$', re.MULTILINE)

Owners = Mapping[Ref, tuple[str, ...]]


def register(site: Site) -> str:
    """Return the name of the project's register."""
    return f"{_PREFIX}{site.project}"


def is_register(template: Json) -> bool:
    """Whether a message template is a project's register."""
    return template["name"].startswith(_PREFIX) and _head(template) in template["template"]


def owners_in(templates: Json) -> Owners:
    """Return the projects that made each object, from the list of templates."""
    found: dict[Ref, tuple[str, ...]] = {}
    for template in templates or ():
        if is_register(template):
            for ref in _entries(template):
                found[ref] = (*found.get(ref, ()), _project(template))
    return found


def obstacle(site: Site, provenance: str, owners: Collection[str]) -> str:
    """Return why an object must not be written, "" when it may.

    provenance: who wrote it last, as Grafana has it; "" for a person, "api" for programs such as
    ours. What a person wrote since is not ours any more.
    """
    if provenance == "file":
        return "Grafana provisions it from a file: change it there, or remove it there first"
    if provenance not in ("", "api"):
        return f"Grafana does not let it be changed: its origin is {provenance!r}"
    return not_ours(site, owners if provenance == "api" else ())


def is_ours(site: Site, provenance: str, owners: Collection[str]) -> bool:
    """Whether the project made an object, and nobody took it over since."""
    return provenance == "api" and site.project in owners


def claim(site: Site, ref: Ref) -> None:
    """Note that the project makes an object; to be called before it is made, and when it is.

    What this run claimed before is noted again where it got lost: before 11.2, another sync at the
    same moment writes the register over.
    """
    site.claimed.add(ref)
    known, version = _own(site)
    if not site.claimed <= known:
        _write(site, known | site.claimed, version)


def release(site: Site, ref: Ref) -> None:
    """Note that an object is no longer the project's."""
    site.claimed.discard(ref)
    known, version = _own(site)
    if known == {ref}:
        site.api.delete(*API, "templates", register(site))
    elif ref in known:
        _write(site, known - {ref}, version)


def _own(site: Site) -> tuple[set[Ref], str]:
    """Return what the register names, and its version, which Grafana has since 11.2."""
    templates = site.api.get(*API, "templates") or ()
    refs = {ref for ref, projects in owners_in(templates).items() if site.project in projects}
    versions = [one.get("version") for one in templates if one["name"] == register(site)]
    return refs, "".join(filter(None, versions))


def _write(site: Site, refs: Collection[Ref], version: str) -> None:
    name = register(site)
    lines = [f"- {ref.kind} {_quoted(ref.uid)}" for ref in sorted(refs)]
    comment = "\n".join([_HEAD.format(site.project), *lines])
    text = f'{{{{ define "{name}" }}}}{{{{/*\n{comment}\n*/}}}}{{{{ end }}}}'
    based = {"version": version} if version else {}
    site.api.put(*API, "templates", name, body={"template": text, **based})


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False).replace("/", r"\/")  # no name ends the comment


def _entries(template: Json) -> list[Ref]:
    return [Ref(kind, json.loads(name)) for kind, name in _ENTRY.findall(template["template"])]


def _project(template: Json) -> str:
    return str(template["name"]).removeprefix(_PREFIX)


def _head(template: Json) -> str:
    return _HEAD.format(_project(template))
