"""What differs by version where data sources are saved, call by call."""

import pytest

from tests.grafana.contract.conftest import Wire


@pytest.mark.parametrize("old", ["postgres", "testdata"])
def test_older_names_of_plugins_are_replaced_by_13(wire: Wire, old: str) -> None:
    uid = wire.name("source")
    document = {"uid": uid, "name": uid, "type": old, "access": "proxy", "url": "127.0.0.1:9"}
    path = f"/datasources/uid/{uid}"
    wire.make("POST", "/datasources", document, undo=path)
    names = {
        "postgres": "grafana-postgresql-datasource",
        "testdata": "grafana-testdata-datasource",
    }
    assert wire.get(path)["type"] == (names[old] if wire.since(13) else old)
