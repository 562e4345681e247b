"""Labels with values filled in: ``"TCM, drift {context_drift:.2f}"``."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import closest, shown

MOST_LETTERS = 200
"""Of a label."""
_FORMAT = re.compile(r"(\.\d)?[efgd]?")


def filled_in(template: str, values: Mapping[str, Any]) -> str:
    """``template`` with each name in braces replaced by its value, which a format such as ``:.2f`` may round.

    Nothing else of Python's format language is read: no attributes, indices, widths or conversions. Two braces are one.

    Raises
    ------
    InputError : anything else in braces, an unknown name, a format that does not fit, or a label that is too long.

    Examples
    --------
    >>> filled_in("{name}, {drift:.2f}", {"name": "TCM", "drift": 0.5})
    'TCM, 0.50'
    """
    parts = []
    what = f"the label {shown(template)} cannot be filled in"
    try:
        for text, name, form, conversion in string.Formatter().parse(template):
            parts.append(text)
            if name is None:
                continue
            if name not in values:
                have = ", ".join(values)
                raise InputError(
                    f"{what}: {shown(name)} is no name here{closest(name[:80], values)} In braces can be {have}"
                )
            if conversion or not _FORMAT.fullmatch(form or ""):
                raise InputError(f"{what}: after {name} only a format such as :.2f or :g may stand")
            parts.append(format(values[name], form or ""))
    except InputError:
        raise
    except (ValueError, TypeError) as error:
        raise InputError(f"{what} ({error}); in braces stand names, as in {{{next(iter(values))}}}") from None
    label = "".join(parts)
    if len(label) > MOST_LETTERS:
        raise InputError(f"the label {shown(label)} is longer than {MOST_LETTERS} letters; give a shorter one")
    return label
