"""A Flask service: exemplars in its metrics, trace ids in its log lines.

opentelemetry-instrument python app.py
"""

import logging
import time

from flask import Flask, Response, request
from opentelemetry import trace
from prometheus_client import REGISTRY, Histogram
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

app = Flask(__name__)
log = logging.getLogger("shop")
seconds = Histogram("http_request_duration_seconds", "Response time", ["method", "route", "code"])


def exemplar() -> dict[str, str]:
    """Return what leads from a histogram's bucket to the trace of this request."""
    context = trace.get_current_span().get_span_context()
    return {"trace_id": f"{context.trace_id:032x}"} if context.trace_flags.sampled else {}


@app.before_request
def begin() -> None:
    request.environ["begun"] = time.perf_counter()


@app.after_request
def end(response: Response) -> Response:
    took = time.perf_counter() - request.environ["begun"]
    labels = (request.method, str(request.url_rule or "unknown"), str(response.status_code))
    seconds.labels(*labels).observe(took, exemplar())
    return response


@app.get("/orders")
def orders() -> list[str]:
    log.warning("orders were asked for")
    return []


@app.get("/metrics")
def metrics() -> Response:
    # Exemplars travel in this format only.
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


if __name__ == "__main__":
    app.run("0.0.0.0", 8000)  # noqa: S104 (a container of its own)
