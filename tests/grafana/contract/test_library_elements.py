"""Library panels, call by call."""

from typing import Any

from tests.grafana.contract.conftest import Wire

ELEMENTS = "/library-elements"


def made(wire: Wire, text: str = "panel", folder: str = "", **fields: Any) -> Any:
    """Make a library panel, return what is answered of it."""
    uid = wire.name(text)
    body = {"uid": uid, "name": uid, "kind": 1, "folderUid": folder, "model": {"type": "stat"}}
    answer = wire.make("POST", ELEMENTS, {**body, **fields}, undo=f"{ELEMENTS}/{uid}")
    return answer["result"]


def used(wire: Wire, uid: str, *panels: Any) -> str:
    """Save a dashboard that holds the panels, return its uid."""
    dashboard = {"uid": uid, "title": uid, "panels": list(panels)}
    wire.make("POST", "/dashboards/db", {"dashboard": dashboard, "overwrite": True})
    wire.made.append(f"/dashboards/uid/{uid}")
    return uid


def test_type_and_description_come_from_the_model_and_are_filled_in_there(wire: Wire) -> None:
    panel = made(wire, model={"title": "T", "type": "stat", "options": None})
    assert panel["model"] == {"title": "T", "type": "stat", "options": None, "description": ""}
    assert (panel["type"], panel["description"], panel["version"]) == ("stat", "", 1)
    assert wire.get(f"{ELEMENTS}/{panel['uid']}")["result"]["model"] == panel["model"]


def test_a_uid_is_taken_once_and_below_13_a_name_in_a_folder_too(wire: Wire) -> None:
    first = made(wire, folder=wire.folder("a"))
    again = {"uid": first["uid"], "name": "other", "kind": 1, "model": {}}
    twin = {"uid": wire.name("twin"), "name": first["name"], "folderUid": first["folderUid"]}
    for body, status in ((again, 400), (twin, 200 if wire.since(13) else 400)):
        there, answer = wire.ask("POST", ELEMENTS, {"kind": 1, "model": {}, **body})
        assert there == status, answer
        if status == 400:
            assert answer["message"] == "library element with that name or UID already exists"
    other = wire.folder("b")
    assert made(wire, "same", other, name=first["name"])["folderUid"] == other


def test_what_has_no_place_or_no_uid_that_grafana_takes_is_refused(wire: Wire) -> None:
    for fields in ({"folderUid": "absent"}, {"uid": "bad uid"}, {"uid": "u" * 41}):
        body = {"name": wire.name("x"), "kind": 1, "model": {"type": "stat"}, **fields}
        assert wire.ask("POST", ELEMENTS, body)[0] == 400, fields
    assert wire.ask("POST", ELEMENTS, {"name": wire.name("x"), "kind": 1})[0] == 500


def test_an_update_needs_the_kind_and_the_version_that_is_there(wire: Wire) -> None:
    uid = made(wire)["uid"]
    for body, status in (
        ({"kind": 1, "version": 7}, 412),
        ({"kind": 1}, 400),
        ({"version": 1}, 400),
        ({"kind": 1, "version": 1, "name": ""}, 200),
        ({"kind": 1, "version": 1, "name": "late"}, 412),
    ):
        assert wire.ask("PATCH", f"{ELEMENTS}/{uid}", body)[0] == status, body
    stored = wire.get(f"{ELEMENTS}/{uid}")["result"]
    assert (stored["name"], stored["version"]) == (uid, 2)


def test_an_update_replaces_the_model_and_keeps_the_description(wire: Wire) -> None:
    uid = made(wire, model={"type": "stat", "title": "T", "description": "d"})["uid"]
    body = {"kind": 1, "version": 1, "model": {"type": "table"}}
    wire.make("PATCH", f"{ELEMENTS}/{uid}", body)
    stored = wire.get(f"{ELEMENTS}/{uid}")["result"]
    assert stored["model"] == {"type": "table", "description": "d"}


def test_an_update_without_a_folder_moves_to_the_root_where_the_server_can(wire: Wire) -> None:
    folder, other = wire.folder("a"), wire.folder("b")
    uid = made(wire, folder=folder)["uid"]
    wire.make("PATCH", f"{ELEMENTS}/{uid}", {"kind": 1, "version": 1, "folderUid": other})
    assert wire.get(f"{ELEMENTS}/{uid}")["result"]["folderUid"] == other
    echo = wire.make("PATCH", f"{ELEMENTS}/{uid}", {"kind": 1, "version": 2})["result"]
    assert echo["folderUid"] == ""  # also where nothing was moved
    stored = wire.get(f"{ELEMENTS}/{uid}")["result"]["folderUid"]
    assert stored == (other if not wire.since(11) else "general" if wire.since(13) else "")


def test_the_list_is_paged_and_says_what_is_in_a_folder(wire: Wire) -> None:
    folder = wire.folder("a")
    uids = {made(wire, f"p{number}", folder)["uid"] for number in range(3)}
    found: set[str] = set()
    for page in (1, 2):
        path = f"{ELEMENTS}?kind=1&perPage=2&page={page}&folderFilterUIDs={folder}"
        result = wire.get(path)["result"]
        assert result["totalCount"] == 3
        found |= {element["uid"] for element in result["elements"]}
    assert found == uids


def test_what_a_dashboard_uses_cannot_be_deleted(wire: Wire) -> None:
    inner, outer = made(wire, "inner")["uid"], made(wire, "outer")["uid"]
    row = {"id": 2, "type": "row", "panels": [{"id": 3, "libraryPanel": {"uid": inner}}]}
    dashboard = used(wire, wire.name("uses"), {"id": 1, "libraryPanel": {"uid": outer}}, row)
    for uid in (inner, outer):
        status, answer = wire.ask("DELETE", f"{ELEMENTS}/{uid}")
        assert (status, answer["message"]) == (403, "the library element has connections")
        assert wire.get(f"{ELEMENTS}/{uid}")["result"]["meta"]["connectedDashboards"] == 1
    wire.ask("DELETE", f"/dashboards/uid/{dashboard}")
    assert wire.ask("DELETE", f"{ELEMENTS}/{outer}")[0] == 200
    assert wire.ask("DELETE", f"{ELEMENTS}/{outer}")[0] == 404


def test_a_dashboard_with_an_unknown_library_panel_is_saved_even_where_that_is_an_error(
    wire: Wire,
) -> None:
    uid = wire.name("lost")
    panel = {"id": 1, "libraryPanel": {"uid": wire.name("absent")}}
    body = {"dashboard": {"uid": uid, "title": uid, "panels": [panel]}}
    status, _ = wire.ask("POST", "/dashboards/db", body)
    wire.made.append(f"/dashboards/uid/{uid}")
    assert status == (200 if wire.since(11) else 500)
    assert wire.get(f"/dashboards/uid/{uid}")["dashboard"]["title"] == uid


def test_a_folder_takes_its_library_panels_with_it_unless_one_is_in_use(wire: Wire) -> None:
    folder = wire.folder("a")
    uid = made(wire, folder=folder)["uid"]
    dashboard = used(wire, wire.name("uses"), {"id": 1, "libraryPanel": {"uid": uid}})
    assert wire.ask("DELETE", f"/folders/{folder}")[0] == 403
    wire.ask("DELETE", f"/dashboards/uid/{dashboard}")
    assert wire.ask("DELETE", f"/folders/{folder}")[0] == 200
    assert wire.ask("GET", f"{ELEMENTS}/{uid}")[0] == 404


def test_a_viewer_reads_and_does_not_write(wire: Wire) -> None:
    assert wire.ask("GET", ELEMENTS, role="Viewer")[0] == 200
    body = {"uid": wire.name("x"), "name": wire.name("x"), "kind": 1, "model": {"type": "stat"}}
    assert wire.ask("POST", ELEMENTS, body, role="Viewer")[0] == 403
    assert wire.ask("POST", ELEMENTS, body, role="Admin")[0] == 200
    wire.made.append(f"{ELEMENTS}/{body['uid']}")
