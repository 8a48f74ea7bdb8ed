"""What others edited since obsdash saved, and what a plan does about it. Made without I/O.

Three documents decide: the *base* that obsdash saved last, what is live, and what is defined.
"""

from obsdash.drift.model import ASK, Base, Policy, Take

__all__ = ["ASK", "Base", "Policy", "Take"]
