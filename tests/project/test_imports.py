"""Definition files import each other, and nothing of it stays behind."""

import sys
from types import ModuleType

import pytest

from tests.project.conftest import Load, dashboard, refs, said


def test_files_import_the_root_their_neighbours_and_each_other(load: Load) -> None:
    project = load(
        {
            "shared.py": "a = 'A'",
            "lib/__init__.py": "b = 'B'",
            "lib/deep.py": "from lib import b\nc = b + 'C'",
            "dashboards/_common.py": "d = 'D'",
            "dashboards/near.py": "e = 'E'",
            "dashboards/x.py": "import shared, near, lib.deep\n"
            "from dashboards._common import d\n"
            "from .near import e\n"
            "t = shared.a + lib.deep.c + d + e + near.e\n"
            'x = {"uid": "x", "title": t, "panels": []}',
        }
    )
    assert said(project) == []
    assert project.resources[0].spec["title"] == "ABCDEE"


def test_each_file_runs_once_whatever_it_is_imported_as(load: Load) -> None:
    project = load(
        {
            "counted.py": "runs = []",
            "dashboards/base.py": "import counted\ncounted.runs.append(1)\n"
            f"x = {dashboard('base')}",
            "dashboards/a.py": "import base\nimport dashboards.base\nimport counted\n"
            "assert base is dashboards.base\n"
            'y = {"uid": "a", "title": str(len(counted.runs)), "panels": []}',
        }
    )
    assert refs(project) == ["dashboard/a", "dashboard/base"]
    assert project.resources[0].spec["title"] == "1"


def test_an_imported_object_counts_once_for_the_file_that_made_it(load: Load) -> None:
    project = load(
        {
            "dashboards/a/user.py": "from dashboards.z.maker import x\nagain = x",
            "dashboards/z/maker.py": f"\nx = {dashboard('x')}",
        }
    )
    board = next(r for r in project.resources if r.ref.kind == "dashboard")
    assert (board.folder, str(board.origin)) == ("z", "dashboards/z/maker.py:2")
    assert "dashboards/a/user.py: it defines nothing" not in said(project)


def test_equal_names_in_two_folders_are_two_modules(load: Load) -> None:
    source = "import common\nx = {'uid': common.uid, 'title': 'T', 'panels': []}"
    project = load(
        {
            "dashboards/one/common.py": "uid = 'one'",
            "dashboards/one/x.py": source,
            "dashboards/two/common.py": "uid = 'two'",
            "dashboards/two/x.py": source,
        }
    )
    assert [r for r in refs(project) if r.startswith("dashboard")] == [
        "dashboard/one",
        "dashboard/two",
    ]
    assert not project.errors


def test_a_definition_file_does_not_stand_in_for_a_library(load: Load) -> None:
    project = load(
        {
            "dashboards/json.py": f"x = {dashboard('json')}",
            "dashboards/a.py": "import json\nx = json.loads('" + dashboard("a") + "')",
        }
    )
    assert said(project) == []
    assert refs(project) == ["dashboard/a", "dashboard/json"]


def test_files_may_import_each_other_in_a_circle(load: Load) -> None:
    project = load(
        {
            "dashboards/a.py": f"import dashboards.b\nx = {dashboard('a')}",
            "dashboards/b.py": f"import dashboards.a\nx = {dashboard('b')}",
        }
    )
    assert refs(project) == ["dashboard/a", "dashboard/b"]


def test_sys_path_and_sys_modules_are_as_before(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = type(sys)("dashboards")
    monkeypatch.setitem(sys.modules, "dashboards", foreign)
    path, modules = list(sys.path), dict(sys.modules)
    project = load(
        {
            "shared.py": "",
            "lib/thing.py": "t = 'T'",
            "dashboards/_c.py": "",
            "dashboards/a.py": "import os, sys\n"
            "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))\n"
            "import shared, thing, dashboards._c\n"
            f"x = {dashboard('a')}",
        }
    )
    assert said(project) == []
    assert sys.path == path
    left = {
        name for name in sys.modules.keys() - modules.keys() if "thing" in name or "shared" in name
    }
    assert not left
    assert sys.modules["dashboards"] is foreign
    assert not [finder for finder in sys.meta_path if "obsdash" in type(finder).__module__]


def test_a_host_that_has_modules_of_the_same_names_keeps_them_and_lends_none(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = ModuleType("dashboards")
    monkeypatch.setitem(sys.modules, "dashboards", foreign)
    project = load(
        {
            "alerts/a.py": "from dashboards.b import x",
            "dashboards/b.py": f"x = {dashboard('x')}",
        }
    )
    assert refs(project) == ["dashboard/x"]
    assert sys.modules["dashboards"] is foreign


def test_a_function_of_env_may_find_nothing(load: Load) -> None:
    assert said(load({"dashboards/a.py": "def some(env):\n    return []"})) == []
