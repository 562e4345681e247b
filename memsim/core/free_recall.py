"""Free recall: participants study a list, then recall its words in any order.

The class is part of core because recalls that are read without a task are taken to be of free recall.
"""

from __future__ import annotations

from dataclasses import dataclass

from memsim.core.errors import InputError
from memsim.core.limits import LIST_LENGTH
from memsim.core.parameters import parameter
from memsim.core.trials import Paradigm, require_paradigm


@dataclass(frozen=True)
class FreeRecall(Paradigm):
    """Free recall: immediate, delayed or with a continuous distractor, by its settings.

    ============================  =======================  ==========================  ======================
    task                          ``initial_distraction``  ``inter_item_distraction``  ``retention_interval``
    ============================  =======================  ==========================  ======================
    immediate                     0                        0                           0
    delayed                       0                        0                           above 0
    continuous-distractor         0                        above 0                     above 0
    the same, before every item   above 0                  above 0                     above 0
    ============================  =======================  ==========================  ======================

    Recall ends when the participant stops. Without an ``output_limit``, simulated recall is cut short after twice as
    many responses as the list has items; a list that was cut short does not count as stopped.

    References
    ----------
    Murdock (1962). Glanzer & Cunitz (1966) for the delay. Bjork & Whitten (1974) for the continuous distractor;
    experiment 2 of the Penn Electrophysiology of Encoding and Retrieval Study (PEERS) for one that also precedes the
    first item.

    Examples
    --------
    >>> FreeRecall(list_length=20).trials(1000, seed=0)
    Trials(FreeRecall: 1000 lists of 20, 1 subject)
    """

    cue = "free"
    silence_ends = True

    output_limit: int | None = parameter(
        None, 1, LIST_LENGTH, unit="responses", doc="responses after which recall is cut short", integer=True
    )

    @property
    def response_limit(self) -> int | None:
        """The output limit."""
        return self.output_limit


def free_recall_unless(
    paradigm: Paradigm | type[Paradigm] | None, list_length: int, output_limit: int | None
) -> Paradigm:
    """``paradigm`` if it is given, else immediate free recall; a class of task takes lists of this length."""
    if paradigm is not None:
        require_paradigm(paradigm)
    if paradigm is None or paradigm is FreeRecall:
        return FreeRecall(list_length=list_length, output_limit=output_limit)
    if output_limit is not None:
        raise InputError(
            f"output_limit={output_limit} is given together with {paradigm!r}; set the limit in the paradigm"
        )
    return paradigm(list_length=list_length) if isinstance(paradigm, type) else paradigm
