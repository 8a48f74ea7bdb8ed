"""Our own data sources: one set for development, one for production, under fixed uids."""

from pathlib import Path

import pytest

from obsdash.project import load_project
from obsdash.resource import Environment, Resource

ROOT = Path(__file__).parents[2]
CORE = {"prometheus", "loki", "tempo", "alertmanager", "elasticsearch", "redis"}


def _sources(name: str, **variables: str) -> dict[str, Resource]:
    project = load_project(ROOT, Environment(name, variables))
    assert project.errors == ()
    return {r.ref.uid: r for r in project.resources if r.ref.kind == "datasource"}


def test_development_has_jaeger_and_no_secret() -> None:
    sources = _sources("local")

    assert sources.keys() == CORE | {"jaeger"}
    assert not any(source.secrets for source in sources.values())


def test_production_has_the_langfuse_database_and_passwords_by_reference() -> None:
    sources = _sources("prod")

    assert sources.keys() == CORE | {"langfuse"}
    assert sources["langfuse"].secrets == {"password": "file:/run/secrets/langfuse_db_password"}
    assert sources["redis"].secrets == {"password": "file:/run/secrets/redis_password"}


@pytest.mark.parametrize("name", ["local", "prod"])
def test_exactly_one_is_the_default(name: str) -> None:
    default = [uid for uid, source in _sources(name).items() if source.spec["isDefault"]]

    assert default == ["prometheus"]


def test_what_an_environment_does_not_have_is_left_out_and_not_linked_to() -> None:
    sources = _sources("dev", tempo_url="", jaeger_url="", elasticsearch_url="")

    assert sources.keys() == {"prometheus", "loki", "alertmanager", "redis"}
    assert "tempo" not in str([source.spec for source in sources.values()])
    assert "jaeger" not in str([source.spec for source in sources.values()])


@pytest.mark.parametrize("name", ["local", "prod"])
def test_links_lead_to_data_sources_that_exist(name: str) -> None:
    sources = _sources(name)

    assert _linked([source.spec for source in sources.values()]) <= sources.keys()


def _linked(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_linked, value))
    if isinstance(value, dict):
        own = {str(value["datasourceUid"])} if "datasourceUid" in value else set()
        return own.union(*map(_linked, value.values()))
    return set()
