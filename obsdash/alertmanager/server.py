"""What we ask of one Alertmanager."""

import re
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from obsdash.alertmanager.files import decode
from obsdash.errors import TargetError
from obsdash.http import AnswerError, Client, Response
from obsdash.resource import Spec

_HASH = "alertmanager_config_hash"
_RELOADED = "alertmanager_config_last_reload_successful"


@dataclass(frozen=True, slots=True)
class State:
    """Which file is loaded, by its hash, and whether the last reload went well."""

    hash: int
    reloaded: bool


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration that is loaded: defaults filled in, `<secret>` for secrets."""

    url: str
    version: str
    state: State
    config: Spec = field(repr=False)


class Server:
    """One Alertmanager; raises TargetError for whatever it does not answer as it should."""

    def __init__(self, client: Client) -> None:
        """Take a client for its base URL."""
        self._client = client
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

    def loaded(self) -> Loaded:
        """Return version and configuration."""
        path = "/api/v2/status"
        status = self._client.get_json(path)
        try:
            version = str(status["versionInfo"]["version"])
            config = decode(status["config"]["original"].encode())
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise self._odd(path, "JSON") from error
        return Loaded(self.url, version, self.state(), config)

    def state(self) -> State:
        """Return what the metrics say of the configuration."""
        path = "/metrics"
        answer = self._client.request("GET", path)
        if answer.status != 200:
            raise self._client.explain(answer)
        try:
            return State(int(_gauge(answer.text, _HASH)), _gauge(answer.text, _RELOADED) == 1)
        except (StopIteration, ValueError, OverflowError) as error:
            raise self._odd(path, "metrics") from error

    def reload(self) -> Response:
        """Ask for a reload; 200 means that the file is loaded."""
        return self._client.post("/-/reload")

    def explained(self, answer: Response) -> AnswerError:
        """Say why an answer is not the one that was wanted."""
        return self._client.explain(answer)

    def _odd(self, path: str, what: str) -> TargetError:
        return TargetError(
            f"{self.url}{path} answered {what} not of Alertmanager's shape",
            help="is url the base URL of an Alertmanager, with its path prefix if it has one?",
        )


def _gauge(metrics: str, name: str) -> float:
    """Return a metric without labels; raises StopIteration when it is absent."""
    return float(next(re.finditer(rf"^{name} (\S+)$", metrics, re.MULTILINE))[1])
