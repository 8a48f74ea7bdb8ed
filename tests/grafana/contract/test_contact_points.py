"""Contact points, call by call: each entry is one integration."""

from typing import Any

from tests.grafana.contract.conftest import Wire, path_of

POINTS, POLICIES = "/v1/provisioning/contact-points", "/v1/provisioning/policies"
EMAIL = {"addresses": "a@example.com"}
SLACK = {"url": "https://hooks.slack.invalid/secret", "title": "{{ .Status }}"}
HOOK = {"url": "http://127.0.0.1:9/x", "password": "p", "maxAlerts": 5}
DISABLE = {"X-Disable-Provenance": "true"}


def point(uid: str, name: str, type_: str = "email", settings: Any = None) -> Any:
    return {"uid": uid, "name": name, "type": type_, "settings": settings or EMAIL}


def made(wire: Wire, text: str, name: str = "", *kind: Any, **options: Any) -> Any:
    """Make an integration, return what is answered of it."""
    uid = wire.name(text)
    body = point(uid, name or uid, *kind)
    return wire.make("POST", POINTS, body, undo=POINTS + path_of(uid), **options)


def named(wire: Wire, name: str) -> list[Any]:
    """Return the integrations of a contact point."""
    found: list[Any] = wire.get(f"{POINTS}?name={name}")
    return found


def test_secrets_are_hidden_in_every_answer(wire: Wire) -> None:
    answer = made(wire, "slack", "", "slack", SLACK)
    uid = answer["uid"]
    assert answer["settings"]["url"] == "[REDACTED]"
    (stored,) = named(wire, uid)
    assert stored["settings"] == {"url": "[REDACTED]", "title": "{{ .Status }}"}
    older = {"token": "[REDACTED]"} if not wire.since(12) else {}  # was not even sent
    assert answer["settings"] == {**stored["settings"], **older}


def test_every_key_of_the_settings_is_kept_as_it_was_sent(wire: Wire) -> None:
    uid = made(wire, "hook", "", "webhook", {**HOOK, "nonsense": [1]})["uid"]
    (stored,) = named(wire, uid)
    assert stored["settings"] == {**HOOK, "nonsense": [1], "password": "[REDACTED]"}
    assert stored["disableResolveMessage"] is False
    assert stored["provenance"] == "api"


def test_an_update_with_the_hidden_secret_keeps_it_and_one_without_drops_it(wire: Wire) -> None:
    uid = made(wire, "slack", "", "slack", SLACK)["uid"]
    path = POINTS + path_of(uid)
    kept = point(uid, uid, "slack", {"url": "[REDACTED]", "title": "new"})
    assert wire.ask("PUT", path, kept) == (202, {"message": "contactpoint updated"})
    assert named(wire, uid)[0]["settings"] == {"url": "[REDACTED]", "title": "new"}
    status, answer = wire.ask("PUT", path, point(uid, uid, "slack", {"title": "newer"}))
    assert status == 400
    assert "recipient must be specified" in answer["message"]


def test_a_secret_that_is_not_needed_goes_when_it_is_not_sent(wire: Wire) -> None:
    uid = made(wire, "hook", "", "webhook", HOOK)["uid"]
    body = point(uid, uid, "webhook", {"url": "http://127.0.0.1:9/x"})
    assert wire.ask("PUT", POINTS + path_of(uid), body)[0] == 202
    assert named(wire, uid)[0]["settings"] == {"url": "http://127.0.0.1:9/x"}


def test_what_the_type_needs_is_checked(wire: Wire) -> None:
    for type_, reason in (
        ("email", "could not find addresses in settings"),
        ("webhook", "required field 'url' is not specified"),
        ("pagerduty", "could not find integration key property in settings"),
        ("teams", "could not find url property in settings"),
        ("nosuch", "nosuch"),
    ):
        uid = wire.name(type_)
        status, answer = wire.ask("POST", POINTS, point(uid, uid, type_, {"x": 1}))
        assert status == 400, type_
        assert reason in answer["message"]


def test_names_and_uids_are_free_in_older_versions(wire: Wire) -> None:
    bad = ((wire.name("no-name"), "", (12, 3)), (wire.name("bad uid"), wire.name("a"), (10, 2)))
    for uid, name, since in bad:
        status, _ = wire.ask("POST", POINTS, point(uid, name))
        wire.made.append(POINTS + path_of(uid))
        assert status == (400 if wire.since(*since) else 202), uid


def test_a_uid_is_taken_once_in_all_contact_points(wire: Wire) -> None:
    uid = made(wire, "a")["uid"]
    status, answer = wire.ask("POST", POINTS, point(uid, wire.name("b")))
    assert status == (409 if wire.since(11) else 500)
    assert "Please use unique identifiers" in answer["message"]


def test_integrations_of_one_name_are_one_contact_point(wire: Wire) -> None:
    name = wire.name("team")
    first = made(wire, "a", name)["uid"]
    second = made(wire, "b", name, "webhook", HOOK)["uid"]
    assert [p["uid"] for p in named(wire, name)] == [first, second]
    assert wire.ask("DELETE", POINTS + path_of(first))[0] == 202
    assert [p["uid"] for p in named(wire, name)] == [second]


def test_a_new_name_takes_one_of_several_out(wire: Wire) -> None:
    name, other = wire.name("team"), wire.name("other")
    first, second = made(wire, "a", name)["uid"], made(wire, "b", name)["uid"]
    assert wire.ask("PUT", POINTS + path_of(second), point(second, other))[0] == 202
    assert [p["uid"] for p in named(wire, name)] == [first]
    assert [p["uid"] for p in named(wire, other)] == [second]


def test_an_absent_one_cannot_be_updated_but_deleted(wire: Wire) -> None:
    path = POINTS + path_of(wire.name("absent"))
    status, answer = wire.ask("PUT", path, point("x", wire.name("a")))
    assert status == 404
    assert "not found" in answer["message"]
    assert wire.ask("DELETE", path) == (202, {"message": "contactpoint deleted"})


def test_what_a_policy_uses_is_renamed_there_and_not_deleted(wire: Wire) -> None:
    uid, other = made(wire, "a")["uid"], wire.name("renamed")
    wire.make("PUT", POLICIES, {"receiver": uid}, undo=POLICIES)
    assert wire.ask("PUT", POINTS + path_of(uid), point(uid, other))[0] == 202
    assert wire.get(POLICIES)["receiver"] == other
    status, _ = wire.ask("DELETE", POINTS + path_of(uid))
    assert status == (409 if wire.since(11, 2) else 400 if wire.since(11) else 500)
    wire.ask("DELETE", POLICIES)
    assert wire.ask("DELETE", POINTS + path_of(uid))[0] == 202
    assert named(wire, other) == []


def test_the_header_counts_from_10_on_and_there_is_no_way_back(wire: Wire) -> None:
    uid = made(wire, "a", headers=DISABLE)["uid"]
    path, body = POINTS + path_of(uid), point(uid, uid)
    before = named(wire, uid)[0].get("provenance", "")
    assert before == ("" if wire.since(10) else "api")
    assert wire.ask("PUT", path, body)[0] == 202
    assert named(wire, uid)[0]["provenance"] == "api"
    assert wire.ask("PUT", path, body, headers=DISABLE)[0] == (500 if wire.since(10) else 202)
