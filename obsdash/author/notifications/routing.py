"""Who is told of which alert: Alertmanager's routes, receivers and inhibitions.

A channel whose secret is not set where the build runs is left out. A route that has no channel left
goes to the first of `Routing.fallback` that is set, and without one to the receiver "none", which
tells nobody.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from obsdash import secrets
from obsdash.author.checks import check_duration, check_label_name, check_name
from obsdash.author.document import Json, given, marked, place
from obsdash.author.notifications.channels import Channel, SecretFiles, Version
from obsdash.errors import DefinitionError
from obsdash.origin import Origin, split_marks
from obsdash.resource import ALERTMANAGER, Ref, Resource

Match = Mapping[str, str | Sequence[str]]  # label → value, or values of which one must fit

_FALLBACK = "default"
_NOBODY = "none"


@dataclass(frozen=True, kw_only=True)
class Route:
    """Alerts with these labels go to all of these channels; the receiver has the route's name.

    What is None is as in the Routing.
    """

    name: str = field(kw_only=False)
    match: Match
    to: Sequence[Channel]
    group_by: Sequence[str] | None = None
    group_wait: str | None = None
    group_interval: str | None = None
    repeat_interval: str | None = None
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_name(self.name, "a route", self.origin)
        _check_match(self.match, f"route {self.name!r}", self.origin)
        _check_times(self, f"route {self.name!r}")
        if self.name in (_FALLBACK, _NOBODY):
            raise DefinitionError(f"the route name {self.name!r} is taken", origin=self.origin)
        if not self.to:
            raise DefinitionError(f"route {self.name!r} leads nowhere", origin=self.origin)


@dataclass(frozen=True, kw_only=True)
class Inhibit:
    """While an alert that fits `source` fires, those that fit `target` are silent.

    equal: labels in which the two must agree. The first of them must not be empty, or alerts of
    different things that all lack it would silence each other.
    """

    source: Match
    target: Match
    equal: Sequence[str]
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_match(self.source, "an inhibition's source", self.origin)
        _check_match(self.target, "an inhibition's target", self.origin)
        if not self.equal:
            raise DefinitionError(
                "an inhibition without equal labels silences everything", origin=self.origin
            )

    def rule(self) -> Json:
        """Return the rule as Alertmanager's configuration holds it."""
        return {
            "source_matchers": [*_matchers(self.source), f'{self.equal[0]}!=""'],
            "target_matchers": _matchers(self.target),
            "equal": list(self.equal),
        }


@dataclass(frozen=True, kw_only=True)
class Routing:
    """The whole of an Alertmanager's configuration.

    fallback: channels in order of preference, for what no route takes; the first that is set.
    secrets_dir: where Alertmanager finds the secret `env:NAME`, as a file NAME.
    oldest: the oldest Alertmanager that must read the result.
    """

    routes: Sequence[Route]
    fallback: Sequence[Channel]
    inhibit: Sequence[Inhibit] = ()
    group_by: Sequence[str] = ("alertname", "job", "severity")
    group_wait: str = "30s"
    group_interval: str = "5m"
    repeat_interval: str = "4h"
    resolve_timeout: str = "5m"
    secrets_dir: str = "/run/secrets"
    oldest: str = "0.28"
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_times(self, "the routing")
        check_duration(self.resolve_timeout, "the routing: resolve_timeout", self.origin)
        names = [route.name for route in self.routes]
        for route in self.routes:
            if names.count(route.name) > 1:
                raise DefinitionError(
                    f"the route name {route.name!r} is used twice", origin=route.origin
                )
        self._oldest()

    def resources(self) -> Iterable[Resource]:
        """Yield the configuration, as far as its channels are set."""
        spec, marks = split_marks(self._document())
        yield Resource(Ref(ALERTMANAGER, "main"), spec, marks=marks, secrets=self._secrets())

    def _secrets(self) -> dict[str, str]:
        """Return what the files of secrets stand for: path where Alertmanager runs → reference."""
        files = SecretFiles(self.secrets_dir)
        channels = [*self.fallback, *(channel for route in self.routes for channel in route.to)]
        return {
            files.path(reference): reference
            for channel in channels
            if channel.is_set()
            for reference in channel.references()
        }

    def _document(self) -> Json:
        fallback = next(([channel] for channel in self.fallback if channel.is_set()), [])
        first = _FALLBACK if fallback else _NOBODY
        receivers = {first: (fallback, self.origin)}
        routes = []
        for route in self.routes:
            channels = [channel for channel in route.to if channel.is_set()]
            receiver = route.name if channels else first
            receivers.setdefault(receiver, (channels, route.origin))
            step = {"receiver": receiver, "matchers": _matchers(route.match), **_times(route)}
            routes.append(marked(step, route.origin))
        document: Json = {
            "global": {"resolve_timeout": self.resolve_timeout},
            "route": {"receiver": first, **_times(self), "routes": routes},
            "inhibit_rules": [marked(rule.rule(), rule.origin) for rule in self.inhibit],
            "receivers": [
                self._receiver(name, channels, origin)
                for name, (channels, origin) in receivers.items()
            ],
        }
        return marked(document, self.origin)

    def _receiver(self, name: str, channels: Sequence[Channel], origin: Origin | None) -> Json:
        receiver: Json = {"name": name}
        files = SecretFiles(self.secrets_dir)
        for channel in channels:
            self._check_version(channel)
            entry = marked(channel.config(files), channel.origin)
            receiver.setdefault(channel.key, []).append(entry)
        return marked(receiver, origin)

    def _check_version(self, channel: Channel) -> None:
        if channel.since > self._oldest() and not secrets.are_taken_as_set():
            needed = ".".join(map(str, channel.since))
            raise DefinitionError(
                f"Alertmanager {self.oldest} cannot read this {channel.name} channel,"
                f" {needed} is the first that can",
                origin=channel.origin,
                help=f'say Routing(oldest="{needed}") or leave the channel out',
            )

    def _oldest(self) -> Version:
        match = re.fullmatch(r"v?(\d+)\.(\d+)(?:\.\d+)?", self.oldest)
        if not match:
            raise DefinitionError(
                f"the routing: oldest is {self.oldest!r}, not a version such as 0.28",
                origin=self.origin,
            )
        return int(match[1]), int(match[2])


def _times(of: Route | Routing) -> Json:
    return given(
        group_by=list(of.group_by or ()),
        group_wait=of.group_wait,
        group_interval=of.group_interval,
        repeat_interval=of.repeat_interval,
    )


def _check_times(of: Route | Routing, what: str) -> None:
    for name in ("group_wait", "group_interval", "repeat_interval"):
        check_duration(getattr(of, name), f"{what}: {name}", of.origin)
    for name in of.group_by or ():
        check_label_name(name, what, of.origin)


def _check_match(match: Match, what: str, origin: Origin | None) -> None:
    if not match:
        raise DefinitionError(f"{what} matches no label", origin=origin)
    for name in match:
        check_label_name(name, what, origin)


def _matchers(match: Match) -> list[str]:
    return [_matcher(name, wanted) for name, wanted in match.items()]


def _matcher(name: str, wanted: str | Sequence[str]) -> str:
    if isinstance(wanted, str):
        return f"{name}={_quoted(wanted)}"
    return f"{name}=~{_quoted('|'.join(re.escape(value) for value in wanted))}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
