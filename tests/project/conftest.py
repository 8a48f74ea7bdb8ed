"""A project on disk, loaded in one line."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from obsdash.project import Project, load_project
from obsdash.resource import Environment

Load = Callable[..., Project]


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write the files and load the project; variables go to the environment "test"."""

    def load(files: Mapping[str, str | bytes], off: str = "", **variables: Any) -> Project:
        write(tmp_path, files)
        environment = Environment("test", variables)
        return load_project(tmp_path, environment, modernise_off=frozenset(off.split()))

    return load


def dashboard(uid: str, title: str = "A dashboard", panels: str = "[]") -> str:
    """Return the source of a dict dashboard."""
    return f'{{"uid": "{uid}", "title": "{title}", "panels": {panels}}}'


def said(project: Project) -> list[str]:
    """Return the errors as a user reads them."""
    return [str(error) for error in project.errors]


def refs(project: Project) -> list[str]:
    return [str(resource.ref) for resource in project.resources]
