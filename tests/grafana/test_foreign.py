"""Random syncs on a server full of what is not ours: nobody else's object ever changes.

`OBSDASH_TEST_SYNCS` says how many there are.
"""

import os
import random
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from obsdash.errors import TargetError
from obsdash.grafana.ownership import is_own_folder
from obsdash.resource import (
    CONTACT_POINT,
    LIBRARY_PANEL,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    Ref,
    Resource,
    alert_group_ref,
)
from obsdash.target import Applied
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.doubles.grafana.store import Integration
from tests.grafana.conftest import Lab
from tests.grafana.scenes import PROMETHEUS, address, rule

SYNCS = int(os.environ.get("OBSDASH_TEST_SYNCS", "20"))
VERSIONS = ("9.3.2", "11.2.0", "13.1.0-pre")
ROUND = 20  # syncs of one server

# Whose an object is: made in the UI, by another project, by a file, or ours if we make it.
HANDS, OTHER, FILE, OURS = "hands", "other", "file", "mine"
OWNERS = (HANDS, OTHER, FILE)
FAULTS = (Fault.LOST, Fault.INTERNAL, Fault.FORBIDDEN, Fault.NOT_FOUND, Fault.CONFLICT)


def wanted(lab: Lab, owner: str, text: str, folder: str) -> list[Resource]:
    """Return one object of each kind; `text` is what it says."""
    name, mail = lab.name(owner), f"mail-{lab.name(owner)}"
    panel = {"type": "text", "title": name, "options": {"content": text}}
    point = {"uid": mail, "type": "email", "settings": {"addresses": f"{text}@example.com"}}
    intervals = [{"times": [{"start_time": "22:00", "end_time": f"23:{text}"}]}]
    group = {"name": name, "interval": 60, "rules": [rule(name, f"up == {text}")]}
    return [
        lab.folder(folder),
        lab.datasource(owner, url=f"http://127.0.0.1:{text}"),
        Resource(Ref(LIBRARY_PANEL, name), {"name": name, "model": panel}, folder),
        lab.dashboard(owner, folder, description=text),
        Resource(Ref(MUTE_TIMING, name), {"name": name, "time_intervals": intervals}),
        Resource(Ref(MESSAGE_TEMPLATE, name), {"name": name, "template": text}),
        Resource(
            Ref(CONTACT_POINT, name),
            {"name": name, "integrations": [{**point, "disableResolveMessage": False}]},
        ),
        Resource(alert_group_ref(folder, name), group, folder),
    ]


def tree(lab: Lab, owner: str, text: str) -> Resource:
    spec = {"receiver": lab.name(owner), "group_by": ["alertname"], "repeat_interval": f"{text}m"}
    return Resource(Ref(NOTIFICATION_POLICY, "main"), spec)


@pytest.fixture
def dice() -> random.Random:
    return random.Random(11)


def crowded(lab: Lab, tree_of: str) -> None:
    """Fill a server with objects of people, of another project, and of files."""
    double = lab.double
    assert double
    lab.api("POST", "/datasources", {"uid": "prom", "name": "prom", **PROMETHEUS})
    for owner in (HANDS, OTHER):
        objects = wanted(lab, owner, "11", "Theirs")
        objects += [tree(lab, owner, "11")] if tree_of == owner else []
        report = Lab(lab.url, double=double, tag=lab.tag).sync(
            *objects, project=f"their-{owner}", secrets=address
        )
        assert report.ok, report
    unmark(lab)
    provision(lab)


def unmark(lab: Lab) -> None:
    """Let what a project made look as if it had been made by hand."""
    store = lab.double.store if lab.double else None
    assert store
    name = lab.name(HANDS)
    del store.templates[f"obsdash-their-{HANDS}"]
    store.datasources[name].fields["jsonData"] = {}
    store.library[name].model["description"] = ""
    store.dashboards[name].data["tags"] = []
    store.rules[f"rule-{name}"].document["annotations"] = {}
    for kind, uid in [key for key in store.provenances if name in key[1]]:
        store.provenances[kind, uid] = ""


def provision(lab: Lab) -> None:
    """Put objects there as files do, one of each kind that files can hold."""
    double, name = lab.double, lab.name(FILE)
    assert double
    source, board = wanted(lab, FILE, "11", "")[1], wanted(lab, FILE, "11", "")[3]
    lab.api("POST", "/datasources", source.spec)
    double.store.datasources[name].fields["readOnly"] = True
    double.provision(dict(board.spec), "shop.json")
    folder = next(uid for uid, f in double.store.folders.items() if f.title == "Theirs")
    place = {"folderUID": folder, "ruleGroup": name, "orgID": 1}
    body = {**double.store.rules[f"rule-{lab.name(OTHER)}"].document, "id": 999, **place}
    double.provision_rule({**body, "uid": f"rule-{name}", "title": f"Rule {name}"})
    double.provision_contact_point(name, Integration(f"mail-{name}", "email", {"addresses": "f"}))
    double.provision_timing(name, [])
    double.provision_template(name, "file")


def foreign(lab: Lab) -> dict[str, str]:
    """Return a hash of each object that is not ours, with its version, history and provenance."""
    store = lab.double.store if lab.double else None
    assert store
    found: dict[str, Any] = {}
    for kind in ("datasources", "library", "dashboards", "contact_points", "timings", "rules"):
        found |= {f"{kind} {uid}": repr(held) for uid, held in getattr(store, kind).items()}
    found |= {f"templates {name}": text for name, text in store.templates.items()}
    found["policies"] = repr(store.policies)
    found |= {f"provenance {key}": by for key, by in store.provenances.items() if by}
    found = {key: said for key, said in found.items() if f"{OURS}-" not in key}
    found |= {f"folder {uid}": repr(folder) for uid, folder in store.folders.items()}
    ours = [uid for uid in store.folders if is_own_folder(lab.project, uid)]
    for key in (f"templates obsdash-{lab.project}", *(f"folder {uid}" for uid in ours)):
        found.pop(key, None)
    found = {k: said for k, said in found.items() if f"obsdash-{lab.project}'" not in k}
    return {key: sha256(said.encode()).hexdigest() for key, said in found.items()}


def some(lab: Lab, dice: random.Random) -> list[Resource]:
    """Return what a project may define: objects of its own, and others with foreign uids."""
    found: dict[Ref, Resource] = {}
    for number in range(dice.randint(1, 3)):
        owner = dice.choice((f"{OURS}-{number}", f"{OURS}-{number}", *OWNERS))
        folder = dice.choice(("Theirs", "Ours", "Ours too"))
        text = str(dice.randint(10, 59))
        everything = wanted(lab, owner, text, folder)
        chosen = dice.sample(everything[1:], dice.randint(1, len(everything) - 1))
        found |= {one.ref: one for one in [*everything[:1], *chosen]}
        if dice.random() < 0.2:
            found[Ref(NOTIFICATION_POLICY, "main")] = tree(lab, owner, text)
    return list(found.values())


def rounds(dice: random.Random) -> Iterator[tuple[Lab, str, int]]:
    """Yield a crowded server, who owns its policies, and how many syncs it gets."""
    left, number = SYNCS, 0
    while left:
        tree_of = (HANDS, OTHER)[number % 2]
        with GrafanaDouble(VERSIONS[number % len(VERSIONS)]) as double:
            lab = Lab(double.url, double=double, tag=f"t{number}")
            crowded(lab, tree_of)
            count = min(ROUND, left)
            yield lab, tree_of, count
        left, number = left - count, number + 1


@pytest.mark.parametrize("adopt", [False, True], ids=["", "adopting"])
def test_no_sync_changes_what_is_not_ours(dice: random.Random, adopt: bool) -> None:
    """What was made by hand may be adopted; what is another project's or a file's never is."""
    done = 0
    for lab, tree_of, count in rounds(dice):
        double = lab.double
        assert double
        mine = (f"{HANDS}-", *(["policies"] if tree_of == HANDS else [])) if adopt else ()
        before = {k: said for k, said in foreign(lab).items() if not any(m in k for m in mine)}
        assert len(before) > 20, "nothing foreign is there"
        for _ in range(count):
            double.forget_calls()
            double.faults = {}
            if dice.random() < 0.3:
                double.faults = {dice.randint(1, 80): dice.choice(FAULTS)}
            resources = some(lab, dice)
            try:
                prune = dice.random() < 0.7
                report = lab.sync(*resources, prune=prune, adopt=adopt, secrets=address)
            except TargetError:
                continue
            done += sum(isinstance(outcome, Applied) for outcome in report.outcomes)
            now = foreign(lab)
            changed = [key for key, said in before.items() if now.get(key) != said]
            assert not changed, (tree_of, report)
    assert done > SYNCS, "hardly anything was written"
