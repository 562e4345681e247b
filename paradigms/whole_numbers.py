"""Settings of tasks that are several whole numbers, kept as text so that files and command lines can hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from memsim.core.errors import InputError


def text_of(numbers: Any) -> Any:
    """``"0 2 5"`` for such numbers; text is kept, with single spaces for commas and spaces."""
    if isinstance(numbers, str):
        return " ".join(numbers.replace(",", " ").split())
    return " ".join(map(str, numbers)) if isinstance(numbers, Iterable) else numbers


def numbers_of(text: str, what: str, most: int) -> tuple[int, ...]:
    """The different whole numbers from 0 to ``most`` of a setting.

    Raises
    ------
    InputError : no number, something else than whole numbers, or a number twice; ``what`` names the setting.
    """
    parts = text.split()
    if not parts or not all(part.isdecimal() and len(part) < 10 and int(part) <= most for part in parts):
        raise InputError(f"{what}={text!r} must be whole numbers from 0 to {most:,}, as in '0 2 5'")
    numbers = tuple(map(int, parts))
    if len(set(numbers)) < len(numbers):
        raise InputError(f"{what}={text!r} holds a number twice; give each once")
    return numbers
