"""Definition files: found, run, and collected into resources."""

from dataclasses import dataclass
from pathlib import Path

from obsdash.errors import ObsdashError
from obsdash.project.inputs import Inputs
from obsdash.resource import Environment, Resource


@dataclass(frozen=True, slots=True)
class Project:
    """What the definition files say.

    resources: by ref.
    tests: rule tests, by file and line.
    errors: everything that is wrong; as long as there is any, `resources` is not the whole.
    inputs: what the result depends on.
    """

    resources: tuple[Resource, ...]
    tests: tuple[object, ...]
    errors: tuple[ObsdashError, ...]
    inputs: Inputs


def load_project(
    root: Path, environment: Environment, *, modernise_off: frozenset[str] = frozenset()
) -> Project:
    """Run all definition files of a project; what is wrong in them is in `errors`.

    modernise_off: names of the repairs that shall not be made.
    """
    from obsdash.project.load import load  # not loaded when a build is skipped

    return load(root.resolve(), environment, modernise_off)
