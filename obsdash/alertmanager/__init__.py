"""The configuration of a live Alertmanager: checked, replaced whole, loaded, or put back."""

from obsdash.alertmanager.mimir import MimirAlertmanagerTarget
from obsdash.alertmanager.target import AlertmanagerTarget

__all__ = ["AlertmanagerTarget", "MimirAlertmanagerTarget"]
