"""A thin JSON client for Prometheus, Loki and Alertmanager; every trouble is a TargetError."""

from obsdash.http.client import Auth, Client, Response, Tls
from obsdash.http.trouble import AnswerError, UnreachedError, explain, masked, success, unreachable

__all__ = [
    "AnswerError",
    "Auth",
    "Client",
    "Response",
    "Tls",
    "UnreachedError",
    "explain",
    "masked",
    "success",
    "unreachable",
]
