"""Definition files as disks, editors and people leave them."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.shell import dashboard, obsdash, refused, write


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def built(root: Path, uid: str) -> dict[str, object]:
    found = next((root / "build/local/grafana/dashboards").rglob(f"{uid}.json"))
    document: dict[str, object] = json.loads(found.read_bytes())
    return document


def test_text_that_is_not_utf_8_is_refused_with_its_line(project: Path) -> None:
    latin = "ä".encode("latin-1")
    write(
        project,
        {
            "dashboards/a.py": b'good = 1\nbad = "' + latin + b'"\n',
            "dashboards/b.json": b'{\n"title": "' + latin + b'"}',
            "dashboards/c.yaml": b"title: " + latin,
        },
    )
    assert refused(obsdash("build")) == [
        "error: dashboards/a.py:2: it is not UTF-8 text",
        "error: dashboards/b.json:2: it is not UTF-8 text",
        "error: dashboards/c.yaml:1: it is not UTF-8 text",
    ]


def test_a_settings_file_that_is_not_utf_8_or_not_toml_is_refused(project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_bytes(b"[tool.obsdash]\nproject = '\xff'\n")
    for command in ("build", "config", "diff"):
        assert refused(obsdash(command)) == [
            "error: pyproject.toml: it cannot be read: it is not UTF-8 text"
        ]
    file.write_text("[tool.obsdash]\nproject = \n")
    assert refused(obsdash("config"))[0].startswith("error: pyproject.toml:2: it is not TOML: ")


def test_a_link_to_nowhere_is_named(project: Path) -> None:
    write(project, {"dashboards/good.py": f"x = {dashboard('good')}\n"})
    for name in ("a.py", "b.json", "c.yaml"):
        (project / "dashboards" / name).symlink_to(project / "nowhere")
    assert refused(obsdash("build")) == [
        "error: dashboards/a.py: it cannot be read: No such file or directory",
        "error: dashboards/b.json: it cannot be read: No such file or directory",
        "error: dashboards/c.yaml: it cannot be read: No such file or directory",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it_is_named(project: Path) -> None:
    write(project, {"dashboards/a.py": "x = 1\n"})
    (project / "dashboards/a.py").chmod(0)
    assert refused(obsdash("build")) == [
        "error: dashboards/a.py: it cannot be read: Permission denied"
    ]


def test_a_link_in_a_circle_is_named(project: Path) -> None:
    (project / "dashboards").mkdir()
    (project / "dashboards/a.py").symlink_to(project / "dashboards/a.py")
    assert refused(obsdash("build")) == [
        "error: dashboards/a.py: it cannot be read: Too many levels of symbolic links"
    ]


def test_a_folder_that_contains_itself_is_an_error_and_no_endless_walk(project: Path) -> None:
    write(project, {"dashboards/good.py": f"x = {dashboard('good')}\n"})
    (project / "dashboards/again").symlink_to(project / "dashboards")
    assert refused(obsdash("build")) == [
        "error: dashboards/again: it is a link to a folder around it"
    ]


def test_a_folder_named_like_a_file_is_a_grafana_folder(project: Path) -> None:
    write(project, {"dashboards/shop.py/api.py": f"x = {dashboard('api')}\n"})
    assert obsdash("build").code == 0
    assert (project / "build/local/grafana/dashboards/shop.py/api.json").is_file()


def test_a_file_where_a_folder_of_definitions_should_be_is_as_good_as_none(project: Path) -> None:
    write(project, {"dashboards": "", "alerts": ""})
    assert refused(obsdash("build")) == [
        "error: there are no definitions in dashboards/, alerts/ or datasources/"
    ]


def test_a_name_that_is_not_utf_8_is_refused(project: Path) -> None:
    folder = os.fsencode(project / "dashboards")
    os.makedirs(folder + b"/l\xe4")  # noqa: PTH103 (bytes)
    for name in (b"/l\xe4/a.json", b"/\xfc.py"):
        Path(os.fsdecode(folder + name)).write_text("{}")
    assert refused(obsdash("build")) == [
        r"error: dashboards/l\udce4/a.json: its name is not UTF-8 text",
        r"error: dashboards/\udcfc.py: its name is not UTF-8 text",
    ]


def test_windows_line_ends_and_a_missing_last_line_end_change_nothing(project: Path) -> None:
    lines = ["text = '''one", "two'''", f"x = {{**{dashboard('NAME')}, 'description': text}}"]
    files = {"unix": "\n".join([*lines, ""]), "dos": "\r\n".join(lines), "bare": "\n".join(lines)}
    write(project, {f"dashboards/{n}.py": t.replace("NAME", n) for n, t in files.items()})
    write(project, {"dashboards/bom.py": "\ufeff" + files["unix"].replace("NAME", "bom")})
    assert obsdash("build").code == 0
    assert {str(built(project, name)["description"]) for name in [*files, "bom"]} == {"one\ntwo"}
    assert "dashboards/dos.py:3" in obsdash("build", "--out", "elsewhere", "--check").out


def test_a_dashboard_of_ten_megabytes_is_built_and_compared(project: Path) -> None:
    panels = [
        {"id": n, "type": "text", "title": f"Panel {n}", "options": {"content": "x" * 10_000}}
        for n in range(1, 1001)
    ]
    large = {"title": "Large", "uid": "large", "panels": panels}
    write(project, {"dashboards/large.json": json.dumps(large)})
    assert obsdash("build").code == 0
    panels[500]["title"] = "Another"
    write(project, {"dashboards/large.json": json.dumps(large)})
    said = obsdash("diff", "--exit-code")
    assert said.code == 1
    assert len(said.out) < 2_000
    assert 'panel "Another"' in said.out


def test_a_title_of_a_hundred_thousand_letters_does_not_fill_the_screen(project: Path) -> None:
    long = "L" * 100_000
    write(project, {"dashboards/long.py": f"x = {dashboard('long', long)}\n"})
    assert obsdash("build").code == 0
    write(project, {"dashboards/long.py": f"x = {dashboard('long', long + '!')}\n"})
    said = obsdash("diff", "--markdown", "plan.md")
    assert 'title "…LLLLLLLLLLLL" → "…LLLLLLLLLLLL!"' in said.out
    assert len(said.out) < 2_000
    assert len((project / "plan.md").read_text()) < 3_000
