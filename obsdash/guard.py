"""Which plans are dangerous enough to need a word from the user."""

from obsdash.plan import Delete, Plan, Update
from obsdash.words import count

FEW = 10  # objects: with fewer, every change is a large share
SHARE = 0.3


def danger(plan: Plan) -> str:
    """Return why a plan touches too much to go through unasked, "" when it does not."""
    touched = sum(isinstance(action, Update | Delete) for action in plan.actions)
    present = touched + len(plan.unchanged) + len(plan.orphans)
    if present < FEW or touched <= SHARE * present:
        return ""
    return f"{touched} of {count(present, 'object')} at {plan.target} would be changed or deleted"
