"""Free recall: study a list, then give its words in any order.

It belongs to the vocabulary because a record of recall that names no task is read as one of free recall.
"""

from __future__ import annotations

from dataclasses import dataclass

from memsim.core.errors import InputError
from memsim.core.parameters import parameter
from memsim.core.trials import Paradigm


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
        None, 1, None, unit="responses", doc="responses after which recall is cut short", integer=True
    )

    @property
    def response_limit(self) -> int | None:
        """The output limit."""
        return self.output_limit


def free_recall_unless(paradigm: Paradigm | None, list_length: int, output_limit: int | None) -> Paradigm:
    """``paradigm`` if given, else immediate free recall of such lists."""
    if paradigm is None:
        return FreeRecall(list_length=list_length, output_limit=output_limit)
    if output_limit is not None:
        raise InputError(f"output_limit={output_limit} stands beside {paradigm!r}; say it in the paradigm")
    return paradigm
