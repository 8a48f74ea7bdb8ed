"""Settings files, certificates: what is read out of them."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from obsdash.stack.docker import certificate
from obsdash.stack.docker.deployment import Deployment, filled_in, read_env
from obsdash.stack.launch import Settings
from tests.stack.docker.conftest import STACK, make_certificate


def test_an_env_file_is_read_as_compose_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_text(
        "# comment\nA=1\nexport B = two words \nC='quoted # not a comment'\nD=text # comment\n"
        'E="e"\nF=\nnonsense\nG=a=b#c\n'
    )
    assert read_env(file) == {
        "A": "1",
        "B": "two words",
        "C": "quoted # not a comment",
        "D": "text",
        "E": "e",
        "F": "",
        "G": "a=b#c",
    }
    assert read_env(tmp_path / "absent.env") == {}


def test_each_placeholder_becomes_a_password_of_its_own() -> None:
    lines = filled_in("A=change-me\n# B=change-me, they say\nB=change-me\nC=1\n").splitlines()
    assert lines[1] == "# B=change-me, they say"
    assert lines[3] == "C=1"
    first, second = (lines[at].partition("=")[2] for at in (0, 2))
    assert len(first) >= 20
    assert first != second


def test_definitions_learn_the_documents_names_and_which_channels_there_are(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own.env"
    own.write_text("DEFAULT_URL=https://g.example.com/\nEMAIL_TO=\n")
    (tmp_path / "secrets" / "alertmanager").mkdir(parents=True)
    (tmp_path / "secrets" / "alertmanager" / "SLACK_WEBHOOK_URL").write_text("https://s.example\n")
    (tmp_path / "secrets" / "alertmanager" / "SMTP_PASSWORD").write_text("")
    settings = Settings(tmp_path, STACK, "shop", tmp_path / "build")
    assert Deployment(settings, "dev", own).inputs() == {
        "OBSDASH_DEV_VARIABLES_GRAFANA_URL": "https://g.example.com/",
        "OBSDASH_DEV_VARIABLES_SECRETS_DIR": "/run/secrets",
        "SLACK_WEBHOOK_URL": "https://s.example",
    }


def test_the_expiry_of_a_certificate_is_openssls(tmp_path: Path) -> None:
    make_certificate(tmp_path, days=9000)  # past 2049, when years get four digits
    far = certificate.expiry(tmp_path / "tls.crt")
    make_certificate(tmp_path, days=3)
    near = certificate.expiry(tmp_path / "tls.crt")
    said = subprocess.run(
        ["openssl", "x509", "-enddate", "-noout", "-in", str(tmp_path / "tls.crt")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    written = datetime.strptime(said, "notAfter=%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    assert near == written
    assert far - near == pytest.approx(timedelta(days=8997), abs=timedelta(minutes=1))
    assert certificate.fits(tmp_path / "tls.crt", tmp_path / "tls.key")
