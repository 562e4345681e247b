"""What an interrupted call keeps, and how to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager


@contextmanager
def noted(kept: Callable[[], str]) -> Iterator[None]:
    """Within this, an interruption carries a note of what is kept and how to go on; none where ``kept`` gives ``""``.

    The command line shows the notes in the line with which it ends, a notebook below the error.
    """
    try:
        yield
    except KeyboardInterrupt as interruption:
        if note := kept():
            interruption.add_note(note)
        raise


def said(notes: Iterable[str] = ()) -> str:
    """The line with which an interrupted command ends, with the notes of what it keeps."""
    kept = list(dict.fromkeys(notes)) or ["the same command begins again"]
    return "; ".join(["interrupted; no incomplete result was written", *kept])
