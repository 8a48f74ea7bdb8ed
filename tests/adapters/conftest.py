"""Projects on disk, as the tests of `project` have them."""

from tests.project.conftest import load

__all__ = ["load"]
