"""Where a running stack is, for people and as the variables of an environment of obsdash."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Addresses:
    """Names as in OBSDASH_<ENV>_NAME."""

    urls: Mapping[str, str]  # component → where it is looked at
    values: Mapping[str, str] = field(default_factory=dict)  # name → value
    secrets: Mapping[str, Path] = field(default_factory=dict)  # name → the file that has the value

    def environment(self, env: str) -> dict[str, str]:
        """Return the variables of the process environment that lead obsdash to the stack."""
        read = {name: file.read_text(encoding="utf-8") for name, file in self.secrets.items()}
        return {f"{_prefix(env)}{name}": text for name, text in {**self.values, **read}.items()}

    def shell_lines(self, env: str) -> Iterable[str]:
        """Yield the same as lines for a shell, which reads the secrets itself."""
        for name, text in self.values.items():
            yield f"{_prefix(env)}{name}={shlex.quote(text)}"
        for name, file in self.secrets.items():
            yield f'{_prefix(env)}{name}="$(cat {shlex.quote(str(file))})"'


def _prefix(env: str) -> str:
    return f"OBSDASH_{env.upper()}_"
