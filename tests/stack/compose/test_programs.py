"""The configuration files, read by the programs they are for, where those are installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stack.compose.conftest import STACK, program


def accepted(*command: str, **variables: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=variables or None)
    assert done.returncode == 0, done.stderr + done.stdout


def test_loki_accepts_its_file() -> None:
    file = STACK / "loki" / "loki.yaml"
    accepted(program("loki"), f"-config.file={file}", "-config.expand-env=true", "-verify-config")


def test_loki_refuses_the_file_without_its_store_of_deletions(tmp_path: Path) -> None:
    """What the comment in the file says."""
    loki = program("loki")
    text = (STACK / "loki" / "loki.yaml").read_text()
    broken = tmp_path / "loki.yaml"
    broken.write_text(text.replace("  delete_request_store: filesystem\n", ""))
    done = subprocess.run(
        [loki, f"-config.file={broken}", "-config.expand-env=true", "-verify-config"],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "delete-request-store" in done.stderr + done.stdout


def test_tempo_accepts_its_file() -> None:
    file = STACK / "tempo" / "tempo.yaml"
    flags = ("-config.expand-env=true", "-config.verify=true")
    accepted(program("tempo"), f"-config.file={file}", *flags)


def test_the_collector_accepts_its_file() -> None:
    file = STACK / "otel-collector" / "otel-collector.yml"
    collector = program("otelcol-contrib", "otelcol")
    accepted(collector, "validate", f"--config={file}")


@pytest.mark.parametrize("traces", ["traces.alloy", "dev/traces.alloy"])
def test_alloy_accepts_its_folder(traces: str, tmp_path: Path) -> None:
    alloy = program("alloy")
    for name in ("config.alloy", "docker.alloy", traces):
        shutil.copy(STACK / "alloy" / name, tmp_path / Path(name).name)
        accepted(alloy, "fmt", "--test", str(STACK / "alloy" / name))
    accepted(alloy, "validate", str(tmp_path))


def test_promtail_accepts_its_file() -> None:
    file = STACK / "promtail" / "promtail.yml"
    accepted(program("promtail"), "-check-syntax", f"-config.file={file}")


def test_jaeger_accepts_its_file() -> None:
    file = STACK / "jaeger" / "jaeger.yaml"
    accepted(program("jaeger"), "validate", f"--config={file}")


def test_prometheus_accepts_its_folder(tmp_path: Path) -> None:
    """Debian 12's promtool does not know scrape_config_files: `obsdash stack up` joins them."""
    promtool = program("promtool")
    shown = subprocess.run([promtool, "--version"], capture_output=True, text=True).stdout
    if " 2.42." in shown:
        pytest.skip("this promtool does not know scrape_config_files; OBSDASH_TEST_PROMTOOL may")
    shutil.copytree(STACK / "prometheus", tmp_path, dirs_exist_ok=True)
    (tmp_path / "rules").mkdir()
    accepted(promtool, "check", "config", str(tmp_path / "prometheus.yml"))


def test_alertmanager_accepts_the_file_it_begins_with() -> None:
    accepted(program("amtool"), "check-config", str(STACK / "alertmanager" / "alertmanager.yml"))


def test_caddy_accepts_its_file(tmp_path: Path) -> None:
    caddy, openssl = program("caddy"), program("openssl")
    key, certificate = tmp_path / "tls.key", tmp_path / "tls.crt"
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test")
    accepted(openssl, *new, "-keyout", str(key), "-out", str(certificate))
    file = tmp_path / "Caddyfile"
    text = (STACK / "proxy" / "Caddyfile").read_text()
    file.write_text(text.replace("/etc/caddy/tls", str(tmp_path)))
    accepted(
        *(caddy, "validate", "--adapter", "caddyfile", "--config", str(file)),
        GRAFANA_DOMAIN="grafana.example.com",
        KEYCLOAK_DOMAIN="login.example.com",
        XDG_DATA_HOME=str(tmp_path),
        XDG_CONFIG_HOME=str(tmp_path),
    )
