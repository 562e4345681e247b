"""Free recall of a list, followed by recognition of its items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from memsim.core.events import Distract, Event, Probe
from memsim.core.limits import LIST_LENGTH, SECONDS
from memsim.core.parameters import parameter
from memsim.paradigms.recognition import Recognition


@dataclass(frozen=True)
class RecallThenRecognition(Recognition):
    """Free recall, and then item recognition of the same list, after ``recognition_delay`` seconds of distraction.

    Lists and probes are those of :class:`memsim.paradigms.Recognition`. The answers are :class:`memsim.Judgments`,
    which hold what was recalled as ``recalls``.

    References
    ----------
    Tulving & Watkins (1975) for the two tests in succession.

    Examples
    --------
    >>> RecallThenRecognition(list_length=12).n_probes
    24
    """

    cue = "free"
    silence_ends = True

    recognition_delay: float = parameter(
        0.0, 0, SECONDS, unit="s", doc="filled distraction between the end of recall and recognition"
    )
    output_limit: int | None = parameter(
        None, 1, LIST_LENGTH, unit="responses", doc="responses after which recall is cut short", integer=True
    )

    @property
    def response_limit(self) -> int | None:
        """The output limit."""
        return self.output_limit

    def events(self) -> Iterator[Event]:
        """All events of a trial, with the delay before the first probe."""
        for event in super().events():
            if isinstance(event, Probe) and not event.number and self.recognition_delay:
                yield Distract(self.recognition_delay)
            yield event
