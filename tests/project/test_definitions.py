"""Which files are run, what of them counts, and where it goes."""

import json
from pathlib import Path

from obsdash.project import load_project
from obsdash.resource import Environment, Ref
from tests.project.conftest import Load, dashboard, refs, said, write

RULES = """\
groups:
- name: hosts
  rules:
  - alert: Down
    expr: up == 0
    labels: {severity: critical}
"""


def test_a_dashboard_is_what_a_public_name_of_a_module_holds(load: Load) -> None:
    project = load(
        {"dashboards/a.py": f"shown = {dashboard('a')}\n_hidden = {dashboard('b')}\nnumber = 3\n"}
    )
    assert refs(project) == ["dashboard/a"]
    assert not project.errors


def test_lists_tuples_and_dict_values_are_searched(load: Load) -> None:
    source = f"every = [({dashboard('a')},), {{'x': {dashboard('b')}}}]\n"
    assert refs(load({"dashboards/a.py": source})) == ["dashboard/a", "dashboard/b"]


def test_a_function_of_env_is_called_with_the_environment(load: Load) -> None:
    source = """
def board(env, title="Jobs of"):
    return {"uid": env.name, "title": f"{title} {env['job']}", "panels": []}

def helper(environment):
    raise AssertionError("not called")

def two(env, other):
    raise AssertionError("not called")
"""
    project = load({"dashboards/a.py": source}, job="api")
    assert [r.spec["title"] for r in project.resources] == ["Jobs of api"]


def test_a_generator_and_a_function_that_returns_nothing_here_are_fine(load: Load) -> None:
    source = f"""
def several(env):
    yield {dashboard("a")}
    yield {dashboard("b")}

def elsewhere(env):
    return []
"""
    project = load(
        {"dashboards/a.py": source, "dashboards/b.py": "def none(env):\n    return None\n"}
    )
    assert refs(project) == ["dashboard/a", "dashboard/b"]
    assert not project.errors


def test_the_sub_folder_is_the_grafana_folder_and_comes_as_a_resource(load: Load) -> None:
    project = load({"dashboards/Shop Floor/Payments/a.py": f"x = {dashboard('a')}"})
    by_ref = {resource.ref: resource for resource in project.resources}
    assert by_ref[Ref("dashboard", "a")].folder == "Shop Floor/Payments"
    inner = by_ref[Ref("folder", "Shop Floor/Payments")]
    outer = by_ref[Ref("folder", "Shop Floor")]
    assert (inner.spec, inner.folder) == ({"title": "Payments"}, "Shop Floor")
    assert (outer.spec, outer.folder) == ({"title": "Shop Floor"}, "")
    assert str(inner.origin) == "dashboards/Shop Floor/Payments/a.py:1"


def test_a_resource_that_names_its_folder_keeps_it(load: Load) -> None:
    source = """
from obsdash.resource import Ref, Resource

class Board:
    def __init__(self, uid, folder=""):
        self.uid, self.folder = uid, folder

    def resources(self):
        spec = {"uid": self.uid, "title": self.uid, "panels": []}
        yield Resource(Ref("dashboard", self.uid), spec, self.folder)

here, elsewhere = Board("here"), Board("elsewhere", "Else/Where")
"""
    project = load({"dashboards/Shop/a.py": source})
    assert {r.ref.uid: r.folder for r in project.resources if r.ref.kind == "dashboard"} == {
        "here": "Shop",
        "elsewhere": "Else/Where",
    }


def test_rule_files_become_a_resource_a_group_under_the_name_of_the_file(load: Load) -> None:
    project = load({"alerts/shop/hosts.yaml": RULES, "alerts/loki/errors.yml": RULES})
    assert refs(project) == ["loki-rule-group/loki-errors/hosts", "rule-group/shop-hosts/hosts"]
    group = project.resources[1]
    assert group.spec == {
        "name": "hosts",
        "rules": [{"alert": "Down", "expr": "up == 0", "labels": {"severity": "critical"}}],
    }
    assert str(group.origin) == "alerts/shop/hosts.yaml:2"
    assert str(group.origin_of("/rules/0/expr")) == "alerts/shop/hosts.yaml:4"


def test_groups_of_python_objects_get_the_namespace_of_their_file(load: Load) -> None:
    source = """
from obsdash.resource import Ref, Resource

class Group:
    def resources(self):
        yield Resource(Ref("rule-group", "hosts"), {"name": "hosts", "rules": []})

group = Group()
"""
    project = load({"alerts/shop/api.py": source})
    assert refs(project) == ["rule-group/shop-api/hosts"]


def test_promtools_test_files_may_lie_beside_the_rules(load: Load) -> None:
    tests = "rule_files: [hosts.yaml]\ntests: []\n"
    project = load({"alerts/hosts.yaml": RULES, "alerts/hosts_test.yaml": tests})
    assert refs(project) == ["rule-group/hosts/hosts"]
    assert not project.errors


def test_helpers_hidden_files_caches_and_other_endings_are_no_definitions(load: Load) -> None:
    bad = "raise AssertionError('run')"
    project = load(
        {
            "dashboards/a.py": f"x = {dashboard('a')}",
            "dashboards/_helper.py": bad,
            "dashboards/_lib/x.py": bad,
            "dashboards/.hidden/x.py": bad,
            "dashboards/__pycache__/x.py": bad,
            "dashboards/notes.txt": bad,
            "elsewhere/x.py": bad,
        }
    )
    assert refs(project) == ["dashboard/a"]
    assert not project.errors


def test_rule_tests_are_collected_apart_and_count_as_a_definition(load: Load) -> None:
    source = """
class RuleTest:
    obsdash_rule_test = True

first = RuleTest()
others = [RuleTest(), RuleTest()]
"""
    project = load({"alerts/checks.py": source})
    assert len(project.tests) == 3
    assert not project.resources
    assert not project.errors


def test_grafana_s_exports_are_taken_out_of_their_wrapping(load: Load) -> None:
    board = {"uid": "a", "id": 7, "version": 3, "title": "A", "panels": []}
    envelope = {
        "apiVersion": "dashboard.grafana.app/v1beta1",
        "kind": "Dashboard",
        "metadata": {"name": "d"},
        "spec": {"title": "A", "panels": []},
    }
    project = load(
        {
            "dashboards/bare.json": json.dumps(board),
            "dashboards/api.json": json.dumps({"meta": {}, "dashboard": {**board, "uid": "b"}}),
            "dashboards/wrapped.json": json.dumps({"dashboard": {**board, "uid": "c"}}),
            "dashboards/kubernetes.json": json.dumps(envelope),
        }
    )
    assert refs(project) == [f"dashboard/{uid}" for uid in "abcd"]
    assert project.resources[0].spec == {"uid": "a", "title": "A", "panels": []}


def test_what_cannot_be_delivered_is_an_error_with_the_way_out(load: Load) -> None:
    panel = {"id": 1, "title": "p", "type": "text", "datasource": {"uid": "${DS_PROM}"}}
    inputs = {"uid": "i", "title": "I", "panels": [panel], "__inputs": [{"name": "DS_PROM"}]}
    project = load(
        {
            "dashboards/config.yaml": "apiVersion: v1\nkind: ConfigMap\ndata: {}\n",
            "dashboards/inputs.json": json.dumps(inputs),
            "dashboards/other.json": '{"some": "thing"}',
            "dashboards/v2.json": '{"title": "x", "elements": {}, "layout": {}}',
        }
    )
    assert said(project) == [
        "dashboards/config.yaml:1: a Kubernetes ConfigMap cannot be delivered",
        'dashboards/inputs.json: dashboard "I" waits for inputs that only Grafana\'s import dialog'
        " fills: DS_PROM",
        "dashboards/other.json: it holds neither dashboard, rules, data source nor Alertmanager"
        " configuration",
        "dashboards/v2.json: dashboard 'x' is in the v2 schema, which is not supported",
    ]
    assert all(error.help for error in project.errors if "other" not in str(error))


def test_a_prometheus_rule_resource_is_a_rule_file(load: Load) -> None:
    inner = "".join(f"  {line}\n" for line in RULES.splitlines())
    text = f"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n{inner}"
    project = load({"alerts/k8s.yaml": text})
    assert refs(project) == ["rule-group/k8s/hosts"]
    assert str(project.resources[0].origin_of("/rules/0")) == "alerts/k8s.yaml:7"


def test_an_alertmanager_configuration_is_a_definition(load: Load) -> None:
    project = load({"alerts/routing.yaml": "route: {receiver: x}\nreceivers: [{name: x}]\n"})
    assert refs(project) == ["alertmanager/main"]


def test_a_secret_in_an_alertmanager_configuration_is_refused_by_its_place(load: Load) -> None:
    webhook = "webhook_configs: [{url: 'http://127.0.0.1/'}]"
    slack = "slack_configs: [{channel: x, api_url: 'http://s3cret'}]"
    text = f"route: {{receiver: x}}\nreceivers: [{{name: x, {webhook}, {slack}}}]\n"
    project = load({"alerts/routing.yaml": text})
    (error,) = project.errors
    assert error.message == "receivers[x].slack_configs[0].api_url is a secret in plain sight"
    assert error.help.endswith("api_url_file names that")
    assert refs(load({"alerts/routing.yaml": text.replace("api_url", "api_url_file")})) == [
        "alertmanager/main"
    ]


def test_the_result_is_the_same_from_another_directory_and_a_second_time(
    load: Load, tmp_path: Path, monkeypatch: object
) -> None:
    files = {"dashboards/b.py": f"x = {dashboard('b')}", "dashboards/a.py": f"x = {dashboard('a')}"}
    first = load(files)
    second = load_project(Path(str(tmp_path)), Environment("test"))
    assert first.resources == second.resources


def test_two_projects_in_one_process_do_not_mix(tmp_path: Path) -> None:
    titles = []
    for name in ("one", "two"):
        root = tmp_path / name
        write(
            root,
            {
                "common.py": f"title = {name!r}",
                "dashboards/a.py": "from common import title\n"
                'x = {"uid": "a", "title": title, "panels": []}',
            },
        )
        titles += [r.spec["title"] for r in load_project(root, Environment("test")).resources]
    assert titles == ["one", "two"]


def test_an_export_whose_inputs_nothing_waits_for_is_a_dashboard(load: Load) -> None:
    variable = {"name": "DS_PROM", "type": "datasource", "query": "prometheus"}
    board = {
        "uid": "x",
        "title": "${DS_PROM} as a variable",
        "panels": [],
        "templating": {"list": [variable]},
        "__inputs": [{"name": "DS_PROM"}, {"name": "DS_UNUSED"}],
        "__requires": [],
    }
    project = load({"dashboards/x.json": json.dumps(board)})
    assert said(project) == []
    assert "__inputs" not in project.resources[0].spec
