"""Objects of every kind, before a sync and after it, and what a double says of them.

`python -m tests.grafana.scenes` tries every fault at every call and prints the fault table.
"""

import copy
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from obsdash.errors import TargetError
from obsdash.grafana.kinds import KINDS
from obsdash.grafana.register import is_register
from obsdash.resource import (
    CONTACT_POINT,
    DASHBOARD,
    DATASOURCE,
    FOLDER,
    LIBRARY_PANEL,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    Ref,
    Resource,
    Spec,
    alert_group_ref,
)
from obsdash.target import Applied, Failed, Outcome, Refused, Report
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.doubles.grafana.store import Store
from tests.grafana.conftest import Lab

# What a report says where it cannot tell, or what is only part of the truth.
UNKNOWN, HALF, SAVED, DELETED = "is not known", "is half done", "it is saved", "it is deleted"
TIMEOUT = 0.5  # seconds, where the fault is that no answer comes
LONGEST = 2000  # calls of a sync that always fails
STEADY = ("lock", "_ids", "tokens", "accounts", "people", "version")  # no test changes them

State = dict[str, Any]
Said = dict[Ref, Any]


def before(lab: Lab) -> list[Resource]:
    """Return what is there when the sync begins: of each kind one to change and one to delete."""
    return [
        *(lab.folder(title) for title in ("Old", "Kept", "Rules")),
        lab.datasource("gone"),
        lab.datasource("changed", {"password": "env:PW"}, url="http://127.0.0.1:1"),
        _panel(lab, "gone", "old"),
        _panel(lab, "changed", "old", "Kept"),
        lab.dashboard("gone", "Old"),
        lab.dashboard("changed", "Kept", description="old"),
        lab.dashboard("showing", "Kept", panels=[_shown(lab, "changed")]),
        _timing(lab, "gone", "monday"),
        _timing(lab, "changed", "monday"),
        _template(lab, "gone", "old"),
        _template(lab, "changed", "old"),
        _point(lab, "gone", _mail("a@example.com")),
        _point(lab, "changed", _slack("#old"), _mail("old@example.com")),
        _tree(lab, "changed", "changed"),
        _group(lab, "gone", rule("w", "up == 0")),
        _group(lab, "changed", rule("a", "up == 0"), rule("b", "up == 0"), rule("c", "up")),
    ]


def after(lab: Lab) -> list[Resource]:
    """Return what the sync is to make of it: each kind created, changed, kept and deleted."""
    return [
        *(lab.folder(title) for title in ("Kept", "New", "Newer", "Rules")),
        lab.datasource("changed", {"password": "env:PW"}, url="http://127.0.0.1:2"),
        lab.datasource("new", {"password": "env:PW"}),
        _panel(lab, "changed", "new", "Kept"),
        _panel(lab, "new", "new", "New"),
        lab.dashboard("changed", "New", description="new"),
        lab.dashboard("new", "New", tags=["a"]),
        lab.dashboard("root"),
        lab.dashboard("showing", "Kept", panels=[_shown(lab, "changed"), _shown(lab, "new", 2)]),
        _timing(lab, "changed", "sunday"),
        _timing(lab, "new", "sunday"),
        _template(lab, "changed", "new"),
        _template(lab, "new", "new"),
        _point(lab, "changed", _slack("#new"), _mail("new@example.com"), _hook()),
        _point(lab, "new", _slack("#new", "b"), _mail("new@example.com", "b")),
        _tree(lab, "new", "changed", "new"),
        _group(lab, "changed", rule("a", "up == 1"), rule("b", "up == 0"), rule("d", "up")),
        _group(lab, "new", rule("e", "up == 0"), rule("f", "up == 0")),
    ]


def _panel(lab: Lab, text: str, expr: str, folder: str = "") -> Resource:
    uid = lab.name(text)
    model = {"type": "timeseries", "title": text, "targets": [{"refId": "A", "expr": expr}]}
    return Resource(Ref(LIBRARY_PANEL, uid), {"name": uid, "model": model}, folder)


def _shown(lab: Lab, text: str, number: int = 1) -> Spec:
    uid = lab.name(text)
    place = {"x": 0, "y": number, "w": 12, "h": 8}
    library = {"uid": uid, "name": uid}
    return {"id": number, "title": text, "gridPos": place, "libraryPanel": library}


def _timing(lab: Lab, text: str, day: str) -> Resource:
    name = lab.name(text)
    return Resource(Ref(MUTE_TIMING, name), {"name": name, "time_intervals": [{"weekdays": [day]}]})


def _template(lab: Lab, name: str, text: str) -> Resource:
    name = lab.name(name)
    template = f'{{{{ define "{name}" }}}}{text}{{{{ end }}}}'
    return Resource(Ref(MESSAGE_TEMPLATE, name), {"name": name, "template": template})


def _slack(channel: str, number: str = "a") -> Spec:
    return {"uid": f"slack-{number}", "type": "slack", "settings": {"recipient": channel}}


def _mail(to: str, number: str = "a") -> Spec:
    return {"uid": f"mail-{number}-{to[0]}", "type": "email", "settings": {"addresses": to}}


def _hook() -> Spec:
    return {"uid": "hook", "type": "webhook", "settings": {"url": "http://127.0.0.1:9/"}}


def _point(lab: Lab, text: str, *integrations: Spec) -> Resource:
    name = lab.name(text)
    found = [{**one, "disableResolveMessage": False} for one in integrations]
    secrets = {f"{one['uid']}/url": "env:SLACK" for one in found if one["type"] == "slack"}
    spec = {"name": name, "integrations": found}
    return Resource(Ref(CONTACT_POINT, name), spec, secrets=secrets)


def _tree(lab: Lab, receiver: str, *timings: str) -> Resource:
    """Return policies that refer to contact points and mute timings."""
    routes = [
        {
            "receiver": lab.name(receiver),
            "object_matchers": [["team", "=", name]],
            "mute_time_intervals": [lab.name(name)],
        }
        for name in timings
    ]
    spec = {"receiver": lab.name(receiver), "group_by": ["alertname"], "routes": routes}
    return Resource(Ref(NOTIFICATION_POLICY, "main"), spec)


def rule(uid: str, expr: str, source: str = "prom") -> Spec:
    """Return a rule of Grafana's own."""
    query = {
        "refId": "A",
        "datasourceUid": source,
        "relativeTimeRange": {"from": 600, "to": 0},
        "model": {"refId": "A", "expr": expr, "instant": True, "range": False},
    }
    return {
        "uid": f"rule-{uid}",
        "title": f"Rule {uid}",
        "condition": "A",
        "data": [query],
        "noDataState": "OK",
        "execErrState": "OK",
        "for": "5m",
    }


def _group(lab: Lab, name: str, *rules: Spec) -> Resource:
    spec = {"name": lab.name(name), "interval": 60, "rules": list(rules)}
    return Resource(alert_group_ref("Rules", lab.name(name)), spec, "Rules")


# What the server says


def state(store: Store) -> State:
    """Return a copy of all that a server knows."""
    return {key: copy.deepcopy(value) for key, value in vars(store).items() if key not in STEADY}


def says(double: GrafanaDouble) -> Said:
    """Return what the server says of each object, without what counts writes."""
    store = double.store
    found: Said = {}
    for uid, folder in store.folders.items():
        found[Ref(FOLDER, folder.title)] = (uid, folder.title, folder.parent)
    for uid, source in store.datasources.items():
        found[Ref(DATASOURCE, uid)] = (_without(source.fields, "version"), dict(source.secrets))
    for uid, element in store.library.items():
        found[Ref(LIBRARY_PANEL, uid)] = (element.name, element.folder, dict(element.model))
    for uid, dashboard in store.dashboards.items():
        found[Ref(DASHBOARD, uid)] = (dashboard.folder, _without(dashboard.data, "id", "version"))
    return found | _alerting(store)


def _alerting(store: Store) -> Said:
    found: Said = {}
    for name, intervals in store.timings.items():
        found[Ref(MUTE_TIMING, name)] = intervals
    for name, text in store.templates.items():
        if not is_register({"name": name, "template": text}):
            found[Ref(MESSAGE_TEMPLATE, name)] = text
    for name, integrations in store.contact_points.items():
        found[Ref(CONTACT_POINT, name)] = [
            (one.type, one.settings, dict(one.secrets), one.silent) for one in integrations
        ]
    found[Ref(NOTIFICATION_POLICY, "main")] = store.policies
    for rule in store.rules.values():
        title = store.folders[rule.folder].title
        rules = found.setdefault(alert_group_ref(title, rule.group), [])
        rules.append((rule.interval, _without(rule.document, "id", "updated", "version")))
    return copy.deepcopy(found)


def _without(fields: Spec, *names: str) -> Spec:
    return {key: value for key, value in fields.items() if key not in names}


# What is tried


@dataclass
class Scene:
    """A server in its first state, and what it should look like before and after."""

    lab: Lab
    double: GrafanaDouble
    first: State
    old: Said
    new: Said
    calls: list[tuple[str, str]]

    @property
    def writes(self) -> list[int]:
        """The numbers of the calls that write."""
        return [number for number, (verb, _) in enumerate(self.calls, start=1) if verb != "GET"]

    def reset(self) -> None:
        vars(self.double.store).update(copy.deepcopy(self.first))
        self.double.faults.clear()
        self.double.forget_calls()

    def sync(self, **options: Any) -> Report:
        options = {"secrets": address, "concurrency": 1, **options}
        return self.lab.sync(*after(self.lab), prune=True, **options)

    def try_it(self, number: int, fault: Fault, *, lasting: bool = False) -> "Trial":
        """Let a sync meet a fault at a call, or from it on; say what was found of it."""
        self.reset()
        end = number + (LONGEST if lasting else 1)
        self.double.faults |= dict.fromkeys(range(number, end), fault)
        outcomes = self._outcomes({"timeout": TIMEOUT} if fault is Fault.TIMEOUT else {})
        now = says(self.double)
        told = {o.ref for o in outcomes or () if lasting and _is_in_doubt(o)}
        known = {*now, *self.old, *self.new} - told
        half = [ref for ref in known if now.get(ref) not in (self.old.get(ref), self.new.get(ref))]
        wrong = [outcome for outcome in outcomes or () if not self._is_right(outcome, now, told)]
        if outcomes is None:
            half += [ref for ref in known if now.get(ref) != self.old.get(ref)]
        call = " ".join(self.double.calls[number - 1]) if len(self.double.calls) >= number else ""
        self.double.faults.clear()
        again = self.sync()
        settled = again.ok and says(self.double) == self.new
        if again.outcomes:
            settled = settled and not self.lab.plan(*after(self.lab), secrets=address)
        return Trial(fault, number, call, outcomes, half, wrong, settled)

    def _outcomes(self, options: dict[str, Any]) -> tuple[Outcome, ...] | None:
        """Return what a sync reports, None when it reads nothing and so writes nothing."""
        try:
            return self.sync(**options).outcomes
        except TargetError:
            return None

    def _is_right(self, outcome: Outcome, now: Said, told: Collection[Ref]) -> bool:
        """Whether a report tells the truth about an object."""
        ref = outcome.ref
        if isinstance(outcome, Applied) or SAVED in outcome.reason:
            return bool(now.get(ref) == self.new.get(ref))
        if DELETED in outcome.reason:
            return ref not in now
        return ref in told or UNKNOWN in outcome.reason or bool(now.get(ref) == self.old.get(ref))


def _is_in_doubt(outcome: Outcome) -> bool:
    said = "" if isinstance(outcome, Applied) else outcome.reason
    return UNKNOWN in said or HALF in said


@dataclass(frozen=True)
class Trial:
    """What became of a sync that met a fault. outcomes: None when it stopped before writing."""

    fault: Fault
    number: int
    call: str
    outcomes: tuple[Outcome, ...] | None
    half: list[Ref]
    wrong: list[Outcome]
    settled: bool

    @property
    def right(self) -> bool:
        return not self.half and not self.wrong and self.settled

    @property
    def result(self) -> str:
        """Return what the sync said, in a word."""
        if self.outcomes is None:
            return "not begun"
        if all(isinstance(outcome, Applied) for outcome in self.outcomes):
            return "all done"
        others = [o for o in self.outcomes if not isinstance(o, Applied)]
        if any(UNKNOWN in o.reason for o in others):
            return "not known"
        kinds: tuple[tuple[type[Outcome], str], ...] = ((Failed, "failed"), (Refused, "refused"))
        return next(word for kind, word in kinds if any(isinstance(o, kind) for o in others))

    def __str__(self) -> str:
        said = [f"{o.ref}: {type(o).__name__} {getattr(o, 'reason', '')}" for o in self.wrong]
        place = f"{self.fault.name} at call {self.number}, {self.call}"
        half = [str(ref) for ref in self.half]
        return f"{place}: half {half}, wrongly reported {said}, second run {self.settled}"


def address(reference: str) -> str:
    """Return a secret that may stand where a URL is asked for."""
    return f"https://hooks.invalid/{reference}"


@contextmanager
def scene(version: str = "9.3.2") -> Iterator[Scene]:
    """Set a server up with what there is before, and learn what it is to look like."""
    with GrafanaDouble(version) as double:
        lab = Lab(double.url, double=double, tag="x")
        lab.api("POST", "/datasources", {"uid": "prom", "name": "prom", **PROMETHEUS})
        report = lab.sync(*before(lab), secrets=address)
        assert report.ok, report
        made = Scene(lab, double, state(double.store), says(double), {}, [])
        kinds = {resource.ref.kind for resource in after(lab)}
        assert kinds == {kind.NAME for kind in KINDS}, "a kind is missing in the scene"
        made.reset()
        report = made.sync()
        assert report.ok, report
        made.new, made.calls = says(double), list(double.calls)
        yield made


PROMETHEUS = {"type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:9090"}
COLUMNS = ("all done", "refused", "failed", "not known", "not begun")


def table(scene: Scene, bad: list[Trial]) -> Iterator[str]:
    """Try every fault at every call; yield the lines of the fault table, note what is not right."""
    objects = len({*scene.old, *scene.new})
    server = scene.double.store.version
    yield f"Grafana {server}: a sync of {objects} objects, {len(scene.calls)} calls"
    yield f"{'fault':<14}{'tried':>6}" + "".join(f"{c:>11}" for c in COLUMNS) + f"{'right':>8}"
    for fault in Fault:
        trials = [scene.try_it(number, fault) for number in range(1, len(scene.calls) + 1)]
        results = Counter(trial.result for trial in trials)
        right = sum(trial.right for trial in trials)
        cells = "".join(f"{results[column]:>11}" for column in COLUMNS)
        yield f"{fault.name.lower():<14}{len(trials):>6}{cells}{right:>8}"
        bad += [trial for trial in trials if not trial.right]


def main() -> None:
    """Print the fault table; exit with 1 when something is not right."""
    bad: list[Trial] = []
    with scene(*sys.argv[1:2]) as found:
        for line in table(found, bad):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    sys.exit("\n".join(map(str, bad)))


if __name__ == "__main__":
    main()
