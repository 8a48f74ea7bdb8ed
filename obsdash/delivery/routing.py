"""An Alertmanager configuration as Grafana's contact points, policies and mute timings."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from obsdash.delivery.receivers import Translator, uid_of
from obsdash.diff.routing.policies import matchers_of, one_timing
from obsdash.diff.routing.routing import respelled
from obsdash.errors import DefinitionError, Problems
from obsdash.origin import Mark, Origin
from obsdash.resource import (
    ALERTMANAGER,
    CONTACT_POINT,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    Ref,
    Resource,
    Spec,
)

# The mute timing of a policy whose receiver tells nobody: Grafana has no empty contact point.
ALWAYS = "always muted"
_POLICY_KEYS = (
    *("group_by", "group_wait", "group_interval", "repeat_interval", "continue"),
    *("mute_time_intervals", "active_time_intervals"),
)


def as_grafanas(resources: Collection[Resource]) -> tuple[Resource, ...]:
    """Return the routing among the resources as Grafana's objects.

    Raises Problems with everything that Grafana cannot hold and that must not be left out; what may
    be is in the `cautions` of the objects.
    """
    templates = [one.ref.uid for one in resources if one.ref.kind == MESSAGE_TEMPLATE]
    return tuple(
        found
        for one in resources
        if one.ref.kind == ALERTMANAGER
        for found in _Routing(one, templates).deliver()
    )


@dataclass(slots=True)
class _Routing:
    """One configuration on its way."""

    source: Resource
    templates: Sequence[str]
    errors: list[DefinitionError] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)

    def deliver(self) -> Iterator[Resource]:
        timings = list(self._timings())
        points = list(self._contact_points())
        tree = self._tree({point.ref.uid for point in points})
        if self.errors:
            raise Problems(self.errors)
        yield from (*timings, *points, tree)
        if self._mutes_always(tree.spec):
            spec = {"name": ALWAYS, "time_intervals": [_WHOLE_DAY]}
            yield Resource(Ref(MUTE_TIMING, ALWAYS), spec, marks=_mark(self.source.origin))

    def _timings(self) -> Iterator[Resource]:
        for key in ("time_intervals", "mute_time_intervals"):
            for index, timing in enumerate(self.source.spec.get(key) or ()):
                origin = self.source.origin_of(f"/{key}/{index}")
                ref = Ref(MUTE_TIMING, str(timing.get("name", "")))
                yield Resource(ref, one_timing(timing), marks=_mark(origin))

    def _contact_points(self) -> Iterator[Resource]:
        for index, receiver in enumerate(self.source.spec.get("receivers") or ()):
            point = self._contact_point(receiver, f"/receivers/{index}")
            if point.spec["integrations"]:
                yield point

    def _contact_point(self, receiver: Mapping[str, Any], place: str) -> Resource:
        name = str(receiver.get("name", ""))
        marks, integrations = _mark(self.source.origin_of(place)), list[Spec]()
        secrets, cautions = dict[str, str](), list[str]()
        for key, configs in receiver.items():
            for number, config in enumerate(configs if key.endswith("_configs") else ()):
                origin = self.source.origin_of(f"{place}/{key}/{number}")

                def say(text: str, origin: Origin | None = origin) -> None:
                    cautions.append(_placed(origin, f"receiver {name!r}: {text}"))

                try:
                    one = self._translator(say).translate(key, config or {})
                except ValueError as reason:
                    self._refuse(f"receiver {name!r}: {reason}", origin)
                    continue
                uid = uid_of(name, one.type, sum(i["type"] == one.type for i in integrations))
                marks |= _mark(origin, f"/integrations/{len(integrations)}")
                integrations.append(one.spec(uid))
                secrets |= {f"{uid}/{setting}": ref for setting, ref in one.secrets.items()}
        spec = {"name": name, "integrations": integrations}
        return Resource(
            Ref(CONTACT_POINT, name),
            spec,
            marks=marks,
            secrets=secrets,
            cautions=tuple(dict.fromkeys(cautions)),
        )

    def _translator(self, say: Any) -> Translator:
        shared = self.source.spec.get("global") or {}
        return Translator(shared, self.source.secrets, self.templates, say)

    def _tree(self, points: Collection[str]) -> Resource:
        route = self.source.spec.get("route") or {}
        marks = {
            pointer.removeprefix("/route"): mark
            for pointer, mark in self.source.marks.items()
            if pointer == "/route" or pointer.startswith("/route/")
        }
        root = str(route.get("receiver", ""))
        first = root if root in points else next(iter(sorted(points)), "")
        if not first and not self.errors:
            self._refuse(
                "Grafana cannot hold a routing that tells nobody",
                self.source.origin,
                "set a channel: an environment variable that its secret is in, say",
            )
        spec = self._policy(route, "", _Points(points, first), "/route")
        if root not in points:  # what reaches the root must tell nobody: a last policy sees to it
            quiet = {"receiver": first, "mute_time_intervals": [ALWAYS]}
            spec["routes"] = [*spec.get("routes", ()), quiet]
        self._leave_out()
        tree = Resource(Ref(NOTIFICATION_POLICY, "main"), spec, marks=_mark(self.source.origin))
        return replace(tree, marks={**tree.marks, **marks}, cautions=tuple(self.cautions))

    def _policy(
        self, route: Mapping[str, Any], inherited: str, points: "_Points", place: str
    ) -> Spec:
        """Return a route as a policy. One whose receiver is empty is mute at all times."""
        wanted = str(route.get("receiver") or inherited)
        known = wanted in points.names
        spec: Spec = {"receiver": wanted if known else points.any}
        spec |= {key: route[key] for key in _POLICY_KEYS if route.get(key)}
        if not known and place != "/route":
            spec["mute_time_intervals"] = [ALWAYS]
            spec.pop("active_time_intervals", None)
        matchers = matchers_of(route)
        if matchers is None:
            self._refuse("a route's matchers cannot be read", self.source.origin_of(place))
        if matchers:
            spec["object_matchers"] = sorted(map(list, matchers))
        if route.get("routes"):
            spec["routes"] = [
                self._policy(one, wanted, points, f"{place}/routes/{index}")
                for index, one in enumerate(route["routes"])
            ]
        return spec

    def _leave_out(self) -> None:
        """Say what Grafana has no place for."""
        for index, rule in enumerate(self.source.spec.get("inhibit_rules") or ()):
            origin = self.source.origin_of(f"/inhibit_rules/{index}")
            self.cautions.append(_placed(origin, _no_inhibition(rule)))
        shared = self.source.spec.get("global") or {}
        if shared.get("resolve_timeout") not in (None, "5m"):
            text = "Grafana has no resolve_timeout: an alert ends when its rule says so"
            self.cautions.append(_placed(self.source.origin, text))
        if self.source.spec.get("templates"):
            text = "Alertmanager's template files are not read: define message templates"
            self.cautions.append(_placed(self.source.origin, text))

    def _mutes_always(self, policy: Mapping[str, Any]) -> bool:
        return ALWAYS in policy.get("mute_time_intervals", ()) or any(
            self._mutes_always(route) for route in policy.get("routes", ())
        )

    def _refuse(self, text: str, origin: Origin | None, remedy: str = "") -> None:
        self.errors.append(DefinitionError(text, origin=origin, help=remedy))


class _Points(NamedTuple):
    """The contact points there are, and one of them."""

    names: Collection[str]
    any: str


_WHOLE_DAY = {"times": [{"start_time": "00:00", "end_time": "24:00"}]}


def _no_inhibition(rule: Mapping[str, Any]) -> str:
    spelled = respelled({"inhibit_rules": [dict(rule)]})["inhibit_rules"][0]
    source, target = (
        ", ".join(map(str, spelled.get(f"{side}_matchers") or ())) for side in ("source", "target")
    )
    return f"Grafana has no inhibition: {target} is told beside {source}, too"


def _mark(origin: Origin | None, pointer: str = "") -> dict[str, Mark]:
    return {pointer: Mark(origin)} if origin else {}


def _placed(origin: Origin | None, text: str) -> str:
    return f"{origin}: {text}" if origin else text
