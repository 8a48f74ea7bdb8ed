"""The pieces of the native runtime: ports, processes, the state file, Prometheus' configuration."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from obsdash.errors import ObsdashError
from obsdash.stack import processes, state
from obsdash.stack.addresses import Addresses
from obsdash.stack.bundle import find_bundle
from obsdash.stack.component import Component
from obsdash.stack.launch import Launch, Place, Settings
from obsdash.stack.localise import localised
from obsdash.stack.manifest import DEMO, GRAFANA, MANIFEST, PROFILES, PROMETHEUS, USUAL
from obsdash.stack.ports import free_address, holder
from obsdash.stack.processes import Process
from obsdash.stack.scraping import prometheus_config, services_of
from obsdash.stack.state import Started
from tests.support.servers import free_port, program, prometheus_programs, wait_until

BUNDLE = Path(__file__).resolve().parents[2] / "stack"
ASKED = """\
scrape_configs:
  - job_name: redis
    metrics_path: /scrape
    static_configs: [{targets: ["redis://cache.example.com:6379"]}]
    relabel_configs:
      - {target_label: __address__, replacement: "redis-exporter:9121"}
"""
STUBBORN = """\
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""


def settings(folder: Path) -> Settings:
    return Settings(folder, BUNDLE, "shop", folder / "build", USUAL)


def launched(component: Component, program: str, folder: Path, **others: str) -> Launch:
    """Return a component among others; `redis_exporter=ADDRESS` is the one named redis-exporter."""
    places = {name.replace("_", "-"): Place(address, {}) for name, address in others.items()}
    place = Place("127.0.0.1:2", {})
    return Launch(component, program, place, places, places, settings(folder))


def spawned(folder: Path, *argv: str) -> Process:
    kept: list[Process] = []
    processes.start(argv, folder / "log", kept.append)
    return kept[0]


def test_the_preferred_port_is_taken_when_it_is_free() -> None:
    port = free_port()
    assert free_address(port) == f"127.0.0.1:{port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_passed_over(host: str) -> None:
    with socket.socket() as other:
        other.bind((host, 0))
        other.listen()
        taken = other.getsockname()[1]
        assert int(free_address(taken).rpartition(":")[2]) > taken


def test_a_reserved_port_is_passed_over_as_well() -> None:
    port = free_port()
    assert free_address(port, {f"127.0.0.1:{port}"}) != f"127.0.0.1:{port}"


def test_the_holder_of_a_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert holder(other.getsockname()[1]).endswith(f" (pid {os.getpid()})")
    assert holder(free_port()) == "a program of somebody else"


@pytest.mark.parametrize(
    ("container", "here"),
    [
        ("url: http://loki:3100/loki/api/v1/push", "url: http://127.0.0.1:7/loki/api/v1/push"),
        ("path_prefix: /loki", "path_prefix: /state/data"),
        ("dir: /loki/rules # in /loki", "dir: /state/data/rules # in /state/data"),
        ('endpoint: "0.0.0.0:4317"', 'endpoint: "127.0.0.1:14317"'),
        ("http_listen_address: 0.0.0.0", "http_listen_address: 127.0.0.1"),
        ("version: 10.0.0.0 0.0.0.0.1", "version: 10.0.0.0 0.0.0.0.1"),
        ("endpoint: 0.0.0.0:55679", "endpoint: 127.0.0.1:55679"),
        ("tempo:4317, xtempo:4317", "127.0.0.1:8, xtempo:4317"),
        ("loki:31000 absent:9 07:00", "loki:31000 absent:9 07:00"),
    ],
)
def test_a_configuration_file_is_read_here_as_in_a_container(container: str, here: str) -> None:
    services = {"loki:3100": "127.0.0.1:7", "tempo:4317": "127.0.0.1:8"}
    listeners = {4317: "127.0.0.1:14317"}
    paths = {"/loki": "/state/data"}
    text = localised(container, services=services, listeners=listeners, paths=paths)
    assert text == here


def test_a_process_is_recognised_by_pid_and_start_time(tmp_path: Path) -> None:
    process = spawned(tmp_path, program("sleep"), "60")
    assert processes.is_running(process)
    assert not processes.is_running(Process(process.pid, process.started + 1))
    processes.stop([Process(process.pid, process.started + 1)], 1)
    assert processes.is_running(process)
    processes.stop([process], 5)
    assert not processes.is_running(process)


def test_a_process_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    process = spawned(tmp_path, sys.executable, "-c", STUBBORN)
    wait_until(lambda: "up" in (tmp_path / "log").read_text(), "it ignores SIGTERM")
    processes.stop([process], 0.2)
    assert not processes.is_running(process)


def test_a_started_process_has_a_session_of_its_own_and_no_input(tmp_path: Path) -> None:
    process = spawned(tmp_path, "/bin/sh", "-c", "cat; echo done; exec sleep 60")
    wait_until(lambda: "done" in (tmp_path / "log").read_text(), "cat has ended")
    assert os.getsid(process.pid) == process.pid
    processes.stop([process], 5)


def test_nothing_runs_that_could_not_be_recorded(tmp_path: Path) -> None:
    seen: list[Process] = []

    def fail(process: Process) -> None:
        seen.append(process)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        processes.start(("/bin/sh", "-c", "echo I run; exec sleep 60"), tmp_path / "log", fail)
    wait_until(lambda: not processes.is_running(seen[0]), "the process ends by itself")
    assert (tmp_path / "log").read_text() == ""


def test_the_state_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    components = {"redis": Started(12, 34, "127.0.0.1:6379", ("redis-server", "--save", ""))}
    state.save(tmp_path, components)
    assert state.load(tmp_path) == components
    assert [file.name for file in tmp_path.iterdir()] == ["stack.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"components": {"redis": {"pid": "1"}}}'])
def test_a_damaged_state_file_is_named_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text)
    with pytest.raises(ObsdashError, match=r"stack\.json does not say") as caught:
        state.load(tmp_path)
    assert "remove that file" in caught.value.help


def test_two_commands_do_not_work_in_one_folder_at_once(tmp_path: Path) -> None:
    with (
        state.locked(tmp_path),
        pytest.raises(ObsdashError, match="another `obsdash stack`"),
        state.locked(tmp_path),
    ):
        pass


def test_a_state_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ObsdashError, match="cannot be used: Not a directory"),
        state.locked(tmp_path / "file" / "stack"),
    ):
        pass


def test_prometheus_scrapes_only_what_runs_at_the_address_it_got() -> None:
    config = prometheus_config(
        BUNDLE,
        [],
        {"demo:8088": "127.0.0.1:1", "node-exporter:9100": "127.0.0.1:2"},
    )
    jobs = {job["job_name"]: job["static_configs"][0] for job in config["scrape_configs"]}
    assert set(jobs) == {"demo-api", "nest-api", "rate-limiter", "fluxpay", "search", "node"}
    assert jobs["fluxpay"] == {"targets": ["127.0.0.1:1"], "labels": {"instance": "fluxpay:8081"}}
    assert jobs["node"] == {"targets": ["127.0.0.1:2"]}
    assert config["alerting"]["alertmanagers"] == []


def test_a_job_that_asks_an_exporter_about_many_targets_stays_while_the_exporter_runs(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "prometheus" / "scrape.d"
    folder.mkdir(parents=True)
    shutil.copy(BUNDLE / "prometheus" / "prometheus.yml", folder.parent)
    (folder / "asked.yml").write_text(ASKED)
    config = prometheus_config(tmp_path, [], {"redis-exporter:9121": "127.0.0.1:5"})
    (job,) = config["scrape_configs"]
    assert job["relabel_configs"][0]["replacement"] == "127.0.0.1:5"
    assert job["static_configs"] == [{"targets": ["redis://cache.example.com:6379"]}]
    assert prometheus_config(tmp_path, [], {})["scrape_configs"] == []
    assert services_of(folder / "asked.yml") == {"redis-exporter"}


def test_every_file_of_doubles_belongs_to_one_addition() -> None:
    folder = BUNDLE / "prometheus" / "scrape.d"
    files = sorted(f"simulated/{file.name}" for file in (folder / "simulated").glob("*.yml"))
    added = [file for each in MANIFEST for addition in each.additions for file in addition.scrape]
    assert sorted(added) == files


def test_the_written_configuration_is_accepted_by_prometheus(tmp_path: Path) -> None:
    others = {each.name.replace("-", "_"): "127.0.0.1:1" for each in MANIFEST}
    del others["prometheus"], others["mysqld_exporter"]
    launched(PROMETHEUS, "prometheus", tmp_path, **others).prepare()
    file = tmp_path / "prometheus" / "prometheus.yml"
    command = [program("promtool"), "check", "config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    jobs = [job["job_name"] for job in yaml.safe_load(file.read_text())["scrape_configs"]]
    assert len(jobs) == len(set(jobs)) >= 11
    assert {"redis", "mysql", "grafana", "prometheus", "alertmanager"} <= set(jobs)


def test_the_configuration_file_itself_is_accepted_by_a_newer_prometheus() -> None:
    newer = [Path(each).with_name("promtool") for each in prometheus_programs()[1:]]
    if not newer:
        pytest.skip("OBSDASH_TEST_PROMETHEUS_BIN names no Prometheus of 2.43 or later")
    for promtool in newer:
        command = [str(promtool), "check", "config", str(BUNDLE / "prometheus" / "prometheus.yml")]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_demo_poses_as_the_exporters_that_do_not_run(tmp_path: Path) -> None:
    def arguments(**others: str) -> str:
        return " ".join(launched(DEMO, "python", tmp_path, **others).argv())

    assert arguments().endswith("--simulate redis --simulate mysql")
    both = arguments(redis="127.0.0.1:7", redis_exporter="127.0.0.1:8")
    assert both.endswith("--redis 127.0.0.1:7 --simulate mysql")


def test_grafanas_password_is_random_private_and_kept(tmp_path: Path) -> None:
    launch = launched(GRAFANA, "/opt/grafana/bin/grafana-server", tmp_path)
    launch.prepare()
    file = tmp_path / "grafana" / "password"
    first = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(first) >= 20
    launch.prepare()
    assert file.read_text() == first
    assert first not in " ".join(launch.argv())
    assert f"cfg:security.admin_password=$__file{{{file}}}" in launch.argv()
    assert launch.argv()[1:3] == ("-homepath", "/opt/grafana")
    system = launched(GRAFANA, "/usr/sbin/grafana-server", tmp_path)
    assert system.argv()[2] == "/usr/share/grafana"


def test_shell_lines_survive_a_folder_with_spaces_and_quotes(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    secret = folder / "grafana" / "password"
    secret.parent.mkdir(parents=True)
    secret.write_text("pass word")
    found = Addresses({}, {"PROMETHEUS_RULES": f"{folder}/rules"}, {"GRAFANA_PASSWORD": secret})
    lines = [
        *found.shell_lines("dev"),
        'echo "$OBSDASH_DEV_GRAFANA_PASSWORD|$OBSDASH_DEV_PROMETHEUS_RULES"',
    ]
    said = subprocess.run(["/bin/sh", "-c", "\n".join(lines)], capture_output=True, text=True)
    assert said.stdout == f"pass word|{folder}/rules\n"
    assert found.environment("dev")["OBSDASH_DEV_GRAFANA_PASSWORD"] == "pass word"


def test_components_start_after_the_ones_they_need_or_use() -> None:
    seen: set[str] = set()
    names = {component.name for component in MANIFEST}
    for component in MANIFEST:
        used = {*component.needs, *(addition.other for addition in component.additions)}
        assert used & names <= seen
        seen.add(component.name)


def test_the_projects_own_copy_of_the_stack_comes_first(tmp_path: Path) -> None:
    assert find_bundle(tmp_path) == BUNDLE
    own = tmp_path / "stack" / "prometheus"
    own.mkdir(parents=True)
    (own / "prometheus.yml").touch()
    assert find_bundle(tmp_path) == tmp_path / "stack"


def test_components_and_profiles_are_those_of_the_compose_file() -> None:
    services = yaml.safe_load((BUNDLE / "compose.yaml").read_text())["services"]
    assert {name for service in services.values() for name in service["profiles"]} == set(PROFILES)
    for component in MANIFEST:
        profiles = services[component.name]["profiles"]
        assert component.profile in profiles, component.name
