"""One write, carried to a known end: try, look what became of it, try again or say so."""

from collections.abc import Callable
from threading import Semaphore
from typing import assert_never

from obsdash.diff import difference
from obsdash.errors import ObsdashError
from obsdash.grafana.site import CACHE_LIFE, Kind, Site
from obsdash.grafana.trouble import GrafanaError
from obsdash.plan import Action, Blocked, Create, Delete, Update
from obsdash.resource import Resource, fingerprint
from obsdash.target import Applied, Failed, Outcome, Refused

TRIES = 5
BACKOFF = 0.25  # seconds before a write is repeated, doubled each time
MOST_WORDS = 3  # differences that a failure names

CHANGED = "it was changed meanwhile: look at the diff again"


def carry_out(kind: Kind, site: Site, turn: Semaphore, action: Action) -> Outcome:
    """Do one action; whatever goes wrong with it is the outcome.

    turn: lets as many write at once as the server bears; looking is free.
    """
    try:
        match action:
            case Create(desired=desired):
                return _save(kind, site, turn, desired, None) or Applied(action.ref, "created")
            case Update(live=live, desired=desired):
                return _save(kind, site, turn, desired, live) or Applied(action.ref, "updated")
            case Delete(live=live):
                return _delete(kind, site, turn, live) or Applied(action.ref, "deleted")
            case Blocked(reason=reason):
                return Refused(action.ref, reason)
            case _:
                assert_never(action)
    except ObsdashError as error:
        return Failed(action.ref, error.message, error.help)


def _save(
    kind: Kind, site: Site, turn: Semaphore, desired: Resource, base: Resource | None
) -> Outcome | None:
    """Return why the server does not say what is desired, None when it does."""

    def write(live: Resource | None) -> None:
        with turn:
            kind.save(site, desired, live)

    if not kind.VERSIONED:
        live = kind.fetch(site, desired)
        if fingerprint(live) != fingerprint(base):
            return Refused(desired.ref, CHANGED)
        base = live  # of which we now know the revision
    now, error = _settle(kind, site, desired, base, write, present=True)
    missed = _missed(now, desired)
    if not missed:
        if error and base and not _missed(base, desired):
            raise _unknown(error)  # only secrets were written, which nobody can look at
        return None
    if fingerprint(now) == fingerprint(base):
        why = error.message if error else f"Grafana reported success, but {missed}"
        return Failed(desired.ref, why, error.help if error else "")
    if error and error.contested:
        return Refused(desired.ref, CHANGED)
    return Failed(desired.ref, f"Grafana has something else than was sent: {missed}")


def _delete(kind: Kind, site: Site, turn: Semaphore, live: Resource) -> Outcome | None:
    """Return why an object is still there, None when it is gone."""

    def write(_: Resource | None) -> None:
        with turn:
            kind.delete(site, live)

    now = kind.fetch(site, live) or kind.fetch(site, live)  # a lone 404 may be some proxy's
    if now is None:
        return None
    if fingerprint(now) != fingerprint(live):
        return Refused(live.ref, CHANGED)
    if reason := kind.keep(site, live):
        return Refused(live.ref, reason)
    now, error = _settle(kind, site, live, live, write, present=False)
    if now is None:
        return None
    return Failed(live.ref, error.message if error else "Grafana reported success, but it is there")


def _settle(
    kind: Kind,
    site: Site,
    like: Resource,
    base: Resource | None,
    write: Callable[[Resource | None], None],
    *,
    present: bool,
) -> tuple[Resource | None, GrafanaError | None]:
    """Write until it worked or the object is no longer `base`; return it, and the last trouble."""
    now, error = base, None
    for attempt in range(TRIES):
        if attempt:
            site.api.pause(BACKOFF * 2 ** (attempt - 1))
        error = _attempt(write, now)
        now = _look(kind, site, like, error, present=present)
        if error is None or fingerprint(now) != fingerprint(base):
            break
    return now, error


def _attempt(write: Callable[[Resource | None], None], now: Resource | None) -> GrafanaError | None:
    """Return the trouble after which it is worth looking, and trying again; raise any other."""
    try:
        write(now)
    except GrafanaError as error:
        if error.unclear or error.contested:
            return error
        raise
    return None


def _look(
    kind: Kind,
    site: Site,
    like: Resource,
    error: GrafanaError | None,
    *,
    present: bool,
) -> Resource | None:
    """Read what there is after a write. present: whether something is there if it worked.

    What was written without trouble and is not to be seen is looked for a second time: Grafana may
    remember for some seconds that it was not there, or that we could not see it.
    """
    try:
        found = kind.fetch(site, like)
        if found or error or not present:
            return found
    except GrafanaError as trouble:
        if error or trouble.status != 403:
            raise _unknown(error or trouble) from trouble
    site.api.pause(CACHE_LIFE)
    try:
        return kind.fetch(site, like)
    except GrafanaError as trouble:
        raise _unknown(trouble) from trouble


def _unknown(error: GrafanaError) -> GrafanaError:
    return GrafanaError(
        f"{error.message}; whether it was done is not known",
        help="obsdash diff shows what there is",
    )


def _missed(now: Resource | None, desired: Resource) -> str:
    """Say in what an object is not what is desired; "" when it is."""
    if now is None:
        return "it is not there"
    changes = difference(desired, now).changes
    return "; ".join(f"{change.subject} {change.text}".strip() for change in changes[:MOST_WORDS])
