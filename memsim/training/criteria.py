"""What lists held out are to reach, as text and as a value."""

from __future__ import annotations

import math
from typing import NamedTuple

from memsim.core.errors import InputError
from memsim.core.names import shown

NAMES = ("accuracy", "loss")


class Criterion(NamedTuple):
    """What lists held out are to reach."""

    measure: str
    """``accuracy`` or ``loss``."""
    value: float

    def __str__(self) -> str:
        return f"{self.measure}={self.value!r}"


def criterion(text: str) -> Criterion | None:
    """The criterion of a text, ``accuracy=.95`` or ``loss=.1``; ``None`` of an empty one.

    Raises
    ------
    InputError : another text, or a number out of range.
    """
    if not text:
        return None
    name, _, number = (part.strip() for part in text.partition("="))
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if name not in NAMES or not 0 <= value < math.inf or (name == "accuracy" and not 0 < value <= 1):
        raise InputError(
            f"Training: until={shown(text)} must be accuracy=NUMBER, above 0 and up to 1, or loss=NUMBER of at least "
            "0, as in accuracy=.95"
        )
    return Criterion(name, value)
