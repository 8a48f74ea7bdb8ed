"""The value of what is not there, which is not null."""

from enum import Enum
from typing import Final


class Missing(Enum):
    """A type of one value, so that a type checker can tell it apart."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
