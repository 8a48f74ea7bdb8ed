"""What the documentation shows is what happens: its `console` blocks are run, in order."""

import re
from pathlib import Path

import pytest

from tests.cli.shell import write
from tests.doubles.grafana import GrafanaDouble
from tests.support import transcripts
from tests.support.hands import Hands, red

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```\w+\n# (\S+\.(?:py|toml))\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GRAFANA = "https://grafana.example.com"
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    text = page.read_text(encoding="utf-8")
    blocks = _BLOCK.findall(text)
    if any(f"grafana {_GRAFANA}" in block for block in blocks):
        monkeypatch.setenv("GRAFANA_TOKEN", "glsa_admin")
        _check_at_a_grafana(text, blocks, tmp_path)
        return
    for block in blocks:
        transcripts.check(block)


def _check_at_a_grafana(text: str, blocks: list[str], root: Path) -> None:
    """Run a page that shows its project's files and has a Grafana, where Alice works as well."""
    with GrafanaDouble() as double:
        assert double.token("Admin") == "glsa_admin"
        double.person("alice", "Editor")
        hands = Hands(double.url)
        people = {"alice": lambda words: hands.edit("api", red(words[1], float(words[-1])))}
        for name, content in _FILE.findall(text):
            write(root, {name: content.replace(_GRAFANA, double.url)})
        for block in blocks:
            transcripts.check(block, people=people, called=(double.url, _GRAFANA))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_links_to_what_exists(page: Path) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing
