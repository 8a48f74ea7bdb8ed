"""How Grafana reads the body of a rule, and what it refuses about it."""

import copy
import re

from tests.doubles.grafana.answers import Json, Refusal
from tests.doubles.grafana.durations import milliseconds, rendered
from tests.doubles.grafana.store import Store
from tests.doubles.grafana.versions import (
    ACTIVE_INTERVALS,
    CHECKED_FOLDERS,
    CHECKED_UIDS,
    KEEP_FIRING,
    KEEP_LAST,
    NOTIFICATION_SETTINGS,
    PAUSED,
    RECORD_FIELD,
    RECORDING_RULES,
    STATES_ARE_400,
)

BAD = (400, "bad request data")
INVALID = "invalid alert rule"
ZERO = "0001-01-01T00:00:00Z"
STATES = {
    "noDataState": ("NoData", ("NoData", "Alerting", "OK")),
    "execErrState": ("Error", ("Error", "Alerting", "OK")),
}
CLEARED: Json = {"condition": "", "noDataState": "", "execErrState": "", "for": "0s"}
LONGEST = 190
SCHEDULER = 10  # seconds
METRIC = re.compile(r"[^\s].*")


def read(store: Store, body: object) -> Json:
    """Return a rule in the form of all answers; what the body lacks is empty."""
    if not isinstance(body, dict):
        raise Refusal(*BAD)
    rule: Json = {
        "id": 0,
        "uid": str(body.get("uid") or ""),
        "orgID": body.get("orgID") or 0,
        "folderUID": str(body.get("folderUID") or ""),
        "ruleGroup": str(body.get("ruleGroup") or ""),
        "title": str(body.get("title") or ""),
        "condition": str(body.get("condition") or ""),
        "data": [_query(item) for item in body["data"]] if body.get("data") is not None else None,
        "updated": ZERO,
        "noDataState": str(body.get("noDataState") or ""),
        "execErrState": str(body.get("execErrState") or ""),
        "for": _duration(body.get("for")),
        **{key: _texts(body[key]) for key in ("annotations", "labels") if body.get(key)},
    }
    return {**rule, **_newer(store, body)}


def _newer(store: Store, body: Json) -> Json:
    """Return the fields that came after 9.3."""
    out: Json = {}
    if store.has(PAUSED):
        out["isPaused"] = bool(body.get("isPaused"))
    if store.has(NOTIFICATION_SETTINGS):
        sent = body.get("notification_settings")
        out["notification_settings"] = None if sent is None else _settings(store, sent)
    if store.has(RECORD_FIELD):
        sent = body.get("record")
        keys = ("metric", "from", "target_datasource_uid")
        out["record"] = sent and {
            "metric": "",
            "from": "",
            **{key: sent[key] for key in keys if sent.get(key)},
        }
    if store.has(KEEP_FIRING):
        out["keep_firing_for"] = _duration(body.get("keep_firing_for"))
        if body.get("missingSeriesEvalsToResolve"):
            out["missingSeriesEvalsToResolve"] = body["missingSeriesEvalsToResolve"]
    return out


def _settings(store: Store, sent: Json) -> Json:
    lists = ["group_by", "mute_time_intervals"]
    if store.has(ACTIVE_INTERVALS):
        lists.append("active_time_intervals")
    times = ("group_wait", "group_interval", "repeat_interval")
    return {
        "receiver": str(sent.get("receiver") or ""),
        **{key: sent[key] for key in lists if sent.get(key)},
        **{key: _duration(sent[key]) for key in times if sent.get(key)},
    }


def _query(item: Json) -> Json:
    model = {"intervalMs": 1000, "maxDataPoints": 43200, **copy.deepcopy(item.get("model") or {})}
    between = item.get("relativeTimeRange") or {}
    return {
        "refId": str(item.get("refId") or ""),
        "queryType": str(model.get("queryType") or ""),
        "relativeTimeRange": {key: int(between.get(key) or 0) for key in ("from", "to")},
        "datasourceUid": str(item.get("datasourceUid") or ""),
        "model": model,
    }


def _duration(text: object) -> str:
    length = milliseconds(str(text)) if text else 0
    if length is None:
        raise Refusal(*BAD)
    return rendered(length)


def _texts(values: Json) -> Json:
    if any(not isinstance(value, str) for value in values.values()):
        raise Refusal(*BAD)
    return values


def check(store: Store, rule: Json) -> Json:
    """Return a rule as it is stored; raise what Grafana says against it."""
    _check_names(store, rule)
    for field, what in (("title", "name"), ("ruleGroup", "rule group name")):
        if len(rule[field]) > LONGEST:
            problem = f"{what} length should not be greater than {LONGEST}"
            raise Refusal(400, f"{INVALID}: {problem}")
    if not rule["data"]:
        raise Refusal(400, f"{INVALID}: no queries or expressions are found")
    if not rule["title"]:
        raise Refusal(400, f"{INVALID}: title is empty")
    if rule.get("record"):
        return _recording(store, rule)
    for field, (what, states) in STATES.items():
        known = (*states, "KeepLast") if store.has(KEEP_LAST) else states
        if rule[field] not in known:
            word = "NoData" if what == "NoData" else "Error"
            raise wrong(store, f"unknown {word} state option {rule[field]}")
    _check_panel(store, rule.get("annotations", {}))
    _check_ranges(store, rule)
    _check_receiver(store, rule.get("notification_settings"))
    return rule


def no_interval(seconds: int) -> str:
    """Say that a group cannot be evaluated this often."""
    return (
        f"interval ({seconds}s) should be non-zero and divided exactly"
        f" by scheduler interval: {SCHEDULER}"
    )


def wrong(store: Store, problem: str) -> Refusal:
    """Return a refusal that older versions take for an error of their own."""
    if store.has(STATES_ARE_400):
        return Refusal(400, f"{INVALID}: {problem}")
    return Refusal(500, problem)


def _check_names(store: Store, rule: Json) -> None:
    if store.has(CHECKED_FOLDERS) and rule["folderUID"] not in store.folders:
        problem = "folder does not exist" if rule["folderUID"] else "folderUID must be set"
        raise Refusal(400, f"{INVALID}: {problem}")
    uid, problem = rule["uid"], ""
    if len(uid) > 40:
        problem = "UID is longer than 40 symbols"
    elif not re.fullmatch("[A-Za-z0-9_-]*", uid):
        problem = "invalid format of UID. Only letters, numbers, '-' and '_' are allowed"
    if problem and store.has(CHECKED_UIDS):
        raise Refusal(400, f"{INVALID}\ncannot create rule with UID '{uid}': {problem}")


def _check_panel(store: Store, annotations: Json) -> None:
    dashboard, panel = annotations.get("__dashboardUid__"), annotations.get("__panelId__")
    if (dashboard is None) != (panel is None):
        problem = "both annotations __dashboardUid__ and __panelId__ must be specified"
        raise wrong(store, problem)
    if panel is not None and not re.fullmatch(r"-?\d+", panel):
        raise wrong(store, "annotation __panelId__ must be a valid integer Panel ID")


def _check_ranges(store: Store, rule: Json) -> None:
    for query in rule["data"]:
        start, end = query["relativeTimeRange"]["from"], query["relativeTimeRange"]["to"]
        if query["datasourceUid"] not in ("__expr__", "-100") and start <= end:
            name = query["refId"]
            raise wrong(store, f"invalid alert query {name}: invalid relative time range")


def _check_receiver(store: Store, settings: Json | None) -> None:
    if settings is None:
        return
    problem = ""
    if not settings["receiver"] and len(settings) > 1:
        problem = "receiver must be specified"
    elif settings["receiver"] and settings["receiver"] not in store.contact_points:
        problem = f"receiver {settings['receiver']} does not exist"
    for name in (
        *settings.get("mute_time_intervals", ()),
        *settings.get("active_time_intervals", ()),
    ):
        if name not in store.timings:
            problem = f"time interval {name} does not exist"
    if problem:
        raise Refusal(400, f"{INVALID}\n{problem}")


def _recording(store: Store, rule: Json) -> Json:
    if not (store.recording_rules or store.has(RECORDING_RULES)):
        problem = "recording rules cannot be created on this instance"
        raise Refusal(400, f"{INVALID}: {problem}")
    if not METRIC.fullmatch(rule["record"]["metric"]):
        problem = "metric name for recording rule must be a valid Prometheus metric name"
        raise Refusal(400, f"{INVALID}: {problem}")
    return {**rule, **CLEARED}
