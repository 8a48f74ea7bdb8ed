"""What we ask of one Prometheus."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Self

from obsdash.disk import yaml
from obsdash.durations import milliseconds
from obsdash.errors import TargetError
from obsdash.http import AnswerError, Client, Response, success
from obsdash.prometheus.groups import definition
from obsdash.resource import Spec

DEFAULT_INTERVAL = 60_000  # milliseconds; Prometheus' own default

Shown = Mapping[tuple[str, str], Mapping[str, Any]]  # (file name, group name) → as the API says
Groups = Mapping[tuple[str, str], Spec]  # (file name, group name) → its definition


@dataclass(frozen=True, slots=True)
class Facts:
    """How a Prometheus was started; interval: between evaluations, in milliseconds."""

    version: str
    interval: int
    rule_files: tuple[str, ...]
    features: str
    reloadable: bool


class Server:
    """One Prometheus; raises TargetError for whatever it does not answer as it should."""

    def __init__(self, client: Client, patient: Client) -> None:
        """Take two clients for its base URL: one waits as long as a reload may take."""
        self._client = client
        self._patient = patient
        self.url = client.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()
        self._patient.close()

    def facts(self) -> Facts:
        """Read version, configuration and flags."""
        flags = self._get("/api/v1/status/flags")
        config = self._config()
        shared = config.get("global") or {}
        return Facts(
            version=str(self._get("/api/v1/status/buildinfo").get("version", "")),
            interval=milliseconds(str(shared.get("evaluation_interval"))) or DEFAULT_INTERVAL,
            rule_files=tuple(config.get("rule_files") or ()),
            features=str(flags.get("enable-feature", "")),
            reloadable=flags.get("web.enable-lifecycle") == "true",
        )

    def shown(self) -> Shown:
        """Return what is loaded, as it is shown. Groups without rules are not."""
        found = self._get("/api/v1/rules").get("groups")
        try:
            return {(PurePosixPath(g["file"]).name, g["name"]): g for g in found or ()}
        except (KeyError, TypeError) as error:
            raise self._odd("/api/v1/rules") from error

    def groups(self, shown: Shown, interval: int) -> Groups:
        """Return the definitions of what is shown."""
        try:
            return {key: definition(group, interval) for key, group in shown.items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise self._odd("/api/v1/rules") from error

    def reload(self) -> Response:
        """Ask for a reload of configuration and rules; 200 means they are loaded."""
        return self._patient.post("/-/reload")

    def explained(self, answer: Response) -> AnswerError:
        """Say why an answer is not the one that was wanted."""
        return self._client.explain(answer)

    def _config(self) -> dict[str, Any]:
        try:
            config = yaml.load(str(self._get("/api/v1/status/config").get("yaml", "")).encode())
        except ValueError as error:
            raise self._odd("/api/v1/status/config") from error
        return config if isinstance(config, dict) else {}

    def _get(self, path: str) -> dict[str, Any]:
        data = success(self._client.get_json(path), self.url + path)
        if not isinstance(data, dict):
            raise self._odd(path)
        return data

    def _odd(self, path: str) -> TargetError:
        return TargetError(
            f"{self.url}{path} answered JSON that is not of Prometheus's shape",
            help="is url the base URL of a Prometheus, with its path prefix if it has one?",
        )
