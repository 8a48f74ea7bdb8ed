"""Data sources: Grafana's two spellings, and secrets that are references."""

import json

import pytest

from obsdash.project import Project
from tests.project.conftest import Load, said

PROVISIONING = """\
apiVersion: 1
deleteDatasources: [{name: Old, orgId: 1}]
datasources:
- name: Loki
  uid: loki
  type: loki
  url: http://$LOKI_HOST:3100
  orgId: 1
  version: 3
  editable: false
  jsonData:
    derivedFields: [{name: trace, url: "$${__value.raw}", matcherRegex: "id=(.*)$"}]
  secureJsonData:
    basicAuthPassword: ${LOKI_PASSWORD}
    token: $__file{/run/secrets/token}
    other: $__env{OTHER}
    own: env:OWN
"""


def test_a_provisioning_file_becomes_what_the_api_takes(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKI_HOST", "logs")
    project = load({"datasources/all.yaml": PROVISIONING})
    assert said(project) == []
    (loki,) = project.resources
    assert str(loki.ref) == "datasource/loki"
    assert loki.spec == {
        "access": "proxy",
        "name": "Loki",
        "uid": "loki",
        "type": "loki",
        "url": "http://logs:3100",
        "jsonData": {
            "derivedFields": [
                {"name": "trace", "url": "${__value.raw}", "matcherRegex": "id=(.*)$"}
            ]
        },
    }
    assert loki.secrets == {
        "basicAuthPassword": "env:LOKI_PASSWORD",
        "token": "file:/run/secrets/token",
        "other": "env:OTHER",
        "own": "env:OWN",
    }
    assert str(loki.origin) == "datasources/all.yaml:4"
    assert "LOKI_HOST" in project.inputs.environ


def one(load: Load, **keys: object) -> Project:
    document = {"uid": "a", "name": "A", "type": "prometheus", "url": "http://a"} | keys
    return load({"datasources/a.json": json.dumps(document, indent=1)})


def test_a_literal_secret_is_refused_and_never_repeated(load: Load) -> None:
    for keys in (
        {"secureJsonData": {"password": "hunter2"}},
        {"password": "hunter2"},
        {"basicAuthPassword": "hunter2"},
        {"url": "http://me:hunter2@server"},
    ):
        project = one(load, **keys)
        assert len(project.errors) == 1
        assert "hunter2" not in str(project.errors) + project.errors[0].help
        assert project.errors[0].help


def test_a_literal_secret_in_a_provisioning_file_is_refused_too(load: Load) -> None:
    text = PROVISIONING.replace("env:OWN", "hun$ter2").replace("$LOKI_HOST", "loki")
    project = load({"datasources/all.yaml": text})
    assert said(project) == [
        'datasources/all.yaml:4: data source "Loki": own must be a reference, not the secret itself'
    ]


def test_an_environment_variable_that_is_not_set_is_named(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOKI_HOST", raising=False)
    project = load({"datasources/all.yaml": PROVISIONING})
    assert said(project) == [
        "datasources/all.yaml:4: the environment variable LOKI_HOST is not set"
    ]


def test_type_name_and_uid_are_needed(load: Load) -> None:
    text = "datasources:\n- {name: A, uid: a}\n"
    assert said(load({"datasources/a.yaml": text}))[0].endswith('data source "A" has no type')
    text = "datasources:\n- {type: loki, uid: a}\n"
    assert said(load({"datasources/a.yaml": text}))[0].endswith("a data source has no name")
    text = "datasources:\n- {type: loki, name: a}\n"
    assert said(load({"datasources/a.yaml": text}))[0].endswith('data source "a" has no uid')
