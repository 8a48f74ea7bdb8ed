"""How far each configuration of the stack is proven on this machine."""

from obsdash.stack.check.examine import examine
from obsdash.stack.check.shown import document, text
from obsdash.stack.check.verdict import Level, Verdict

__all__ = ["Level", "Verdict", "document", "examine", "text"]
