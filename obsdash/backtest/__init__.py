"""Would it have fired: alert expressions over the past of a live Prometheus."""

from obsdash.backtest.model import Backtest, Firing, Outcome
from obsdash.backtest.run import backtest

__all__ = ["Backtest", "Firing", "Outcome", "backtest"]
