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
from tests.doubles.grafana.answers import Call, User
from tests.doubles.grafana.store import Datasource, Folder, Integration

Json = Any

ROOT = Path(__file__).parents[2]
RECORDINGS = Path(os.environ.get("OBSDASH_TEST_RECORDINGS", ROOT.parent / "shared" / "recordings"))

# Declared exceptions, first: values that differ from run to run. The keys must be there.
VOLATILE = frozenset(
    {
        *("accessErrorId", "commit", "buildInfo", "created", "updated", "createdBy", "updatedBy"),
        *("id", "dashboardId", "folderId", "folderUrl", "url", "key", "typeName", "typeLogoUrl"),
        *("canSave", "canEdit", "canAdmin", "canDelete", "namespace_id", "avatarUrl"),
    }
)
# Second: what other parts of Grafana answer, which the double does not have.
BEYOND = (
    "/api/access-control",
    "/api/folders/team-a/permissions",
    "/api/prometheus/grafana",
    "/api/datasources/uid/prom/resources",
    "/api/datasources/proxy/uid/prom",
)
# Third: what the double need not do.
EXCUSED: Mapping[str, Mapping[int, str]] = {
    "dashboard-history": {
        1: "Grafana remembers for seconds that an editor could not see what is new",
        11: "so does it for the history",
    },
    "dashboards": {26: "the uid is made up"},
    "health-and-auth": {
        1: "the recording kept only the version of the settings",
        6: "the page's text",
    },
    "query": dict.fromkeys(
        (*range(14), *range(16, 19), *range(20, 23)), "the double has no data to query"
    ),
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
        **dict.fromkeys(range(17, 20), "Editor"),
    },
    "dashboard-history": {10: "Viewer", 11: "Editor"},
    "in-use": {**dict.fromkeys(range(10, 16), "Editor"), 18: "Admin", 19: "Admin"},
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


def test_library_panels_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    double.store.folders["team-a"] = Folder(1, "team-a", "Team A")
    _replay(double, "library-elements")


def test_rules_and_their_groups_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    for uid, title in (("al", "Alerts"), ("al2", "Alerts 2")):
        double.store.folders[uid] = Folder(double.store.next_id(), uid, title)
    double.store.next_uids = ["Jp54DkRdk", "BGp4vkgdk"]
    for scenario in ("alert-rules", "rule-groups"):
        _replay(double, scenario)


def test_notification_objects_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    for scenario in ("contact-points", "policies", "mute-timings", "templates"):
        _replay(double, scenario)


def test_queries_of_sources_that_are_not_there_answer_as_the_real_ones_did(
    double: GrafanaDouble,
) -> None:
    for uid in ("prom", "dead"):
        double.store.datasources[uid] = Datasource(1, {"uid": uid})
    _replay(double, "query")


def test_health_and_credentials_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    _replay(double, "health-and-auth")


def test_an_editors_objects_answer_as_the_real_ones_did(double: GrafanaDouble) -> None:
    for role in ("Editor", "Viewer"):
        double.store.accounts[str(len(double.store.accounts) + 2)] = User(role, role)
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
    _provision_alerting(double)
    _replay(double, "file-provisioned")


def _provision_alerting(double: GrafanaDouble) -> None:
    """Put a rule, a contact point, the policies and a mute timing there as files do."""
    calls = _recorded("file-provisioned")
    rule = dict(next(c for c in calls if c["path"].endswith("/alert-rules/pr1"))["response"])
    rule.pop("provenance")
    double.provision_rule(rule)
    slack = Integration("prcp", "slack", {"recipient": "#a"}, {"url": "https://secret"})
    double.provision_contact_point("team", slack)
    double.provision_policies({"receiver": "team", "group_by": ["alertname"]})
    night = next(c for c in calls if c["path"].endswith("/mute-timings"))["response"][0]
    double.provision_timing("night", night["time_intervals"])


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
    assert replayed >= len(_recorded(scenario)) // 5


def _asked(double: GrafanaDouble, call: Json, caller: str) -> tuple[int, Json]:
    parts = urlsplit(call["path"])
    body = None if isinstance(call["request"], str) else call["request"]
    headers = {name.lower(): value for name, value in (call["requestHeaders"] or {}).items()}
    query = parse_qs(parts.query)
    request = Call(call["method"], parts.path, query, body, headers=headers)
    answer = double.answer(request, _authorization(double, caller))
    return answer.status, answer.body if answer.text is None else answer.text


def _authorization(double: GrafanaDouble, caller: str) -> str:
    if caller == "admin":
        return "Basic " + base64.b64encode(b"admin:admin").decode()
    if caller in ("Viewer", "Editor", "Admin"):
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
