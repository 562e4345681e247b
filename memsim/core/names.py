"""Names as users type them: compared without case, hyphens and spaces; the closest known name is offered."""

from __future__ import annotations

import difflib
import numbers
import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any

from memsim.core.errors import InputError

_LINES = re.compile(r"\s*\n\s*")
"""The ends of lines, as in a table or an array of numpy."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but for tab and line feed, marks that turn the direction of writing, and lone surrogates."""


def normalized(name: str) -> str:
    """``name`` without case, hyphens, underscores and spaces: ``Free-Recall`` is ``free_recall``."""
    return "".join(character for character in name.casefold() if character not in "-_ ")


def require_name(value: Any, what: str, example: str) -> None:
    """Raise :class:`InputError` unless ``value`` is text; ``what`` it must be the name of, as ``example`` is."""
    if not isinstance(value, str):
        raise InputError(f"{shown(value)} is not the name of {what}; give it as text, as in {example!r}")


def require_one_of(value: Any, options: Collection[str], what: str) -> None:
    """Raise :class:`InputError`, in the name of ``what`` is given, unless ``value`` is one of the ``options``."""
    if not isinstance(value, str) or value not in options:
        near = closest(value, options).removesuffix(".")
        raise InputError(f"{what}={shown(value)} must be one of {', '.join(map(repr, options))}{near}")


def require_mapping(value: Any, what: str, example: str) -> None:
    """Raise :class:`InputError`, in the name of ``what`` is given, unless ``value`` is a mapping, as ``example`` is."""
    if not isinstance(value, Mapping):
        raise InputError(f"{what}: {shown(value)} is no mapping; give a dict, as in {example}")


def printable(text: str) -> str:
    r"""``text`` with control characters as escapes, so that no label acts on a terminal or breaks a figure.

    Examples
    --------
    >>> printable("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)


def shown(value: Any, most: int = 80) -> str:
    """``repr(value)`` for a message, in one line and cut where it is long; a number of many digits has no ``repr``."""
    try:
        text = _LINES.sub(" ", repr(value))
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


def kind_of(value: Any) -> str:
    """What a value is, for a message: its type, and a text itself, which may be a name."""
    return f"str {shown(value)}" if isinstance(value, str) else type(value).__name__


def changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """How the values of settings differ from those of earlier, one text for each that does.

    Examples
    --------
    >>> changed({"seed": 0, "folds": 5}, {"seed": 1, "folds": 5})
    ['seed was 0 and is 1']
    """

    def said(values: Mapping[str, Any], name: str) -> str:
        return shown(values[name]) if name in values else "not given"

    return [
        f"{name} was {said(then, name)} and is {said(now, name)}"
        for name in {**now, **then}
        if now.get(name) != then.get(name)
    ]


def in_short(texts: Sequence[str], most: int = 4, between: str = "; ") -> str:
    """The first of several texts in one, and how many more there are."""
    more = [f"and {len(texts) - most} more"] if len(texts) > most else []
    return between.join([*texts[:most], *more])


def in_one_line(error: BaseException) -> str:
    """What an error of any kind says, with its kind, for a message."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def closest(name: Any, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the known name closest to ``name``; a full stop if none is, as to what is no text.

    Of several names with commas between them, where the first is known, it says that they are given apart.
    """
    if not isinstance(name, str):
        return "."
    by_key = {normalized(candidate): candidate for candidate in known}
    key = normalized(name)
    first, comma, _ = name.partition(",")
    if comma and normalized(first) in by_key:
        return "; the comma is read as part of the name: give each name by itself."
    near = difflib.get_close_matches(key, by_key, n=1)
    if not near and len(key) >= 3:  # a part of a name, as drift of context_drift
        near = sorted((each for each in by_key if key in each), key=len)
    return f"; did you mean {by_key[near[0]]!r}?" if near else "."


def by_label(given: Mapping[Any, Any], what: str) -> dict[str, Any]:
    """What a user gives by label, such as models or recalls, with each label as text: a number becomes its digits.

    Parameters
    ----------
    given : anything by label.
    what : the function and its argument, for messages.

    Raises
    ------
    InputError : no mapping; a label that is neither text nor a number, or is empty; or labels of one text, as 1 and
        "1".
    """
    require_mapping(given, what, "{'mine': ...}")
    found: dict[str, Any] = {}
    for label, value in given.items():
        if not isinstance(label, str | numbers.Real) or not str(label).strip():
            raise InputError(f"{what}: {shown(label)} is no label; give text, as in {{'mine': ...}}")
        if str(label) in found:
            raise InputError(f"{what}: two labels are {shown(str(label))} as text; give different ones")
        found[str(label)] = value
    return found


def column_names(given: Any, what: str, *, several: bool = True) -> list[Any]:
    """The names of columns that the argument ``what`` gives: none, one, or several where it takes several.

    Raises
    ------
    InputError : what cannot be the name of a column.
    """
    many = several and isinstance(given, Iterable) and not isinstance(given, str)
    names = [] if given is None else [*given] if many else [given]
    wrong = [name for name in names if not isinstance(name, Hashable)]
    if wrong:
        raise InputError(f"{what}={given!r}: {wrong[0]!r} is not the name of a column")
    return names


def by_role(given: Any, what: str, *, several: bool = False) -> dict[str, Any]:
    """The names that the argument ``what`` gives by role, one or ``several`` for each; none if it is ``None``.

    Raises
    ------
    InputError : no mapping, or a name that is neither text nor several texts.
    """
    if given is not None and not isinstance(given, Mapping):
        raise InputError(f"{what}={given!r} must be a table of names by role, as in {{'list': 'trial'}}")
    for role, names in (given or {}).items():
        if not all(isinstance(each, str) for each in column_names(names, what, several=several)):
            raise InputError(f"{what}: {role}={names!r} must be text, or a list of texts")
    return dict(given or {})
