"""What a component of the native stack is: a row of the manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CORE = "core"  # the profile that is always there


@dataclass(frozen=True, slots=True)
class Addition:
    """What a component gets when another one is there (or, with `absent`, when it is not).

    `unless` names one more component, which must not be there.
    """

    other: str
    absent: bool = False
    unless: str = ""
    argv: tuple[str, ...] = ()
    scrape: tuple[str, ...] = ()  # files of prometheus/scrape.d/simulated


@dataclass(frozen=True, slots=True)
class Component:
    """One program: how it is found, started, known to be ready and named to users."""

    name: str  # the name of its service; configuration files call it NAME:PORT
    port: int  # preferred
    url: str
    remedy: str  # how to get it when it is missing
    argv: tuple[str, ...]
    profile: str = CORE
    programs: tuple[str, ...] = ()  # on PATH, the first that is there; none: Python itself
    proof: str = ""  # what its --version says, where another program has the same name
    module: str = ""  # what Python needs
    settings: tuple[str, ...] = ()  # environment variables that it is useless without
    needs: tuple[str, ...] = ()  # useless without these components
    additions: tuple[Addition, ...] = ()
    ports: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    # further ports: as its configuration files call them → preferred
    files: tuple[str, ...] = ()  # of the bundle, copied to its folder for this machine
    paths: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # folders that `files` name → below its own
    folders: tuple[str, ...] = ()  # below its own
    keeps: tuple[str, ...] = ()  # what a backup holds, below its own
    password: bool = False  # make one, in the file `password`
    ready: str = ""  # path that answers 200; empty: it is ready when it listens
    reload: str = ""  # path to POST to when it runs already
    variables: tuple[tuple[str, str], ...] = ()  # OBSDASH_<ENV>_NAME → what it says
    secret_files: tuple[tuple[str, str], ...] = ()  # likewise, the file in its folder that says it
