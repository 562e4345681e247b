"""Several names or numbers in the text of one option, as the command line gives them."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from memsim.core.errors import InputError
from memsim.core.names import closest

ALL = "all"


def parts_in(given: str, separator: str = ",") -> list[str]:
    """The parts of a text, in their order, without spaces around them; empty ones are left out, so none may be left."""
    return [part.strip() for part in given.split(separator) if part.strip()]


def parts_of_text(given: str, what: str, separator: str = ",") -> list[str]:
    """The parts of a text, in their order.

    Parameters
    ----------
    what : the option, for messages, such as ``RuleOptions: rates``.

    Raises
    ------
    InputError : nothing but separators.
    """
    found = parts_in(given, separator)
    if not found:
        raise InputError(f"{what}={given!r} names nothing; separate several by {separator!r}")
    return found


def known_names(given: str, what: str, known: Iterable[str], kind: str, separator: str = ",") -> list[str]:
    """The names in a text, each once; ``all`` alone stands for all that are ``known``.

    Parameters
    ----------
    kind : what the names are of, in a word, such as ``condition``.

    Raises
    ------
    InputError : an unknown name, or none.
    """
    found, every = list(dict.fromkeys(parts_of_text(given, what, separator))), list(known)
    if found == [ALL]:
        return every
    for name in found:
        if name not in every:
            raise InputError(
                f"{what}: there is no {kind} {name!r}{closest(name, every)} There are: {f'{separator} '.join(every)}."
            )
    return found


def numbers_in(given: str, what: str) -> list[float]:
    """The numbers in a text, separated by commas, each once.

    Raises
    ------
    InputError : a part that is no finite number, or none.
    """
    parts = parts_of_text(given, what)
    try:
        found = list(dict.fromkeys(float(part) for part in parts))
    except ValueError:
        found = []
    if not found or not all(map(isfinite, found)):
        raise InputError(f"{what}={given!r} must be numbers, as in 0.001,0.01")
    return found
