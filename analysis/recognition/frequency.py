"""Judgments of frequency."""

from __future__ import annotations

import pandas as pd

from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition.places import presentation_levels, presentations_before
from memsim.analysis.subjects import count_by_subject, means_per_subject
from memsim.core.judgments import Judgments


@of_judgments(rates="frequency")
def judged_frequency(judgments: Judgments) -> pd.DataFrame:
    """Mean judged frequency by the number of presentations.

    Judgments rise with presentations, by less than one each: low frequencies are judged too high, high ones too low.
    The rate at 0 shows false alarms. In tests that ask about one of two lists a rise with presentations in that list
    alone shows that memory tells the lists apart.

    Parameters
    ----------
    judgments : judgments of frequency, rated 1 for no presentation, 2 for one, and so on; see ``Paradigm.rates``.

    Returns
    -------
    DataFrame : ``subject, presentations, judged, total, count``: the sum of judged frequencies, and answered probes, by
        the number of presentations before the probe, in the list asked about if the probe is about one. Numbers that no
        probe has are no levels.

    Raises
    ------
    InputError : ratings of confidence.

    References
    ----------
    Hintzman (1988), Psychological Review, 95, 528-551; Hintzman and Block (1971), Journal of Experimental Psychology,
    88, 297-306.
    """
    times = presentations_before(judgments)
    row, probe = judgments.answered.nonzero()
    levels, code = presentation_levels(times, judgments)
    at = (code[row, probe], len(levels))
    total = count_by_subject(judgments, row, at, weights=judgments.ratings[row, probe] - 1.0)
    count = count_by_subject(judgments, row, at)
    return means_per_subject(judgments, {"presentations": levels}, "judged", total, count)
