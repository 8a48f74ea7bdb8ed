"""The Alertmanager of a tenant of Mimir or Cortex, as a target."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from obsdash.alertmanager.files import decode, encode, whose
from obsdash.alertmanager.reading import compared
from obsdash.alertmanager.target import REF, odd
from obsdash.delivery.inlined import TEMPLATE_FILES, inlined, revealed
from obsdash.diff.leaves import same
from obsdash.diff.routing.integrations import SECRET
from obsdash.diff.routing.withheld import withheld
from obsdash.disk.whole import why
from obsdash.errors import ConfigError, TargetError
from obsdash.http import Auth, Client, Tls, masked
from obsdash.plan import Action, Create, Snapshot, Update
from obsdash.resource import ALERTMANAGER, Resource, Spec
from obsdash.target import Applied, Failed, Outcome, of_kinds

_PATH = "/api/v1/alerts"
_TENANT = "X-Scope-OrgID"
_CONFIG = "alertmanager_config"
_NONE = b"alertmanager storage object not found"  # what a tenant without a configuration gets


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a tenant has: the text of its configuration, None when there is none, its templates."""

    content: bytes | None = field(repr=False)
    templates: Mapping[str, str]


class MimirAlertmanagerTarget:
    """The Alertmanager of one tenant. The configuration is ours when its first line says so.

    Mimir loads what is stored within seconds, by itself. Secrets are sent along: it reads no files.
    """

    def __init__(
        self,
        url: str,
        *,
        project: str,
        secrets: Callable[[str], str],
        tenant: str = "",
        templates: Path | None = None,
        adopt: bool = False,
        auth: Auth | None = None,
        tls: Tls | None = None,
    ) -> None:
        """Contact nobody yet. secrets: reveals a reference. templates: the folder of *.tmpl."""
        headers = {"Accept": "*/*"} | ({_TENANT: tenant} if tenant else {})
        self._name = " ".join(
            filter(None, ("alertmanager", masked(url), tenant and f"tenant {tenant}"))
        )
        self._client = Client(url, auth=auth, tls=tls, headers=headers, product="Mimir")
        self._project, self._secrets, self._templates = project, secrets, templates
        self._adopt = adopt

    @property
    def name(self) -> str:
        """Return `alertmanager http://mimir:9009 tenant shop`."""
        return self._name

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return the routing, its secrets and templates in it; raises TargetError."""
        templates = _read(self._templates) if self._templates else {}
        return tuple(inlined(one, templates) for one in of_kinds(resources, (ALERTMANAGER,)))

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        """Return what is stored; raises TargetError when it cannot be read."""
        with self._client:
            stored = self._stored()
        there = () if stored.content is None else wanted
        return Snapshot(
            live={one.ref: self._live(one, stored) for one in there},
            unmanaged=(REF,) if others and not wanted and stored.content is not None else (),
            blocked={
                one.ref: reason
                for one in wanted
                if (reason := self._blocked(stored.content) or _odd(one))
            },
            server="Mimir",
        )

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Store the configuration; what Mimir refuses changes nothing."""
        for action in actions:
            if isinstance(action, Create | Update):
                yield self._applied(action)

    def _applied(self, action: Create | Update) -> Outcome:
        values: dict[str, str] = {}
        try:
            values = self._values(action.desired)
            with self._client:
                self._store(action.desired.spec, values)
        except (TargetError, ConfigError) as error:
            return Failed(action.ref, _without(values, error.message), error.help)
        return Applied(action.ref, "created" if isinstance(action, Create) else "updated")

    def _store(self, spec: Spec, values: Mapping[str, str]) -> None:
        old = self._stored()
        content = encode(revealed(spec, values), self._project)
        new = _Stored(content, spec.get(TEMPLATE_FILES, old.templates))
        try:
            self._put(new)
        except TargetError as error:
            reason = f"{error.message}; {self._state_after(old, new)}"
            raise TargetError(reason, help=error.help) from error
        if self._stored() != new:
            raise TargetError(f"{self._client.url} does not show what it was sent")

    def _put(self, new: _Stored) -> None:
        document = {
            TEMPLATE_FILES: dict(new.templates),
            _CONFIG: (new.content or b"").decode(),
        }
        answer = self._client.request("POST", _PATH, json=document)
        if answer.status != 201:
            raise self._client.explain(answer)

    def _state_after(self, old: _Stored, new: _Stored) -> str:
        """Say what is stored after a write that failed; put back what was before."""
        try:
            now = self._stored()
            if now == old:
                return "the old configuration stays"
            if now == new and old.content is not None:
                self._put(old)
                return "the old configuration is back"
        except TargetError as error:
            return f"what is stored now is not known: {error.message}"
        return (
            "somebody else's configuration is stored" if now != new else "it is stored all the same"
        )

    def _stored(self) -> _Stored:
        answer = self._client.request("GET", _PATH)
        if answer.status == 404 and _NONE in answer.body:
            return _Stored(None, {})
        if answer.status in (404, 410):
            raise self._no_such_api()
        if answer.status != 200:
            raise self._client.explain(answer)
        try:
            found = decode(answer.body)
            content, templates = found[_CONFIG], found.get(TEMPLATE_FILES) or {}
            return _Stored(content.encode(), {name: str(text) for name, text in templates.items()})
        except (KeyError, AttributeError, ValueError) as error:
            raise self._no_such_api() from error

    def _no_such_api(self) -> TargetError:
        return TargetError(
            f"{self._client.url}{_PATH} is not the configuration of a tenant's Alertmanager",
            help="is url the base URL of a Mimir or Cortex, its Alertmanager enabled?"
            " An Alertmanager by itself needs config, the path of its file",
        )

    def _live(self, wanted: Resource, stored: _Stored) -> Resource:
        """Return what is stored, without secrets; those that are the wanted ones are known."""
        values = self._known(wanted)
        needed = revealed(wanted.spec, values)
        try:
            found = decode(stored.content or b"{}")
        except ValueError:
            return Resource(wanted.ref, {"odd": "it is no YAML that can be read"})
        spec = revealed(wanted.spec, {}) if same(found, needed) else compared(found, needed)
        if TEMPLATE_FILES in wanted.spec:
            spec = {**spec, TEMPLATE_FILES: dict(stored.templates)}
        there = withheld(found)
        known = {p: wanted.secrets[p] for p, value in values.items() if there.get(p) == value}
        return Resource(wanted.ref, spec, secrets=known)

    def _known(self, wanted: Resource) -> dict[str, str]:
        """Return the secrets that can be revealed here; the others cannot be compared."""
        found = {}
        for place, reference in wanted.secrets.items():
            with suppress(ConfigError):
                found[place] = self._secrets(reference)
        return found

    def _values(self, wanted: Resource) -> dict[str, str]:
        return {place: self._secrets(reference) for place, reference in wanted.secrets.items()}

    def _blocked(self, content: bytes | None) -> str:
        """Return why the configuration may not be written, "" when it may."""
        project = whose(content)
        if content is None or project == self._project:
            return ""
        if project:
            return f"the configuration of {self._name} belongs to project {project}"
        if self._adopt:
            return ""
        return f"obsdash did not write the configuration of {self._name}; --adopt takes it over"


def _odd(wanted: Resource) -> str:
    """Return why a configuration cannot be what is meant, "" when it can."""
    known = dict.fromkeys(wanted.secrets, "known")
    return odd(revealed(wanted.spec, known))


def _read(folder: Path) -> dict[str, str]:
    try:
        return {file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.tmpl"))}
    except OSError as error:
        raise TargetError(f"templates: {error.filename}: {why(error)}") from error


def _without(values: Mapping[str, str], message: str) -> str:
    for secret in sorted(values.values(), key=len, reverse=True):
        message = message.replace(secret, SECRET)
    return message
