"""Free recall: study a list, then give its words in any order."""

from __future__ import annotations

from dataclasses import dataclass

from memsim.paradigm import Paradigm
from memsim.parameters import parameter


@dataclass(frozen=True)
class FreeRecall(Paradigm):
    """Free recall; its settings make it immediate, delayed or continuous-distractor free recall.

    ============================  ==========================  ======================
    task                          ``inter_item_distraction``  ``retention_interval``
    ============================  ==========================  ======================
    immediate                     0                           0
    delayed                       0                           above 0
    continuous-distractor         above 0                     above 0
    ============================  ==========================  ======================

    The participant may stop at any time, which ends recall. Without an ``output_limit`` a guard of twice
    the list length cuts recall that would go on for ever; a list that was cut is not counted as stopped.

    Source: Murdock (1962); Glanzer & Cunitz (1966) for delay; Bjork & Whitten (1974) for continuous
    distraction.

    Examples
    --------
    >>> FreeRecall(list_length=20).trials(1000, seed=0)
    Trials(FreeRecall: 1000 lists of 20, 1 subject)
    """

    cue = "free"
    silence_ends = True

    output_limit: int | None = parameter(
        None, 1, None, "responses", doc="responses after which recall is cut short", integer=True
    )

    @property
    def response_limit(self) -> int | None:
        """The output limit."""
        return self.output_limit
