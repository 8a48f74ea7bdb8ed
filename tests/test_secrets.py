"""Secrets are references; their values appear nowhere but where they are sent."""

from pathlib import Path

import pytest

from obsdash import secrets
from obsdash.errors import ConfigError


def test_a_reference_to_the_environment_is_resolved() -> None:
    assert secrets.resolve("env:TOKEN", {"TOKEN": "s3cret"}) == "s3cret"


def test_a_reference_to_a_file_is_resolved_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    assert secrets.resolve(f"file:{tmp_path}/token", {}) == "s3cret"


@pytest.mark.parametrize("reference", ["env:TOKEN", "file:/nowhere/token"])
def test_a_reference_that_leads_nowhere_is_named(reference: str) -> None:
    with pytest.raises(ConfigError, match=r"TOKEN|/nowhere/token"):
        secrets.resolve(reference, {"TOKEN": ""})
    assert not secrets.is_set(reference, {})


@pytest.mark.parametrize("literal", ["hunter2", "env:", "env:A B", "", 7, None, ["env:X"]])
def test_a_literal_is_refused_without_being_repeated(literal: object) -> None:
    with pytest.raises(ConfigError) as caught:
        secrets.check(literal, "token")
    assert "hunter2" not in str(caught.value) + caught.value.help
