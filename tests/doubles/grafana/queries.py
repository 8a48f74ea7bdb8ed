"""Queries: the double has no data; it answers what Grafana says of sources it cannot reach."""

from tests.doubles.grafana.answers import Answer, Call, Refusal, Route
from tests.doubles.grafana.store import Store


def query(store: Store, call: Call) -> Answer:
    queries = call.body["queries"]
    if not queries:
        raise Refusal.named(400, "query.noQueries", "No queries found")
    if any(q["datasource"]["uid"] not in store.datasources for q in queries):
        raise Refusal(404, "Data source not found")
    message = "An error occurred within the plugin"
    raise Refusal.named(500, "plugin.downstreamError", message)


def proxy(store: Store, call: Call, uid: str, *path: str) -> Answer:
    if uid not in store.datasources:
        raise Refusal(404, "Unable to find datasource")
    return Answer(502, text="")


ROUTES = (
    Route("POST", "/ds/query", query),
    Route("GET", "/datasources/proxy/uid/*/*/*/*", proxy),
)
