"""The configuration of a live Alertmanager: checked, replaced whole, loaded, or put back."""

from obsdash.alertmanager.target import AlertmanagerTarget

__all__ = ["AlertmanagerTarget"]
