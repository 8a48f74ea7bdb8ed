"""The rules of a ruler, as a target."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from obsdash.diff import difference
from obsdash.errors import TargetError
from obsdash.health import Health, active, judged
from obsdash.http import Auth, Client, Tls, masked
from obsdash.plan import Action, Create, Delete, Snapshot, Update
from obsdash.resource import Ref, Resource
from obsdash.ruler.checks import problem
from obsdash.ruler.dialects import Dialect
from obsdash.ruler.groups import delivered, is_loaded, stored
from obsdash.ruler.server import Server
from obsdash.target import Applied, Failed, Outcome, of_kinds

LOAD_LIMIT = 75.0  # seconds; Loki and Cortex look for new rules once a minute, Mimir sooner
_TENANT = "X-Scope-OrgID"
_DATASOURCE = "X-Grafana-Alerting-Datasource-UID"


class RulerTarget:
    """Rule groups of a Mimir, Cortex or Loki, or of a Grafana that converts them to its own.

    Namespaces that begin with our prefix are ours, all others are left alone.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        flavour: str = "",
        tenant: str = "",
        datasource: str = "",
        auth: Auth | None = None,
        tls: Tls | None = None,
        wait: float = LOAD_LIMIT,
    ) -> None:
        """Contact nobody yet; raises TargetError for an address that is none.

        flavour: mimir, cortex, loki, grafana; found out when empty. datasource: the uid of the data
        source that Grafana runs the rules on. wait: seconds that new rules may take to be loaded.
        """
        headers = {"Accept": "*/*"}  # asked for JSON, Grafana answers like any other of its APIs
        headers |= {_TENANT: tenant} if tenant else {}
        headers |= {_DATASOURCE: datasource} if datasource else {}
        self._name = " ".join(filter(None, ("ruler", masked(url), tenant and f"tenant {tenant}")))
        self._prefix = prefix
        self._wait = wait
        client = Client(url, auth=auth, tls=tls, headers=headers, product="ruler")
        self._server = Server(client, flavour)

    @property
    def name(self) -> str:
        """Return `ruler http://mimir:9009/prometheus tenant shop`."""
        return self._name

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return what of the resources belongs here; raises TargetError when nobody answers."""
        return of_kinds(resources, (self._server.dialect.kind,))

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        """Return what is stored; raises TargetError when it cannot be read."""
        try:
            dialect, found = self._server.dialect, self._server.stored()
            version, shown = self._server.version(), self._server.loaded_or_none()
        finally:
            self._server.close()
        specs = {resource.ref: resource.spec for resource in wanted}
        live, foreign = {}, []
        for namespace, groups in found.items():
            ours = namespace.startswith(self._prefix)
            for group in groups:
                ref = _ref(dialect, namespace.removeprefix(self._prefix), group["name"])
                if ours:
                    spec = stored(dialect, group, specs.get(ref))
                    alerts = active(shown.get((namespace, group["name"]), {}))
                    live[ref] = Resource(ref, spec, alerts=alerts)
                else:
                    foreign.append(Ref(dialect.kind, f"{namespace}/{group['name']}"))
        return Snapshot(
            live=live,
            unmanaged=tuple(sorted(foreign)) if others else (),
            blocked=_blocked(dialect, wanted, live),
            server=version,
        )

    def health(self, wanted: Collection[Resource]) -> Health:
        """Return how the rules are; raises TargetError."""
        groups = {resource.ref: resource for resource in wanted}
        try:
            return judged(groups, self._shown(groups))
        finally:
            self._server.close()

    def _shown(self, refs: Collection[Ref]) -> dict[Ref, Mapping[str, Any]]:
        """Return what the state API says of some groups."""
        shown = self._server.loaded()
        return {ref: shown[key] for ref in refs if (key := self._key(ref)) in shown}

    def _key(self, ref: Ref) -> tuple[str, str]:
        name, _, group = ref.uid.partition("/")
        return self._prefix + name, group

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Store each group that changes, then wait until they are what is evaluated."""
        try:
            yield from self._apply(actions)
        finally:
            self._server.close()

    def _apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        written: list[Create | Update] = []
        for action in actions:
            try:
                self._carry_out(action)
            except TargetError as error:
                yield Failed(action.ref, error.message, error.help)
                continue
            if isinstance(action, Create | Update):
                written.append(action)
            else:
                yield Applied(action.ref, "deleted")
        yield from self._seen_loaded(written)

    def _carry_out(self, action: Action) -> None:
        """Write one group and read it back; raises TargetError."""
        namespace, group = self._key(action.ref)
        if isinstance(action, Delete):
            self._server.remove(namespace, group)
        elif isinstance(action, Create | Update):
            desired = action.desired
            self._server.put(namespace, delivered(self._server.dialect, namespace, desired.spec))
            self._check_kept(namespace, desired)

    def _check_kept(self, namespace: str, desired: Resource) -> None:
        """Raise TargetError when not all of a group was stored: older servers drop newer keys."""
        dialect, name = self._server.dialect, desired.spec["name"]
        groups = self._server.stored_in(namespace)
        found = next((group for group in groups if group["name"] == name), None)
        if found is None:
            raise TargetError(f"{dialect.product} accepted the group and does not have it")
        kept = Resource(desired.ref, stored(dialect, found, desired.spec))
        if changes := difference(kept, desired).changes:
            words = "; ".join(f"{c.subject} {c.text}".strip() for c in changes[:2])
            raise TargetError(
                f"{dialect.product} stored the group without all of it: {words}",
                help="this version does not know it: leave it out, or upgrade the server",
            )

    def _seen_loaded(self, written: Sequence[Create | Update]) -> Iterator[Outcome]:
        """Yield an outcome for each group that was stored, as soon as it is evaluated."""
        dialect, end = self._server.dialect, time.monotonic() + self._wait
        waiting, pause = list(written), 0.05
        while waiting:
            missing = [] if dialect.grafana else self._not_loaded(waiting)
            yield from (_applied(action) for action in waiting if action not in missing)
            waiting = missing
            if waiting and time.monotonic() > end:
                yield from (Failed(action.ref, *self._late()) for action in waiting)
                return
            if waiting:
                time.sleep(pause)
                pause = min(pause * 1.5, 1.0)

    def _not_loaded(self, written: Sequence[Create | Update]) -> list[Create | Update]:
        dialect = self._server.dialect
        try:
            shown = self._shown([action.ref for action in written])
        except TargetError:
            return list(written)  # a ruler that is starting; there is a limit to it
        missing = []
        for action in written:
            found = shown.get(action.ref)
            wanted = delivered(dialect, "", action.desired.spec)
            if found is None or not is_loaded(dialect, wanted, found):
                missing.append(action)
        return missing

    def _late(self) -> tuple[str, str]:
        product = self._server.dialect.product
        return (
            f"stored, but after {self._wait:g} s not what {product} evaluates",
            f"its log says why; diff compares with what is stored, {self._server.dialect.state}"
            " shows what is loaded",
        )


def _ref(dialect: Dialect, namespace: str, group: str) -> Ref:
    return Ref(dialect.kind, f"{namespace}/{group}")


def _blocked(
    dialect: Dialect, wanted: Collection[Resource], live: Mapping[Ref, Resource]
) -> dict[Ref, str]:
    """Return what cannot be stored as it is; what is to be deleted may be as bad as it is."""
    found = {}
    for resource in wanted:
        if resource != live.get(resource.ref) and (reason := problem(dialect, resource)):
            found[resource.ref] = reason
    return found


def _applied(action: Create | Update) -> Applied:
    return Applied(action.ref, "created" if isinstance(action, Create) else "updated")
