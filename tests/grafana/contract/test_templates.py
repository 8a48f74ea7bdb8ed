"""Message templates, call by call."""

from typing import Any

import pytest

from tests.grafana.contract.conftest import Wire, path_of

TEMPLATES = "/v1/provisioning/templates"
DISABLE = {"X-Disable-Provenance": "true"}


def put(wire: Wire, name: str, text: str, **options: Any) -> Any:
    path = TEMPLATES + path_of(name)
    return wire.make("PUT", path, {"template": text}, undo=path, **options)


def owner(wire: Wire, name: str) -> str:
    """Return who provisioned a template."""
    whole = wire.get("/alertmanager/grafana/config/api/v1/alerts")
    return str(whole.get("template_file_provenances", {}).get(name, ""))


def test_text_without_define_is_wrapped_and_indented(wire: Wire) -> None:
    name = wire.name("t")
    put(wire, name, "line 1\n  {{ .Status }}\n")
    stored = wire.get(TEMPLATES + path_of(name))["template"]
    assert stored == f'{{{{ define "{name}" }}}}\n  line 1\n    {{{{ .Status }}}}\n{{{{ end }}}}'


def test_text_with_define_is_only_trimmed(wire: Wire) -> None:
    name = wire.name("t")
    text = '{{ define "x" }}a{{ end }}\n{{define "y"}}b{{end}}'
    answer = put(wire, name, f"  {text}\n\n")
    assert answer["template"] == text
    assert next(t for t in wire.get(TEMPLATES) if t["name"] == name)["template"] == text


@pytest.mark.parametrize("text", ["", '{{ define "x" }}a', "{{ if .A }}b"])
def test_what_is_no_template_is_refused(wire: Wire, text: str) -> None:
    path = TEMPLATES + path_of(wire.name("t"))
    status, answer = wire.ask("PUT", path, {"template": text})
    assert status == 400
    reason = "template must have content" if not text else "unexpected EOF"
    assert reason in str(answer)
    assert wire.ask("GET", path)[0] == 404


def test_a_stale_version_is_refused_where_there_are_versions(wire: Wire) -> None:
    name = wire.name("t")
    first = put(wire, name, "a")
    path = TEMPLATES + path_of(name)
    put(wire, name, "b")
    status, _ = wire.ask("PUT", path, {"template": "c", "version": first.get("version", "stale")})
    assert status == (409 if wire.since(11, 2) else 202)


def test_the_header_leaves_it_to_the_ui_where_it_counts(wire: Wire) -> None:
    name = wire.name("t")
    put(wire, name, "a", headers=DISABLE)
    assert owner(wire, name) == ("" if wire.since(10) else "api")
    put(wire, name, "a")
    assert owner(wire, name) == "api"
    put(wire, name, "a", headers=DISABLE)
    assert owner(wire, name) == ("" if wire.since(10) else "api")


def test_deleting_what_is_not_there_is_no_error(wire: Wire) -> None:
    name = wire.name("t")
    put(wire, name, "a")
    for _ in range(2):
        assert wire.ask("DELETE", TEMPLATES + path_of(name)) == (204, "")
