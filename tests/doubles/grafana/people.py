"""Service accounts, and what only the server's administrator may do."""

from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route, User, denied
from tests.doubles.grafana.store import Store

RELOADED = {"dashboards": "Dashboards", "datasources": "Datasources", "alerting": "Alerting"}


def create_account(store: Store, call: Call) -> Answer:
    name, role = str(call.body["name"]), str(call.body["role"])
    number = len(store.accounts) + 2  # the first is the administrator
    store.accounts[str(number)] = User(f"sa-{name.lower()}", role)
    return Answer(201, {**_account(store, str(number)), "name": name})


def create_token(store: Store, call: Call, number: str) -> Answer:
    if number not in store.accounts:
        raise Refusal(404, "service account not found")
    key = f"glsa_{store.next_id()}"
    store.tokens[key] = store.accounts[number]
    return Answer(200, {"id": store.next_id(), "name": str(call.body["name"]), "key": key})


def create_user(store: Store, call: Call) -> Answer:
    if not (call.user and call.user.server_admin):
        return denied("users:create")
    login = str(call.body["login"])
    store.people[login] = User(login, "Viewer")  # the password is the login
    return Answer(200, {"id": [*store.people].index(login) + 1, "message": "User created"})


def change_role(store: Store, call: Call, number: str) -> Answer:
    login = [*store.people][int(number) - 1]
    store.people[login] = User(login, str(call.body["role"]))
    return Answer(200, {"message": "Organization user updated"})


def delete_user(store: Store, call: Call, number: str) -> Answer:
    """Delete somebody; what they saved stays, and nobody knows by whom."""
    if not (call.user and call.user.server_admin):
        return denied("users:delete")
    login = [*store.people][int(number) - 1]
    store.people[login] = User("", "None")
    nobody = "Anonymous" if store.numbers >= (11, 6) else None
    for version in (v for board in store.dashboards.values() for v in board.versions):
        version.by = nobody if version.by == login else version.by
    return Answer(200, {"message": "User deleted"})


def reload_provisioning(store: Store, call: Call, what: str) -> Answer:
    if not (call.user and call.user.server_admin):
        return denied("provisioning:reload")
    return Answer(200, {"message": f"{RELOADED[what]} config reloaded"})


def _account(store: Store, number: str) -> Json:
    user = store.accounts[number]
    return {
        "id": int(number),
        "login": user.login,
        "orgId": -1,
        "isDisabled": False,
        "role": user.role,
        "tokens": 0,
        "avatarUrl": "",
    }


ROUTES = (
    Route("POST", "/serviceaccounts", create_account, "Admin", "serviceaccounts:create"),
    Route("POST", "/serviceaccounts/*/tokens", create_token, "Admin", "serviceaccounts:write"),
    Route("POST", "/admin/users", create_user),
    Route("DELETE", "/admin/users/*", delete_user),
    Route("PATCH", "/org/users/*", change_role, "Admin", "org.users:write"),
    Route("POST", "/admin/provisioning/*/reload", reload_provisioning),
)
