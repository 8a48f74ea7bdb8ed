"""What we ask of one ruler."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

import orjson

from obsdash.disk import yaml
from obsdash.errors import TargetError
from obsdash.http import AnswerError, Client, Response, success
from obsdash.resource import Spec
from obsdash.ruler.dialects import DIALECTS, Dialect

_NO_GROUPS = b"no rule groups found"  # what Loki and Cortex answer, with 404, for an empty tenant

Namespaces = Mapping[str, Sequence[Spec]]
Shown = Mapping[tuple[str, str], Mapping[str, Any]]  # (namespace, group) → as the state API says


class Server:
    """One ruler; raises TargetError for whatever it does not answer as it should.

    Groups are written one after the other: Grafana takes no two at a time.
    """

    def __init__(self, client: Client, flavour: str = "") -> None:
        """Take a client for its base URL; without a flavour, the server is asked what it is."""
        self._client = client
        self._flavour = flavour
        self.url = client.url

    def close(self) -> None:
        """Close the connections; a later request opens its own."""
        self._client.close()

    @cached_property
    def dialect(self) -> Dialect:
        """Return what the server is."""
        known = [one for one in DIALECTS if self._flavour in ("", one.flavour)]
        if len(known) == 1:
            return known[0]
        for one in known:
            answer = self._client.request("GET", one.rules)
            if answer.status in (401, 403):
                raise self._client.explain(answer)
            if _lists_rules(answer):
                return one
        paths = ", ".join(one.rules for one in known)
        raise TargetError(
            f"{self.url} has no API for rules: none of {paths} is there",
            help="is url the address of a Mimir, Cortex, Loki or Grafana 12, its ruler enabled?",
        )

    def version(self) -> str:
        """Return what the server says it is, `Mimir 3.0.1`; its product where it says nothing."""
        product, path = self.dialect.product, self.dialect.build
        answer = self._client.request("GET", path) if path else None
        number = _version(answer) if answer and answer.status == 200 else ""
        return f"{product} {number}".rstrip()

    def stored(self) -> Namespaces:
        """Return all groups by namespace."""
        return self._listed(self._client.request("GET", self.dialect.rules))

    def stored_in(self, namespace: str) -> Sequence[Spec]:
        """Return the groups of a namespace, none when there is no such."""
        answer = self._client.request("GET", f"{self.dialect.rules}/{_part(namespace)}")
        return () if answer.status == 404 else self._listed(answer).get(namespace, ())

    def put(self, namespace: str, group: Spec) -> None:
        """Store a group, a new one or another version."""
        path = f"{self.dialect.rules}/{_part(namespace)}"
        answer = self._client.request("POST", path, json=group)
        if answer.status not in (200, 201, 202):
            raise self._client.explain(answer)

    def remove(self, namespace: str, group: str) -> None:
        """Remove a group; one that is gone already is as good."""
        path = f"{self.dialect.rules}/{_part(namespace)}/{_part(group)}"
        answer = self._client.request("DELETE", path)
        if answer.status not in (200, 202, 204, 404):
            raise self._client.explain(answer)

    def loaded(self) -> Shown:
        """Return what is evaluated, as the state API says it."""
        path = self.dialect.state
        data = success(self._client.get_json(path), self.url + path, self.dialect.product)
        try:
            return {(group["file"], group["name"]): group for group in data["groups"]}
        except (KeyError, TypeError) as error:
            raise self._odd(path) from error

    def loaded_or_none(self) -> Shown:
        """Return what is evaluated, nothing when nobody can say: it is only told, not relied on."""
        try:
            return self.loaded()
        except TargetError:
            return {}

    def _listed(self, answer: Response) -> Namespaces:
        if answer.status == 404 and _NO_GROUPS in answer.body:
            return {}
        if answer.status != 200:
            raise self._client.explain(answer)
        try:
            found = yaml.load(answer.body) or {}
            if all(group["name"] for groups in found.values() for group in groups):
                return dict(found)
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
        raise self._odd(self.dialect.rules)

    def _odd(self, path: str) -> AnswerError:
        return AnswerError(
            f"{self.url}{path} answered something that is no list of rule groups",
            status=200,
            help=f"is url the base URL of a {self.dialect.product}?",
        )


def _lists_rules(answer: Response) -> bool:
    """Whether an answer is that of a rule API: YAML, or nothing there in its own words."""
    if answer.status == 404:
        return _NO_GROUPS in answer.body
    return answer.status == 200 and "yaml" in answer.headers.get("content-type", "")


def _version(answer: Response) -> str:
    try:
        said = orjson.loads(answer.body)
        number = str((said.get("data") or said).get("version", ""))
    except (ValueError, AttributeError):
        return ""
    return "" if number == "unknown" else number


def _part(name: str) -> str:
    return quote(name, safe="")
