"""Lists of pairs: pair p is at the serial positions 2p and 2p + 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from memsim.core.errors import InputError
from memsim.core.events import Distract, Study, StudyPair

Presented = Study | StudyPair | Distract


def in_pairs(presentation: Iterable[Presented], per_item: float) -> Iterator[Presented]:
    """The events of a list of single items, with each two items as one event.

    ``per_item`` is the distraction between successive items, of which none remains within a pair.
    """
    skip = False
    for event in presentation:
        if isinstance(event, Study):
            skip = not event.position % 2 and per_item > 0
            if event.position % 2 == 0:
                yield StudyPair(event.position, event.position + 1)
        elif not skip:
            yield event
        else:
            skip = False


def require_pairs(list_length: int, of: int, who: str) -> None:
    """Raise :class:`InputError` unless a list divides into pairs, or into ``of`` items for another reason."""
    if list_length % of:
        raise InputError(
            f"{who}: list_length={list_length} counts the items of all pairs, and must be a multiple of {of}"
        )
