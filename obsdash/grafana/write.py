"""One write, carried to a known end: try, look what became of it, try again or say so."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Semaphore
from typing import assert_never

from obsdash.diff import difference
from obsdash.diff.mixture import is_mixture
from obsdash.errors import ObsdashError
from obsdash.grafana.register import claim, register, release
from obsdash.grafana.site import CACHE_LIFE, Kind, Site
from obsdash.grafana.trouble import GrafanaError
from obsdash.plan import Action, Blocked, Create, Delete, Update
from obsdash.resource import Ref, Resource, fingerprint
from obsdash.target import Applied, Failed, Outcome, Refused

TRIES = 5
BACKOFF = 0.25  # seconds before a write is repeated, doubled each time
MOST_WORDS = 3  # differences that a failure names

CHANGED = "it was changed meanwhile"


def carry_out(kind: Kind, site: Site, turn: Semaphore, action: Action) -> Outcome:
    """Do one action; whatever goes wrong with it is the outcome.

    turn: lets as many write at once as the server bears; looking is free.
    """
    try:
        match action:
            case Create(desired=desired):
                return _Job(kind, site, turn, desired).save(None) or Applied(action.ref, "created")
            case Update(live=live, desired=desired):
                return _Job(kind, site, turn, desired).save(live) or Applied(action.ref, "updated")
            case Delete(live=live):
                return _Job(kind, site, turn, live).delete() or Applied(action.ref, "deleted")
            case Blocked(reason=reason):
                return Refused(action.ref, reason)
            case _:
                assert_never(action)
    except ObsdashError as error:
        return Failed(action.ref, error.message, error.help)


@dataclass(frozen=True, slots=True)
class _Job:
    """One object on the server. like: what is wanted of it, or what is to be deleted."""

    kind: Kind
    site: Site
    turn: Semaphore
    like: Resource

    def save(self, base: Resource | None) -> Outcome | None:
        """Return why the server does not say what is wanted, None when it does."""
        ref, desired = self.like.ref, self.like
        if not self.kind.VERSIONED:
            live = self._fetch()
            if fingerprint(live) != fingerprint(base):
                return Refused(ref, CHANGED, stale=True)
            base = live  # of which we now know the revision
        now, error = self._settle(desired, base)
        missed = _missed(now, desired)
        if not missed:
            if error and base and not _missed(base, desired):
                raise _unknown(error)  # only secrets were written, which nobody can look at
            trouble = self._noted(claim)
            return Failed(ref, f"it is saved; {trouble}") if trouble else None
        if fingerprint(now) == fingerprint(base):
            why = error.message if error else f"Grafana reported success, but {missed}"
            return Failed(ref, f"{why}{self._left(now)}", error.help if error else "")
        if error and self._is_between(now, base, desired):
            return self._taken_back(now, base, error)
        if error and error.contested:
            return Refused(ref, CHANGED, stale=True)
        return Failed(ref, f"Grafana has something else than was sent: {missed}")

    def delete(self) -> Outcome | None:
        """Return why an object is still there, None when it is gone."""
        live = self.like
        now = self._fetch() or self._fetch()  # a lone 404 may be some proxy's
        if now is None:
            return None
        if fingerprint(now) != fingerprint(live):
            return Refused(live.ref, CHANGED, stale=True)
        if reason := self.kind.keep(self.site, live):
            return Refused(live.ref, reason)
        now, error = self._settle(None, live)
        if now is None:
            trouble = self._noted(release)
            return Failed(live.ref, f"it is deleted; {trouble}") if trouble else None
        if error and fingerprint(now) != fingerprint(live) and self._is_between(now, live, None):
            return self._taken_back(now, live, error)
        why = error.message if error else "Grafana reported success, but it is there"
        return Failed(live.ref, why, error.help if error else "")

    def _settle(
        self, wanted: Resource | None, base: Resource | None
    ) -> tuple[Resource | None, GrafanaError | None]:
        """Write until it worked or makes no sense any more; return what is there, the last trouble.

        What a fault left half written is written again: that ends it.
        """
        now, error = base, None
        for attempt in range(TRIES):
            if attempt:
                self.site.api.pause(BACKOFF * 2 ** (attempt - 1))
            error = self._attempt(wanted, now)
            if error and not (_is_passing(error) or self.kind.PIECEMEAL):
                break  # it was not done
            now = self._look(error, present=wanted is not None)
            if error is None or not self._is_worth_repeating(error, now, base, wanted):
                break
        return now, error

    def _attempt(self, wanted: Resource | None, now: Resource | None) -> GrafanaError | None:
        try:
            with self.turn:
                if wanted:
                    if self.kind.REGISTERED:
                        claim(self.site, wanted.ref)
                    self.kind.save(self.site, wanted, now)
                elif now:
                    self.kind.delete(self.site, now)
        except GrafanaError as error:
            return error
        return None

    def _is_worth_repeating(
        self,
        error: GrafanaError,
        now: Resource | None,
        base: Resource | None,
        wanted: Resource | None,
    ) -> bool:
        if fingerprint(now) == fingerprint(base):
            return _is_passing(error)
        done = wanted is not None and not _missed(now, wanted)
        return not done and self._is_between(now, base, wanted)

    def _is_between(
        self, now: Resource | None, base: Resource | None, wanted: Resource | None
    ) -> bool:
        """Whether all that is there was there before or is wanted: the half of our own write."""
        if not self.kind.PIECEMEAL or now is None:
            return False
        return is_mixture(now, [side for side in (base, wanted) if side])

    def _taken_back(
        self, now: Resource | None, base: Resource | None, error: GrafanaError
    ) -> Outcome:
        """Put back what there was before a write that cannot be ended; say what became of it."""
        why = error.message
        try:
            now, _ = self._settle(base, now)
        except ObsdashError as trouble:
            why = f"{why}, and then {trouble.message}"
        if fingerprint(now) == fingerprint(base):
            secrets = ", but secrets of it may be the new ones" if now and now.secrets else ""
            return Failed(self.like.ref, f"{why}; it is as it was{secrets}{self._left(now)}")
        return Failed(self.like.ref, f"{why}; it is half done", help="sync again to end it")

    def _left(self, now: Resource | None) -> str:
        """Let the register forget what is not there; return "" or what is wrong with it then.

        Otherwise what others create under the name would be ours.
        """
        trouble = self._noted(release, 1) if now is None else ""
        return f"; {trouble}" if trouble else ""

    def _noted(self, note: Callable[[Site, Ref], None], tries: int = TRIES) -> str:
        """Let the register know what is there now; return "" or what is wrong with it then."""
        trouble = ""
        for attempt in range(tries if self.kind.REGISTERED else 0):
            if attempt:
                self.site.api.pause(BACKOFF * 2 ** (attempt - 1))
            try:
                with self.turn:
                    note(self.site, self.like.ref)
                return ""
            except GrafanaError as error:
                trouble = f"{register(self.site)} does not say so: {error.message}"
        return trouble

    def _look(self, error: GrafanaError | None, *, present: bool) -> Resource | None:
        """Read what there is after a write. present: whether something is there if it worked.

        What was written without trouble and is not to be seen is looked for a second time: Grafana
        may remember for some seconds that it was not there, or that we could not see it.
        """
        try:
            found = self._fetch()
            if found or error or not present:
                return found
        except GrafanaError as trouble:
            if error or trouble.status != 403:
                raise _unknown(error or trouble) from trouble
        self.site.api.pause(CACHE_LIFE)
        try:
            return self._fetch()
        except GrafanaError as trouble:
            raise _unknown(trouble) from trouble

    def _fetch(self) -> Resource | None:
        return self.kind.fetch(self.site, self.like)


def _is_passing(error: GrafanaError) -> bool:
    """Whether the same write may succeed later, or has succeeded."""
    return error.unclear or error.contested


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
