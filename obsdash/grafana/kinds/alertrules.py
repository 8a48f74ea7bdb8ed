"""Groups of Grafana-managed rules. Written whole; what a PUT echoes proves nothing."""

from collections.abc import Iterator, Mapping, Sequence

from obsdash.grafana import heldrules
from obsdash.grafana.kinds.folder import homeless
from obsdash.grafana.rulelist import Listed, list_rules
from obsdash.grafana.site import Found, Site, find, not_ours
from obsdash.grafana.trouble import GrafanaError
from obsdash.resource import ALERT_RULE_GROUP, Ref, Resource, Spec
from obsdash.words import count

NAME = ALERT_RULE_GROUP
WRITERS = 1  # rules move between groups, and titles may be unique in a folder
VERSIONED = False  # a group has no version that a write could be based on
PIECEMEAL = True
REGISTERED = False

_ROOT = ("v1", "provisioning")


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted groups, ours, and the names of the rest."""
    found = Found()
    groups = _listed(site, needed=bool(wanted))
    looked = dict(wanted)
    for ref, rules in groups.items() if others else ():
        if all(rule.is_made_by(site.project) for rule in rules):
            looked.setdefault(ref.uid, _stub(ref, rules))
        elif ref.uid not in wanted:
            found.unmanaged.append(ref)
    seen = site.each(lambda uid: fetch(site, looked[uid]), looked)
    for uid, live in zip(looked, seen, strict=True):
        ref = Ref(ALERT_RULE_GROUP, uid)
        if live:
            found.live[ref] = live
        if uid in wanted and (reason := _obstacle(site, wanted, uid, groups)):
            found.blocked[ref] = reason
    for group in wanted.values():
        found.cautions += heldrules.renamed(group, site.server)
    return found


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one group, with what this server cannot hold as in the one given."""
    answer = find(site, *_place(site, like))
    if not answer or not answer.get("rules"):
        return None
    spec = {"name": answer["title"], "interval": answer["interval"], "rules": answer["rules"]}
    return Resource(like.ref, heldrules.shown(spec, like.spec, site.server), like.folder)


def save(site: Site, desired: Resource, live: Resource | None) -> None:
    """Write a whole group; its rules are taken from wherever they are."""
    rules = heldrules.held(desired.spec, site.server, site.project)
    if not site.server.whole_rule_groups:
        _make_room(site, desired, rules, live)
        _add_new(site, desired, rules)
    _put(site, desired, rules)


def delete(site: Site, live: Resource) -> None:
    """Delete a group."""
    if site.server.deletes_rule_groups:
        site.api.delete(*_place(site, live))
        return
    for rule in live.spec["rules"]:
        site.api.delete(*_ROOT, "alert-rules", rule["uid"])


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete a group with a rule that we did not make."""
    rules = list_rules(site).get(live.ref, ())
    foreign = sum(not rule.is_made_by(site.project) for rule in rules)
    return f"it holds {count(foreign, 'rule')} that obsdash did not make" if foreign else ""


def _listed(site: Site, *, needed: bool) -> Mapping[Ref, list[Listed]]:
    """Return all rules; none where rules are not for us, or alerting is off, if none are needed."""
    try:
        return list_rules(site)
    except GrafanaError as error:
        if error.status in (403, 404) and not needed:
            return {}
        raise


def _place(site: Site, group: Resource) -> tuple[str, ...]:
    folder = site.folders.uid(group.folder)
    return (*_ROOT, "folder", folder, "rule-groups", str(group.spec["name"]))


def _stub(ref: Ref, rules: Sequence[Listed]) -> Resource:
    return Resource(ref, {"name": rules[0].group, "rules": []}, rules[0].folder)


def _put(site: Site, group: Resource, rules: Sequence[Spec]) -> None:
    body = {
        "title": group.spec["name"],
        "folderUid": site.folders.uid(group.folder),
        "interval": group.spec["interval"],
        "rules": [{**rule, **_where(site, group)} for rule in rules],
    }
    site.api.put(*_place(site, group), body=body)


def _where(site: Site, group: Resource) -> Spec:
    return {"folderUID": site.folders.uid(group.folder), "ruleGroup": group.spec["name"]}


def _make_room(site: Site, desired: Resource, rules: Sequence[Spec], live: Resource | None) -> None:
    """Free the titles that a rule of the group has and another one of it is to get."""
    wanted = {rule["title"]: rule["uid"] for rule in rules}
    kept = {rule["uid"] for rule in rules}
    now = heldrules.held(live.spec, site.server, site.project) if live else []
    taken = [rule for rule in now if wanted.get(rule["title"], rule["uid"]) != rule["uid"]]
    for rule in taken:
        if rule["uid"] not in kept:
            site.api.delete(*_ROOT, "alert-rules", rule["uid"])
    if any(rule["uid"] in kept for rule in taken):
        aside = [{**r, "title": f"{r['title']} ({r['uid']})"} if r in taken else r for r in now]
        _put(site, desired, [rule for rule in aside if rule["uid"] in kept])


def _add_new(site: Site, desired: Resource, rules: Sequence[Spec]) -> None:
    """Create the rules that are nowhere yet."""
    known = {rule.uid for rules in list_rules(site).values() for rule in rules}
    for rule in rules:
        if rule["uid"] not in known:
            site.api.post(*_ROOT, "alert-rules", body={**rule, **_where(site, desired)})


def _obstacle(
    site: Site,
    wanted: Mapping[str, Resource],
    uid: str,
    groups: Mapping[Ref, Sequence[Listed]],
) -> str:
    """Return why a group must not be written, "" when it may."""
    group = wanted[uid]
    return next(
        filter(
            None,
            (
                homeless(site, group.folder),
                *heldrules.unheld(group, site.server),
                _foreign(site, groups.get(group.ref, ())),
                *_coming(site, group, groups),
                *_twins(site, group, wanted, groups),
            ),
        ),
        "",
    )


def _foreign(site: Site, rules: Sequence[Listed]) -> str:
    """Return why rules that are there must not be written, "" when they may."""
    if locked := next((rule.locked for rule in rules if rule.locked), ""):
        return locked
    others = {rule.owner for rule in rules if rule.provenance and rule.owner} - {site.project}
    if others:
        return not_ours(site, others)
    return "" if all(rule.is_made_by(site.project) for rule in rules) else not_ours(site, ())


def _coming(site: Site, group: Resource, groups: Mapping[Ref, Sequence[Listed]]) -> Iterator[str]:
    """Yield why rules of other groups cannot be moved into a group."""
    uids = {rule["uid"] for rule in group.spec["rules"]}
    for ref, rules in groups.items():
        for rule in rules if ref != group.ref else ():
            if rule.uid in uids and (reason := _foreign(site, [rule])):
                yield f"its rule {rule.uid} is in {ref}: {reason}"


def _twins(
    site: Site,
    group: Resource,
    wanted: Mapping[str, Resource],
    groups: Mapping[Ref, Sequence[Listed]],
) -> Iterator[str]:
    """Yield which rules of other groups have a title that only one rule of the folder can have."""
    if site.server.title_twins:
        return
    live = {(rule.uid, rule.title) for rule in groups.get(group.ref, ())}
    rules = heldrules.held(group.spec, site.server, site.project)
    titles = {r["title"] for r in rules if (r["uid"], r["title"]) not in live}
    own = {rule["uid"] for rule in rules}
    ours = {rule["uid"] for other in wanted.values() for rule in other.spec["rules"]}
    taken = {
        rule.title: ref
        for ref, rules in groups.items()
        for rule in rules
        if rule.folder == group.folder and ref != group.ref and rule.uid not in ours
    }
    for other in wanted.values():
        if other.folder == group.folder and other.ref < group.ref:
            taken |= {r["title"]: other.ref for r in other.spec["rules"] if r["uid"] not in own}
    places = {rule["title"]: heldrules.place(group, index) for index, rule in enumerate(rules)}
    for title in sorted(titles & taken.keys()):
        yield (
            f"{site.server} allows a title once in a folder, and {taken[title]} has {title!r}"
            f" of {places[title]}: rename one, or give it another folder"
        )
