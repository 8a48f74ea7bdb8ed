"""Replays what a real Grafana 9.3.2 answered against the double: status and body must agree.

The recordings are not part of the repository; `OBSDASH_TEST_RECORDINGS` names their folder.
"""

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.doubles.grafana import GrafanaDouble
from tests.doubles.grafana.answers import Call
from tests.doubles.grafana.store import Datasource, Folder

Json = Any

ROOT = Path(__file__).parents[2]
RECORDINGS = Path(os.environ.get("OBSDASH_TEST_RECORDINGS", ROOT.parent / "shared" / "recordings"))

# Declared exceptions, first: values that differ from run to run. The keys must be there.
VOLATILE = frozenset(
    {
        *("accessErrorId", "commit", "buildInfo", "created", "updated", "createdBy", "updatedBy"),
        *("id", "dashboardId", "folderId", "folderUrl", "url", "key", "typeName", "typeLogoUrl"),
        *("canSave", "canEdit", "canAdmin", "canDelete"),
    }
)
# Second: what other parts of Grafana answer, which the double does not have.
BEYOND = (
    "/api/v1/provisioning",
    "/api/ruler",
    "/api/admin",
    "/api/access-control",
    "/api/serviceaccounts",
    "/api/folders/team-a/permissions",
)
# Third: what the double need not do.
EXCUSED: Mapping[str, Mapping[int, str]] = {
    "dashboard-history": {
        1: "Grafana remembers for seconds that an editor could not see what is new",
        11: "so does it for the history",
    },
    "dashboards": {26: "the uid is made up"},
    "health-and-auth": {6: "the page's text"},
}
# The recordings do not say who called; everybody but these is the administrator.
CALLERS: Mapping[str, Mapping[int, str]] = {
    "health-and-auth": {
        2: "",
        3: "Basic " + base64.b64encode(b"admin:wrong").decode(),
        4: "Bearer wrong",
        12: "Editor",
        15: "Viewer",
        16: "Viewer",
    },
    "dashboard-history": {10: "Viewer", 11: "Editor"},
    "in-use": {**dict.fromkeys(range(2, 9), "Editor")},
}


@pytest.fixture
def double() -> Iterator[GrafanaDouble]:
    """A double of the version that was recorded."""
    if not RECORDINGS.is_dir():
        pytest.skip("the recordings of a real Grafana are not here")
    with GrafanaDouble("9.3.2") as running:
        yield running


def test_objects_made_over_the_api_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    for scenario in ("folders", "dashboards", "dashboard-history", "datasources"):
        _replay(double, scenario)


def test_health_and_credentials_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    _replay(double, "health-and-auth")


def test_an_editors_objects_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    _replay(double, "in-use")


def test_provisioned_objects_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    store = double.store
    store.folders["lllVvzROk"] = Folder(1, "lllVvzROk", "Payments")
    double.provision(
        {"uid": "pd1", "title": "Provisioned one", "panels": []}, "Payments/one.json", "lllVvzROk"
    )
    double.provision({"uid": "pd2", "title": "Root one", "panels": []}, "two.json")
    source = next(c for c in _recorded("file-provisioned") if c["path"].endswith("/uid/prom"))
    fields = {k: v for k, v in source["response"].items() if k != "secureJsonFields"}
    store.datasources["prom"] = Datasource(1, fields, {"httpHeaderValue1": "secret"})
    _replay(double, "file-provisioned")


def _recorded(scenario: str) -> list[Json]:
    file = RECORDINGS / "grafana-9.3.2" / f"{scenario}.json"
    calls: list[Json] = json.loads(file.read_text("utf-8"))["calls"]
    return calls


def _replay(double: GrafanaDouble, scenario: str) -> None:
    """Repeat a recorded session; fail with all differences, call by call."""
    replayed, differences = 0, []
    for number, call in enumerate(_recorded(scenario)):
        excused = number in EXCUSED.get(scenario, {})
        if excused or call["path"].startswith(BEYOND):
            continue
        replayed += 1
        status, body = _asked(double, call, CALLERS.get(scenario, {}).get(number, "admin"))
        if (status, _steady(body)) != (call["status"], _steady(call["response"])):
            place = f"{scenario} {number}: {call['method']} {call['path']}"
            differences.append((place, (status, body), (call["status"], call["response"])))
    assert differences == []
    assert replayed >= 5


def _asked(double: GrafanaDouble, call: Json, caller: str) -> tuple[int, Json]:
    parts = urlsplit(call["path"])
    body = None if isinstance(call["request"], str) else call["request"]
    request = Call(call["method"], parts.path, parse_qs(parts.query), body)
    answer = double.answer(request, _authorization(double, caller))
    return answer.status, answer.body if answer.text is None else answer.text


def _authorization(double: GrafanaDouble, caller: str) -> str:
    if caller == "admin":
        return "Basic " + base64.b64encode(b"admin:admin").decode()
    if caller in ("Viewer", "Editor"):
        return f"Bearer {double.token(caller)}"
    return caller


def _steady(body: Json) -> Json:
    """Return a body with what is volatile masked; Grafana adds an empty `traceID` as it likes."""
    if isinstance(body, dict):
        return {
            key: "…" if key in VOLATILE else _steady(value)
            for key, value in body.items()
            if key != "traceID"
        }
    if isinstance(body, str):
        return re.sub(r"dashboardId \d+", "dashboardId …", body)
    return [_steady(item) for item in body] if isinstance(body, list) else body
