"""How recall is organised by the source in which words were studied, beyond the order of study."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.subjects import count_by_subject
from memsim.core.arrays import IntArray
from memsim.core.recalls import Recalls

MEASURES = ("same source", "same source, other run", "next word, same source", "next word, other source")
"""Of transitions, the share within a source; of those to another run, the share within a source; and the rate of going
on to the next word where that is of the same source, or of the other."""


def organisation(recalls: Recalls, sources: IntArray) -> pd.DataFrame:
    """The :data:`MEASURES` of each person, a row for each.

    Words of one source that follow each other are a run. A transition counts between two adjacent responses that are
    both correct and given for the first time, as in :func:`memsim.analysis.lag_crp`.

    Parameters
    ----------
    recalls : recalls of lists without repeated words.
    sources : (n_trials, list_length) the source of each word; those of other lists are a control of what the order of
        study alone brings.
    """
    positions, n_trials, length = recalls.positions, len(recalls), recalls.list_length
    runs = np.cumsum(np.diff(sources, axis=1, prepend=sources[:, :1]) != 0, axis=1)
    counted = (positions > 0) & ~recalls.is_repeat
    every = np.arange(n_trials)
    left = np.ones((n_trials, length), dtype=bool)
    totals = {name: np.zeros((2, len(recalls.trials.subjects))) for name in MEASURES}

    def add(name: str, rows: npt.NDArray[np.intp], happened: npt.NDArray[np.bool_]) -> None:
        totals[name][0] += count_by_subject(recalls, rows[happened])
        totals[name][1] += count_by_subject(recalls, rows)

    for output in range(positions.shape[1] - 1):
        given = counted[:, output]
        left[every[given], positions[given, output] - 1] = False
        rows = np.flatnonzero(given & counted[:, output + 1])
        here, there = positions[rows, output] - 1, positions[rows, output + 1] - 1
        same = sources[rows, here] == sources[rows, there]
        away = runs[rows, here] != runs[rows, there]
        add("same source", rows, same)
        add("same source, other run", rows[away], same[away])
        following = np.minimum(here + 1, length - 1)
        possible = (here + 1 < length) & left[rows, following]
        stays = sources[rows, here] == sources[rows, following]
        for name, chosen in (("next word, same source", stays), ("next word, other source", ~stays)):
            add(name, rows[possible & chosen], (there == here + 1)[possible & chosen])
    with np.errstate(invalid="ignore"):
        return pd.DataFrame(
            {name: actual / possible for name, (actual, possible) in totals.items()}, index=recalls.trials.subjects
        )


def beyond_control(shifted: pd.DataFrame, control: pd.DataFrame) -> pd.DataFrame:
    """Clustering by source beyond that of control lists with the same labels, by person.

    Returns
    -------
    DataFrame : ``clustering``, ``remote clustering`` (among transitions to another run), and ``break at a shift``: how
        much less often recall goes on to the next word where the source changes.
    """
    difference = shifted - control
    return pd.DataFrame(
        {
            "clustering": difference["same source"],
            "remote clustering": difference["same source, other run"],
            "break at a shift": difference["next word, same source"] - difference["next word, other source"],
        }
    )
