"""Rule files on a live Prometheus: checked, replaced whole, loaded, or put back."""

from obsdash.prometheus.target import PrometheusTarget

__all__ = ["PrometheusTarget"]
