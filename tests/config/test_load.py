"""`[tool.obsdash]`: what is right is read, what is wrong is named with its line, all at once."""

from pathlib import Path

import pytest

from obsdash.config import (
    AlertmanagerConfig,
    Config,
    DirectoryConfig,
    GrafanaConfig,
    PrometheusConfig,
    find_root,
    load_config,
)
from obsdash.config.model import ManagedRulesConfig
from obsdash.errors import ConfigError, ObsdashError, Problems

GOOD = """\
[tool.obsdash]
project = "shop"
default-env = "prod"
modernise = { off = ["dead-keys"] }

[tool.obsdash.env.local]
targets = [{ type = "directory", path = "build/local", mount = "/etc/obs" }]

[tool.obsdash.env.prod]
variables = { job = "api", replicas = 3 }
targets = [
  { type = "grafana", url = "https://grafana.example.com/", token = "env:GRAFANA_TOKEN", org = 2 },
  { type = "prometheus", url = "http://p:9090", rules = "/rules", replicas = ["http://q:9090"] },
]
query = { loki = "http://loki:3100" }
"""


def _load(folder: Path, text: str, environ: dict[str, str] | None = None) -> Config:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_config(folder, environ or {})


def _errors(folder: Path, text: str) -> list[str]:
    with pytest.raises(ObsdashError) as caught:
        _load(folder, text)
    error = caught.value
    return [str(e) for e in (error.errors if isinstance(error, Problems) else [error])]


def test_a_configuration_is_read(tmp_path: Path) -> None:
    config = _load(tmp_path, GOOD)
    prod = config.environment(None)
    assert (config.project, prod.name) == ("shop", "prod")
    assert config.modernise_off == {"dead-keys"}
    assert prod.environment["job"] == "api"
    assert prod.targets == (
        GrafanaConfig("https://grafana.example.com", token="env:GRAFANA_TOKEN", org=2),
        PrometheusConfig("http://p:9090", "/rules", replicas=("http://q:9090",)),
    )
    assert prod.query == {"loki": "http://loki:3100"}
    assert config.environment("local").targets == (DirectoryConfig("build/local", "/etc/obs"),)


def test_an_alertmanager_has_a_url_and_a_file_and_takes_overrides(tmp_path: Path) -> None:
    target = '{ type = "alertmanager", url = "", optional = true, config = "am.yml" }'
    (tmp_path / "pyproject.toml").write_text(f"[tool.obsdash.env.prod]\ntargets = [{target}]\n")
    assert load_config(tmp_path, {}).environment("prod").targets == ()
    environ = {
        "OBSDASH_PROD_ALERTMANAGER_URL": "http://a:9093/",
        "OBSDASH_PROD_ALERTMANAGER_CONFIG": "/etc/am.yml",
        "OBSDASH_PROD_ALERTMANAGER_TOKEN": "t0ken",
    }
    assert load_config(tmp_path, environ).environment("prod").targets == (
        AlertmanagerConfig(
            "http://a:9093", "/etc/am.yml", token="env:OBSDASH_PROD_ALERTMANAGER_TOKEN"
        ),
    )


def test_an_alertmanager_without_a_file_is_that_of_a_tenant(tmp_path: Path) -> None:
    keys = 'url = "http://mimir:9009", tenant = "shop", templates = "alerts/templates"'
    config = _load(
        tmp_path,
        f'[tool.obsdash.env.prod]\ntargets = [{{ type = "alertmanager", {keys} }}]\n',
    )
    assert config.environment("prod").targets == (
        AlertmanagerConfig("http://mimir:9009", tenant="shop", templates="alerts/templates"),
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('config = "a.yml", tenant = "shop"', "tenant is for a Mimir, which has no config"),
        ('replicas = ["http://b"]', "replicas needs config"),
    ],
)
def test_what_only_one_kind_of_alertmanager_has_is_refused_on_the_other(
    tmp_path: Path, keys: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        _load(
            tmp_path,
            "[tool.obsdash.env.prod]\n"
            f'targets = [{{ type = "alertmanager", url = "http://a", {keys} }}]\n',
        )


def test_grafanas_own_alerting_is_asked_for_with_the_same_keys_by_url_and_by_folder(
    tmp_path: Path,
) -> None:
    rules = 'rules_folder = "Alerts/", rules_prometheus = "prom", records = false'
    config = _load(
        tmp_path,
        f"""\
[tool.obsdash.env.prod]
targets = [
  {{ type = "grafana", url = "http://g", {rules}, routing = true }},
  {{ type = "directory", path = "x", rules_for = ["grafana"], {rules}, routing_for = ["grafana"] }},
]
""",
    )
    managed = ManagedRulesConfig("Alerts", prometheus="prom", records=False)
    assert config.environment("prod").targets == (
        GrafanaConfig("http://g", rules=managed, routing=True),
        DirectoryConfig("x", rules_for=("grafana",), rules=managed, routing_for=("grafana",)),
    )


def test_without_configuration_there_is_a_local_folder(tmp_path: Path) -> None:
    config = load_config(tmp_path, {})
    assert config.environment(None).targets == (DirectoryConfig("build/local"),)
    assert config.project == tmp_path.name


def test_an_unknown_environment_names_the_nearest_and_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'prod'") as caught:
        _load(tmp_path, GOOD).environment("prd")
    assert caught.value.help == "environments: local, prod"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('project = "shop"', 'projekt = "shop"', ":2: tool.obsdash.projekt is not known; did you"),
        ('project = "shop"', "project = 7", ":2: tool.obsdash.project must be a string"),
        ('project = "shop"', 'project = "a b"', ":2: tool.obsdash.project must be 1–40 letters"),
        (
            '"directory"',
            '"directry"',
            ":7: tool.obsdash.env.local.targets[0].type 'directry' is not",
        ),
        ('path = "build/local", ', "", ":7: tool.obsdash.env.local.targets[0].path is missing"),
        (
            '"env:GRAFANA_TOKEN"',
            '"glsa_123"',
            ":12: tool.obsdash.env.prod.targets[0].token must be a",
        ),
        (
            "https://grafana",
            "https://u:glsa_123@grafana",
            ":12: tool.obsdash.env.prod.targets[0].url holds",
        ),
        ("http://p:9090", "p:9090", ":13: tool.obsdash.env.prod.targets[1].url must be a URL"),
        ("http://loki", "loki", ":15: tool.obsdash.env.prod.query.loki must be a URL"),
        (
            "org = 2",
            "orgg = 2",
            ":12: tool.obsdash.env.prod.targets[0].orgg is not known; did you mean",
        ),
        (
            "org = 2",
            "verify = 1",
            ":12: tool.obsdash.env.prod.targets[0].verify must be true or false",
        ),
        ("org = 2", "records = false", "records needs a rules_folder, the folder of the rules in"),
        (
            'mount = "/etc/obs"',
            'rules_for = ["grafna"]',
            "targets[0].rules_for 'grafna' is not a reader of rules; did you mean 'grafana'",
        ),
        (
            'mount = "/etc/obs"',
            'rules_for = ["grafana"]',
            'rules_for is without the other: "grafana" in it and rules_folder',
        ),
        (
            'mount = "/etc/obs"',
            'rules_folder = "Alerts"',
            'rules_folder is without the other: "grafana" in rules_for',
        ),
        (
            'mount = "/etc/obs"',
            'routing_for = ["slack"]',
            "routing_for 'slack' is not a reader of routing",
        ),
        ("org = 2", 'user = "x"', "password is missing: user and password go together"),
        ("replicas = [", "replicas = 1 #", "it is not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    errors = _errors(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in error for error in errors), errors
    assert all(error.startswith("pyproject.toml:") for error in errors)
    assert "glsa_123" not in "".join(errors)


def test_all_mistakes_are_reported_in_one_run(tmp_path: Path) -> None:
    text = (
        GOOD.replace("project", "projekt").replace('"directory"', '"x"').replace("org = 2", "o = 2")
    )
    assert len(_errors(tmp_path, text)) == 3


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(tmp_path, {})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("OBSDASH_PROD_GRAFANA_URL", "http://other", ("targets", 0, "url", "http://other")),
        ("OBSDASH_PROD_GRAFANA_ORG", "5", ("targets", 0, "org", 5)),
        ("OBSDASH_PROD_PROMETHEUS_RULES", "/r", ("targets", 1, "rules", "/r")),
        (
            "OBSDASH_PROD_PROMETHEUS_REPLICAS",
            "http://a,http://b",
            ("targets", 1, "replicas", ("http://a", "http://b")),
        ),
        ("OBSDASH_PROD_GRAFANA_VERIFY", "false", ("targets", 0, "tls", None)),
    ],
)
def test_the_process_environment_overrides_a_target(
    tmp_path: Path, name: str, value: str, expected: tuple[str, int, str, object]
) -> None:
    prod = _load(tmp_path, GOOD, {name: value}).environment("prod")
    _, index, key, wanted = expected
    found = getattr(prod.targets[index], key)
    assert found == wanted if wanted is not None else found.verify is False


def test_an_optional_target_without_a_url_is_left_out_until_it_has_one(tmp_path: Path) -> None:
    text = GOOD.replace('url = "https://grafana.example.com/"', 'url = "", optional = true')
    assert len(_load(tmp_path, text).environment("prod").targets) == 1
    environ = {"OBSDASH_PROD_GRAFANA_URL": "http://g"}
    assert len(_load(tmp_path, text, environ).environment("prod").targets) == 2


def test_the_process_environment_overrides_variables_and_keeps_their_type(tmp_path: Path) -> None:
    environ = {"OBSDASH_PROD_VARIABLES_JOB": "web", "OBSDASH_PROD_VARIABLES_REPLICAS": "5"}
    prod = _load(tmp_path, GOOD, environ).environment("prod")
    assert prod.variables == {"job": "web", "replicas": 5}


def test_an_override_of_a_variable_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as failed:
        _load(tmp_path, GOOD, {"OBSDASH_PROD_VARIABLES_JOBS": "web"})
    assert str(failed.value).endswith(
        "tool.obsdash.env.prod.variables has no jobs, which OBSDASH_PROD_VARIABLES_JOBS sets;"
        " did you mean 'job'?"
    )
    assert failed.value.help == 'declare it, jobs = "" say, or unset OBSDASH_PROD_VARIABLES_JOBS'


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        (
            'type = "grafana", url = "http://g/"',
            'type = "grafana", url = "http://g", org = 2',
            "url",
        ),
        ('type = "directory", path = "build"', 'type = "directory", path = "./build/"', "path"),
    ],
)
def test_two_targets_that_are_one_are_refused(
    tmp_path: Path, one: str, other: str, key: str
) -> None:
    text = f"[tool.obsdash.env.prod]\ntargets = [\n  {{ {one} }},\n  {{ {other} }},\n]\n"
    (error,) = _errors(tmp_path, text)
    assert error.startswith("pyproject.toml:4: ")
    assert f"targets[1].{key} is that of another" in error
    assert "each would undo what the other does" in error
    two = '{ type = "ruler", url = "http://m", tenant = "a" }, { type = "ruler", url = "http://m" }'
    assert _load(tmp_path, f"[tool.obsdash.env.prod]\ntargets = [{two}]\n").environment("prod")


def test_an_overridden_secret_stays_a_reference(tmp_path: Path) -> None:
    prod = _load(tmp_path, GOOD, {"OBSDASH_PROD_GRAFANA_TOKEN": "glsa_123"}).environment("prod")
    grafana = prod.targets[0]
    assert isinstance(grafana, GrafanaConfig)
    assert grafana.token == "env:OBSDASH_PROD_GRAFANA_TOKEN"
    assert "glsa_123" not in repr(prod)


def test_the_project_is_the_nearest_folder_that_is_configured(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(GOOD)
    deep = tmp_path / "dashboards" / "deep"
    deep.mkdir(parents=True)
    assert find_root(deep) == tmp_path
