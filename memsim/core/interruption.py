"""What an interruption leaves, said with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
