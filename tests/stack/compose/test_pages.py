"""A configuration that a page shows is a piece of the file that it names."""

import re
from pathlib import Path

import pytest

from tests.stack.compose.conftest import STACK

ROOT = STACK.parent
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("stack", "instrument", "retention", "moving")]
_BLOCK = re.compile(r"^```\w+ (stack/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_in_the_file(page: Path) -> None:
    blocks = _BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    for name, shown in blocks:
        assert shown in (ROOT / name).read_text(encoding="utf-8"), f"{name} has no longer:\n{shown}"


def test_every_configuration_on_the_pages_names_its_file() -> None:
    """Commands may stand alone; what somebody would copy into a file may not."""
    for page in PAGES:
        alone = re.findall(r"^```(?!sh$|console$)(\w+)$", page.read_text("utf-8"), re.MULTILINE)
        assert alone == [], page.name
