"""Rules by HTTP: the rulers of Mimir, Cortex and Loki, and Grafana's convert API."""

from obsdash.ruler.target import RulerTarget

__all__ = ["RulerTarget"]
