"""`obsdash verify` as users meet it."""

import io
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from obsdash.cli import run
from tests.support.servers import Asked, Canned, canned, wait_until

DASHBOARD = """\
dashboard = {
    "uid": "shop",
    "title": "Shop",
    "panels": [
        {
            "id": 1,
            "type": "timeseries",
            "title": "Up",
            "datasource": {"type": "prometheus", "uid": "prom"},
            "targets": [{"refId": "A", "expr": "up"}],
        }
    ],
}
"""
SERIES = [{"metric": {}, "value": [1, "1"], "values": [[1, "1"]]}]


class FakePrometheus:
    """Answers every query with `result`, or with what `answer` returns."""

    def __init__(self) -> None:
        self.result: list[Any] = SERIES
        self.refuses_ranges = False
        self.answer: Callable[[], tuple[int, str, bytes] | None] = lambda: None

    def __call__(self, asked: Asked) -> tuple[int, str, bytes]:
        if self.refuses_ranges and "query_range" in asked.path:
            return 400, "application/json", b'{"status": "error", "error": "parse error"}'
        data = {"resultType": "matrix", "result": self.result}
        body = json.dumps({"status": "success", "data": data}).encode()
        return self.answer() or (200, "application/json", body)


@pytest.fixture
def fake() -> FakePrometheus:
    return FakePrometheus()


@pytest.fixture
def server(fake: FakePrometheus) -> Iterator[Canned]:
    with canned(fake) as running:
        yield running


@pytest.fixture(autouse=True)
def project(tmp_path: Path, server: Canned, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with one panel, queried on the server."""
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "dashboards" / "shop.py").write_text(DASHBOARD)
    settings = f'[tool.obsdash.env.local]\nquery = {{ prometheus = "{server.url}" }}\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("obsdash.cli.verify._PAUSE", 0.05)
    return tmp_path


def obsdash(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["verify", *arguments])
    return code, out.getvalue(), err.getvalue()


def test_it_exits_with_0_when_everything_has_data() -> None:
    assert obsdash() == (0, "verify: 1 query · 1 data\n", "")


def test_it_exits_with_1_and_names_the_line_when_something_is_empty(fake: FakePrometheus) -> None:
    fake.result = []
    code, out, err = obsdash()
    assert (code, err) == (1, "")
    assert out.splitlines()[:2] == [
        "dashboard/shop  dashboards/shop.py",
        '  empty   panel "Up" query A  :10  no data',
    ]


def test_a_dead_server_is_one_sentence_and_2(server: Canned, project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace(str(server.port), "9"))
    code, out, err = obsdash()
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "error: nothing listens at 127.0.0.1:9"


def test_wrong_credentials_are_one_sentence_even_when_waiting(fake: FakePrometheus) -> None:
    fake.answer = lambda: (401, "text/plain", b"Unauthorized")
    code, out, err = obsdash("--wait", "60s")
    assert (code, out) == (2, "")
    assert "refuses our credentials (401)" in err


def test_nothing_to_ask_is_one_sentence_with_the_remedy(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.obsdash.env.local]\ntargets = [{ type = "directory", path = "out" }]\n'
    )
    code, _, err = obsdash()
    assert code == 2
    assert "environment 'local' has nothing that queries can run on" in err
    assert "help: add query = {" in err


def test_query_must_name_what_is_asked_directly(server: Canned, project: Path) -> None:
    (project / "pyproject.toml").write_text(
        f'[tool.obsdash.env.local]\nquery = {{ prometeus = "{server.url}" }}\n'
    )
    code, _, err = obsdash()
    assert code == 2
    assert "did you mean 'prometheus'?" in err


def test_waiting_ends_as_soon_as_all_is_well(fake: FakePrometheus) -> None:
    rounds: Iterator[list[Any]] = iter([[], []])

    def fill() -> None:
        fake.result = next(rounds, SERIES)

    fake.answer = fill
    assert obsdash("--wait", "30s") == (0, "verify: 1 query · 1 data\n", "")


def test_waiting_outlasts_a_server_that_starts(fake: FakePrometheus) -> None:
    starting = iter([(503, "text/plain", b"Service Unavailable")] * 2)
    fake.answer = lambda: next(starting, None)
    assert obsdash("--wait", "30s")[0] == 0


def test_waiting_ends_when_its_time_is_up(fake: FakePrometheus) -> None:
    fake.result = []
    assert obsdash("--wait", "100ms")[0] == 1
    fake.answer = lambda: (503, "text/plain", b"Service Unavailable")
    assert obsdash("--wait", "100ms")[0] == 2


def test_what_the_baseline_has_does_not_fail_but_new_failures_do(
    fake: FakePrometheus, project: Path
) -> None:
    fake.result = []
    code, report, _ = obsdash("--format", "json")
    assert code == 1
    (project / "known.json").write_text(report)
    code, out, _ = obsdash("--baseline", "known.json")
    assert code == 0
    assert "known from the baseline" in out
    fake.refuses_ranges = True
    code, out, _ = obsdash("--baseline", "known.json")
    assert code == 1
    assert "parse error" in out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "known.json is not JSON"),
        ("\xff", "known.json is not JSON"),
        ("[]", "known.json is no report of verify"),
        ('{"schemaVersion": 1, "findings": [1]}', "known.json is no report of verify"),
        ('{"schemaVersion": 2, "findings": []}', "known.json has schemaVersion 2, not 1"),
        (None, "known.json cannot be read: No such file or directory"),
    ],
)
def test_a_baseline_that_is_none_is_one_sentence(
    project: Path, content: str | None, sentence: str
) -> None:
    if content is not None:
        (project / "known.json").write_bytes(content.encode("latin-1"))
    code, _, err = obsdash("--baseline", "known.json")
    assert code == 2
    assert err.splitlines()[0] == f"error: {sentence}"


@pytest.mark.parametrize("option", ["--since", "--slow", "--wait"])
def test_a_wrong_duration_is_one_sentence(option: str) -> None:
    code, _, err = obsdash(option, "5x")
    assert code == 2
    assert err == (
        f"error: {option}: '5x' is not a duration\n"
        "  help: write a number and a unit: 90s, 5m, 1h30m, 7d\n"
    )


def test_only_what_is_named_is_run() -> None:
    assert obsdash("dashboard/sh*")[:2] == (0, "verify: 1 query · 1 data\n")
    code, _, err = obsdash("dashboard/shp")
    assert code == 2
    assert "did you mean 'dashboard/shop'?" in err


def test_naming_only_what_holds_no_queries_is_a_mistake(project: Path) -> None:
    (project / "dashboards" / "empty.json").write_text(
        '{"uid": "empty", "title": "Empty", "panels": []}'
    )
    code, out, err = obsdash("dashboard/empty")
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "error: what you named holds no queries"


def test_json_and_markdown_are_results_on_stdout() -> None:
    code, out, err = obsdash("--format", "json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert (document["schemaVersion"], document["ok"]) == (1, True)
    assert obsdash("--format", "markdown")[1] == "### verify: 1 query · 1 data\n"


def test_verbose_lists_what_has_data() -> None:
    assert '  data    panel "Up" query A  :10' in obsdash("-v")[1].splitlines()


@pytest.mark.parametrize("requests", [1, 2], ids=["while it looks", "while queries run"])
def test_an_interrupt_is_one_word_and_2_at_once(
    fake: FakePrometheus, server: Canned, requests: int
) -> None:
    hold = threading.Event()

    def held() -> None:
        if len(server.asked) >= requests:
            hold.wait(30)

    fake.answer = held
    command = [sys.executable, "-m", "obsdash", "verify"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: len(server.asked) == requests, "the server is asked")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
            hold.set()
    assert (process.returncode, out, err.strip()) == (2, b"", b"interrupted")
