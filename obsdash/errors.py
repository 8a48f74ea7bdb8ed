"""Every error a user can meet. A bug is not among them: it keeps its traceback.

ObsdashError
├── DefinitionError     a definition file is wrong
├── ConfigError         `[tool.obsdash]`, an option or an environment variable is wrong
├── TargetError         a server or a folder does not do what it should
└── Problems            several of the above, found in one run
"""

from collections.abc import Iterable

from obsdash.origin import Origin


class ObsdashError(Exception):
    """Say what is wrong in one sentence, where it is, and what to do about it."""

    def __init__(self, message: str, *, origin: Origin | None = None, help: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.origin = origin
        self.help = help

    def __str__(self) -> str:
        return f"{self.origin}: {self.message}" if self.origin else self.message


class DefinitionError(ObsdashError):
    """A definition file cannot be used as it stands."""


class ConfigError(ObsdashError):
    """The configuration or the command line asks for something that cannot be."""


class TargetError(ObsdashError):
    """A live system refused, failed or answered something unexpected."""


class Problems(ObsdashError):  # noqa: N818 (it is several)
    """Several errors of one run, in a stable order."""

    def __init__(self, errors: Iterable[ObsdashError]) -> None:
        self.errors = tuple(sorted(errors, key=_place))
        super().__init__("\n".join(str(error) for error in self.errors))


def _place(error: ObsdashError) -> tuple[str, int, str]:
    origin = error.origin or Origin("", 0)
    return origin.file, origin.line, error.message
