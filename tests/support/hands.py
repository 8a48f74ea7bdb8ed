"""Somebody who works in Grafana's web interface: what their browser would send."""

import base64
import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Hands:
    """A person logged in at a Grafana."""

    url: str
    login: str = "alice"
    password: str = "alice"

    def edit(self, uid: str, change: Callable[[Document], object], message: str = "") -> None:
        """Open a dashboard, change it, save it."""
        found = self.call("GET", f"dashboards/uid/{uid}")
        dashboard = found["dashboard"]
        change(dashboard)
        folder = found["meta"].get("folderUid") or ""
        body = {"dashboard": dashboard, "folderUid": folder, "message": message}
        self.call("POST", "dashboards/db", body)

    def move(self, uid: str, folder: str) -> None:
        """Put a dashboard into the folder with a uid."""
        dashboard = self.call("GET", f"dashboards/uid/{uid}")["dashboard"]
        self.call("POST", "dashboards/db", {"dashboard": dashboard, "folderUid": folder})

    def restore(self, uid: str, version: int) -> None:
        """Press Restore in the list of versions."""
        self.call("POST", f"dashboards/uid/{uid}/restore", {"version": version})

    def call(self, method: str, path: str, body: Document | None = None) -> Any:
        """Call Grafana's API."""
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": self._authorization},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    @property
    def _authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.login}:{self.password}".encode()).decode()


def red(title: str, value: float) -> Callable[[Document], None]:
    """Return an edit: the value from which a panel is red."""

    def change(dashboard: Document) -> None:
        [panel] = [one for one in dashboard["panels"] if one["title"] == title]
        panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"] = value

    return change
