"""A mistake in a file is one sentence with its place; the other files' problems come too."""

import os
from pathlib import Path

import pytest

from obsdash.project import load_project
from obsdash.resource import Environment
from tests.project.conftest import Load, dashboard, refs, said


def test_an_empty_project_is_told_how_to_begin(tmp_path: Path) -> None:
    project = load_project(tmp_path, Environment("test"))
    assert said(project) == ["there are no definitions in dashboards/, alerts/ or datasources/"]
    assert "obsdash init" in project.errors[0].help


def test_all_files_are_heard_and_the_good_ones_still_count(load: Load) -> None:
    project = load(
        {
            "dashboards/good.py": f"x = {dashboard('good')}",
            "alerts/a_raises.py": "def f():\n    return 1 / 0\n\nx = f()",
            "alerts/b_imports.py": "\nimport no_such_library.part",
            "alerts/c_syntax.py": "x = 1\ny = (",
            "alerts/d_exits.py": "import sys\nsys.exit('enough')",
            "alerts/e_empty.py": "x = 1",
            "alerts/f_recursion.py": "def f():\n    return f()\nf()",
            "alerts/g_own.py": "import dashboards.nothing_here",
            "alerts/h_name.py": "from dashboards.good import missing",
        }
    )
    assert refs(project) == ["dashboard/good"]
    assert said(project) == [
        "alerts/a_raises.py:2: ZeroDivisionError: division by zero",
        "alerts/b_imports.py:2: it imports no_such_library, which is not there",
        "alerts/c_syntax.py:2: Python cannot read it: '(' was never closed",
        "alerts/d_exits.py:2: it calls sys.exit('enough')",
        "alerts/e_empty.py: it defines nothing",
        "alerts/f_recursion.py:2: it calls itself without end",
        "alerts/g_own.py:1: it imports dashboards.nothing_here, which is not there",
        "alerts/h_name.py:1: an import fails: cannot import name 'missing' from 'dashboards.good'",
    ]
    helps = {error.origin.file: error.help for error in project.errors if error.origin}
    assert "pip install 'no_such_library'" in helps["alerts/b_imports.py"]
    assert "pip" not in helps["alerts/g_own.py"]


def test_a_file_that_breaks_is_reported_once_however_many_import_it(load: Load) -> None:
    project = load(
        {
            "dashboards/a.py": "import dashboards.broken",
            "dashboards/b.py": "from broken import x",
            "dashboards/broken.py": "\nx = {}['key']",
        }
    )
    assert said(project) == ["dashboards/broken.py:2: KeyError: 'key'"]


def test_the_place_is_the_innermost_line_of_the_project(load: Load) -> None:
    project = load(
        {
            "dashboards/a.py": "import json\n\ndef f():\n    return json.loads('{')\n\nx = [f()]",
        }
    )
    assert said(project)[0].startswith("dashboards/a.py:4: json.decoder.JSONDecodeError: Expecting")


def test_a_function_of_env_that_raises_is_placed_too(load: Load) -> None:
    project = load({"dashboards/a.py": "def board(env):\n    return env['nope']"})
    assert said(project) == [
        "dashboards/a.py:2: environment 'test' has no variable 'nope'",
    ]
    assert "tool.obsdash.env.test" in project.errors[0].help


def test_what_is_not_utf8_says_so_with_the_line(load: Load) -> None:
    project = load(
        {
            "dashboards/a.py": b"x = 1\ny = '\xe9'\n",
            "dashboards/b.json": b'{\n"title": "\xe9"}',
            "dashboards/c.yaml": b"title: \xe9\n",
        }
    )
    assert [text.partition(": ")[2] for text in said(project)] == ["it is not UTF-8 text"] * 3
    assert said(project)[1].startswith("dashboards/b.json:2:")


def test_a_byte_order_mark_is_fine(load: Load) -> None:
    bom = b"\xef\xbb\xbf"
    project = load(
        {
            "dashboards/a.py": bom + f"x = {dashboard('a')}".encode(),
            "dashboards/b.json": bom + dashboard("b").encode(),
            "dashboards/c.yaml": bom + b"uid: c\ntitle: C\npanels: []\n",
        }
    )
    assert said(project) == []
    assert refs(project) == ["dashboard/a", "dashboard/b", "dashboard/c"]


def test_broken_json_and_yaml_name_the_line(load: Load) -> None:
    project = load({"dashboards/a.json": '{\n "a": 1,\n "b" 2}', "alerts/a.yaml": "a: 1\nb: [\n"})
    assert said(project)[0].startswith("alerts/a.yaml:3: it is not YAML: ")
    assert said(project)[1].startswith("dashboards/a.json:3: it is not JSON: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_one_sentence(load: Load, tmp_path: Path) -> None:
    load({"dashboards/a.py": ""})
    (tmp_path / "dashboards/a.py").chmod(0)
    assert said(load({})) == ["dashboards/a.py: it cannot be read: Permission denied"]


def test_a_folder_in_place_of_a_file_and_a_dangling_link_are_sentences(
    load: Load, tmp_path: Path
) -> None:
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "dashboards/a.json").symlink_to(tmp_path / "nowhere")
    assert said(load({})) == ["dashboards/a.json: it cannot be read: No such file or directory"]


def test_what_a_file_prints_goes_to_stderr_under_its_name(
    load: Load, capfd: pytest.CaptureFixture[str]
) -> None:
    source = "import os\nprint('hello')\nos.system('echo from a program')\nprint('end', end='')\n"
    project = load({"dashboards/a.py": source + f"x = {dashboard('a')}"})
    out, err = capfd.readouterr()
    assert out == ""
    assert "dashboards/a.py prints: hello\n" in err
    assert "dashboards/a.py prints: end\n" in err
    assert "from a program\n" in err
    assert refs(project) == ["dashboard/a"]


def test_ctrl_c_ends_the_load(load: Load) -> None:
    with pytest.raises(KeyboardInterrupt):
        load({"dashboards/a.py": "raise KeyboardInterrupt"})


def test_two_definitions_of_one_uid_name_both_places(load: Load) -> None:
    project = load(
        {
            "dashboards/a.py": f"x = {dashboard('same')}",
            "dashboards/b.py": f"\ny = {dashboard('same')}",
        }
    )
    assert said(project) == [
        "dashboards/b.py:2: dashboard/same is defined twice, first in dashboards/a.py:1"
    ]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ('{"uid": "a", "title": " ", "panels": []}', "a dashboard has no title"),
        ('{"title": "T", "panels": []}', 'dashboard "T" has no uid'),
        (dashboard("a b"), "dashboard \"A dashboard\" has the uid 'a b', which Grafana refuses"),
        (
            dashboard("u" * 41),
            'dashboard "A dashboard" has a uid of 41 characters, Grafana takes 40',
        ),
        (
            '{"uid": "a", "title": "T", "panels": [{"x": {"max": float("nan")}}]}',
            'dashboard "T": panels[0].x.max is nan, which JSON cannot say',
        ),
        (
            '{"uid": "a", "title": "T", "panels": [{"x": -1e999}]}',
            'dashboard "T": panels[0].x is -inf, which JSON cannot say',
        ),
        (
            '{"uid": "a", "title": "T", "panels": [{1: 2}]}',
            'dashboard "T": panels[0] has the key 1, but keys must be texts',
        ),
        (
            '{"uid": "a", "title": "T", "panels": [], "tags": {1}}',
            'dashboard "T": tags is a set, which JSON cannot say',
        ),
    ],
)
def test_bad_dashboards_are_refused_with_the_reason(load: Load, source: str, sentence: str) -> None:
    assert said(load({"dashboards/a.py": f"\n\nx = {source}"})) == [
        f"dashboards/a.py:3: {sentence}"
    ]


def test_a_cycle_and_too_deep_a_nesting_are_refused(load: Load) -> None:
    cycle = f"x = {dashboard('a')}\nx['panels'].append({{'self': x}})"
    deep = f"x = {dashboard('b')}\nfor _ in range(5000):\n    x['panels'] = [x['panels']]"
    project = load({"dashboards/a.py": cycle, "dashboards/b.py": deep})
    assert said(project)[0].endswith('dashboard "A dashboard": panels[0].self contains itself')
    assert said(project)[1].endswith("[0] is nested more than 200 deep")


def test_panels_with_one_id_are_refused_with_both_places(load: Load) -> None:
    panels = '[{"id": 3, "title": "A"},\n{"type": "row", "panels": [\n{"id": 3, "title": "B"}]}]'
    python = load({"dashboards/a.py": f"x = {dashboard('a', panels=panels)}"})
    assert said(python) == [
        'dashboards/a.py:3: dashboard/a: panel "B" has the id 3 of another,'
        " first in dashboards/a.py:1"
    ]


def test_a_second_default_data_source_is_refused(load: Load) -> None:
    source = """
a = {"uid": "a", "name": "A", "type": "prometheus", "url": "http://a", "isDefault": True}
b = {"uid": "b", "name": "B", "type": "prometheus", "url": "http://b", "isDefault": True}
"""
    assert said(load({"datasources/a.py": source})) == [
        "datasources/a.py:3: datasource/b is a second default data source,"
        " the first is datasource/a in datasources/a.py:2"
    ]


def test_a_repair_that_there_is_not_cannot_be_switched_off(load: Load) -> None:
    project = load({"dashboards/a.py": f"x = {dashboard('a')}"}, off="refids")
    assert said(project) == ["modernise.off: there is no repair 'refids'; did you mean 'ref-ids'?"]


def test_a_dashboard_of_ten_megabytes_loads_in_seconds(load: Load) -> None:
    panel = '{"type": "text", "title": "T", "options": {"content": "' + "x" * 2000 + '"}}'
    source = dashboard("big", panels="[" + ",".join([panel] * 5000) + "]")
    project = load({"dashboards/big.json": source})
    assert said(project) == []
    assert len(project.resources[0].spec["panels"]) == 5000
