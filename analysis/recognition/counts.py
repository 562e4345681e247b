"""Which probes count as targets and as lures, and how often each was called old, or rated so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from memsim.analysis.checks import list_of_names
from memsim.analysis.subjects import count_by_subject
from memsim.core.arrays import BoolArray
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments, is_old

OLD_KINDS = ("target", "intact")
"""The kinds of probes to which "old" is the right answer."""
Kinds = str | Sequence[str]


class Probed(NamedTuple):
    """Answered probes of some kinds: the row and the number of each, and whether it was called old."""

    row: npt.NDArray[np.int64]
    probe: npt.NDArray[np.int64]
    old: BoolArray


def targets_of(judgments: Judgments) -> BoolArray:
    """(n_trials, n_probes) whether the probe is a target: an item of the list, or a pair as it was studied."""
    return np.isin(judgments.trials.probe_kinds, OLD_KINDS)


def lures_of(judgments: Judgments, lures: Kinds = ()) -> BoolArray:
    """(n_trials, n_probes) whether the probe is a lure: of these kinds, or of any kind if none is named.

    Raises
    ------
    InputError : a kind that lures do not have.
    """
    kinds = judgments.trials.probe_kinds
    wanted = list_of_names(lures, "lures", "judgments")
    known = ("lure",) if judgments.trials.paradigm.judged == "item" else ("rearranged", "half", "new")
    for kind in wanted:
        if kind not in known:
            raise InputError(f"lures={kind!r} is not a kind of lure in this task, which has {', '.join(known)}")
    return np.isin(kinds, wanted or known)


def answered(judgments: Judgments, which: BoolArray) -> Probed:
    """The answered probes among ``which`` (n_trials, n_probes)."""
    row, probe = (which & judgments.answered).nonzero()
    return Probed(row, probe, judgments.called_old[row, probe])


def rating_counts(judgments: Judgments, lures: Kinds = ()) -> npt.NDArray[np.int64]:
    """(n_subjects, 2, n_ratings) how often lures (first) and targets have each rating, from sure new to sure old."""
    counts = []
    for which in (lures_of(judgments, lures), targets_of(judgments)):
        row, probe, _ = answered(judgments, which)
        counts.append(count_by_subject(judgments, row, (judgments.ratings[row, probe] - 1, judgments.n_ratings)))
    return np.stack(counts, axis=1)


def called_old_counts(counts: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(..., 2) how often lures and targets are called old, and how often they are answered, of counts of ratings."""
    n_ratings = counts.shape[-1]
    return counts[..., is_old(np.arange(1, n_ratings + 1), n_ratings)].sum(axis=-1), counts.sum(axis=-1)
