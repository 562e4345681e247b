"""Where recall begins: the probability of first recall, and of the recalls after it."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from memsim.analysis.checks import require_choice, require_whole
from memsim.analysis.declaration import of_recalls
from memsim.analysis.subjects import coded_subjects, counts_per_subject, lists_per_subject
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=False, by_study_order=True)
def probability_of_nth_recall(
    recalls: Recalls, n: int | None = 1, *, responses: Literal["correct", "all"] = "correct"
) -> pd.DataFrame:
    """Probability that the item at each serial position is the nth to be recalled; ``n=1`` is the first recall.

    Two conventions are in use. They differ where participants intrude or repeat:

    - ``responses="correct"`` counts the nth correct response, and skips intrusions and repetitions. Possible are the
      lists that reach an nth correct response in which the item was not yet recalled. This is psifr's ``pnr``.
    - ``responses="all"`` counts the nth response of any kind; an intrusion or a repetition counts for no position.
      Possible are all lists.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    n : the output position, from 1; ``None`` returns all of them.
    responses : the convention.

    Returns
    -------
    DataFrame : ``subject, output, position, prob, actual, possible``.

    Raises
    ------
    InputError : ``n`` or ``responses`` is out of range, or a list presents an item more than once.

    References
    ----------
    Hogan (1975), Memory & Cognition, 3, 197-209. For the first recall: Laming (1999), International Journal of
    Psychology, 34, 419-426; Howard & Kahana (1999), Journal of Experimental Psychology: Learning, Memory, and
    Cognition, 25, 923-941.
    """
    length = recalls.list_length
    if n is not None:
        require_whole(n, "n", "probability_of_nth_recall", most=length, meaning="the list length")
    require_choice(responses, ("correct", "all"), "responses", "probability_of_nth_recall")
    from memsim.analysis.recall.kernels import count_nth  # numba

    every = responses == "all"
    actual, possible = count_nth(recalls.positions, *coded_subjects(recalls), length, every)
    outputs = range(1, length + 1)
    if n is not None:
        outputs, actual, possible = range(n, n + 1), actual[:, n - 1 : n], possible[:, n - 1 : n]
    if every:
        possible = lists_per_subject(recalls)[:, None, None]
    return counts_per_subject(recalls, {"output": outputs, "position": range(1, length + 1)}, actual, possible)
