"""Answers by the place of the probe in the test."""

from __future__ import annotations

import pandas as pd

from memsim.analysis.bins import in_blocks
from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition.counts import Kinds, answered, lures_of, targets_of
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.arrays import BoolArray
from memsim.core.judgments import Judgments


@of_judgments()
def false_alarms_by_test_position(judgments: Judgments, block: int | None = None, lures: Kinds = ()) -> pd.DataFrame:
    """False-alarm rate by position in the test; in continuous recognition, by position in the sequence.

    A rise while hits fall is the test-position effect: what is encoded or retrieved during the test interferes. A rise
    of both, or a fall of both, is a shift of the criterion; see :func:`hits_by_test_position`.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    block : the number of successive probes that are counted together; if not given, 1 in tests of up to 24 probes, and
        in longer ones as many as make about ten blocks.
    lures : the kinds of lures to count; if not given, all.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``: lures called old, and all that were answered.
        ``position`` is the number of the probe within its trial, from 1; of a block it is the middle one.

    Raises
    ------
    InputError : ``block`` is not a whole number from 1, or there is no such kind of lure.

    References
    ----------
    Criss, Malmberg and Shiffrin (2011), Journal of Memory and Language, 64, 316-326.
    """
    return _by_position(judgments, lures_of(judgments, lures), block, "false_alarms_by_test_position")


@of_judgments()
def hits_by_test_position(judgments: Judgments, block: int | None = None) -> pd.DataFrame:
    """Hit rate by position in the test.

    A fall is forgetting during the test, or interference by it; see :func:`false_alarms_by_test_position`.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    block : as in :func:`false_alarms_by_test_position`.

    Returns
    -------
    DataFrame : ``subject, position, prob, actual, possible``: targets called old, and all that were answered;
        ``position`` as there.

    Raises
    ------
    InputError : ``block`` is not a whole number from 1.

    References
    ----------
    Criss, Malmberg and Shiffrin (2011), Journal of Memory and Language, 64, 316-326.
    """
    return _by_position(judgments, targets_of(judgments), block, "hits_by_test_position")


def _by_position(judgments: Judgments, which: BoolArray, block: int | None, who: str) -> pd.DataFrame:
    row, probe, old = answered(judgments, which)
    at, _, middle = in_blocks(probe + 1, judgments.ratings.shape[1], block, who)
    possible = count_by_subject(judgments, row, (at, len(middle)))
    actual = count_by_subject(judgments, row[old], (at[old], len(middle)))
    return counts_per_subject(judgments, {"position": middle}, actual, possible)
