"""Summary statistics of each subject's recalls, from which posteriors are found by simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.curves import standard_curves
from memsim.core.arrays import INTRUSION, NONE
from memsim.core.model import MemoryModel
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls


def summary_table(recalls: Recalls, model: MemoryModel[Any]) -> pd.DataFrame:
    """What recalls are reduced to: a row for each subject, in the order of ``recalls.trials.subjects``.

    The columns are

    - the points of the standard curves of the task (:func:`memsim.analysis.curves_of`), in free recall the serial
      position curve, the probability of first recall and the lag-CRP at all lags;
    - ``responses:k``, the share of lists with a response at output position k, which in free recall is the
      distribution of the number recalled, and so says when recall ends;
    - ``repeats`` and ``intrusions``, their shares among the responses, of a model that gives them;
    - ``lists``, the logarithm of the number of lists.

    Responses that ``model`` cannot give are left out before, as they are in likelihoods
    (:func:`memsim.core.outcomes.scored_outcomes`). Proportions p are there as arcsin √p, whose sampling error hardly
    depends on p. What is undefined, such as a lag at which no transition was possible, is NaN. Times do not count.
    """
    recalls = producible(recalls, model)
    subjects = pd.Index(recalls.trials.subjects)
    tables = []
    for name, analysis in standard_curves(recalls).items():
        if not analysis.refusal(recalls):
            points = analysis.frame(recalls).pivot(index="subject", columns=analysis.x, values=analysis.value)
            tables.append(points.reindex(subjects).add_prefix(f"{name}:"))
    codes, length = recalls.trials.subject_codes, recalls.list_length
    n_lists = np.bincount(codes)
    given = np.zeros((len(recalls), length))
    shown = recalls.positions[:, :length] != NONE
    given[:, : shown.shape[1]] = shown
    totals = np.zeros((len(subjects), length))
    np.add.at(totals, codes, given)
    outputs = [f"responses:{output}" for output in range(1, length + 1)]
    tables.append(pd.DataFrame(totals / n_lists[:, None], subjects, outputs))
    responses = np.bincount(codes, (recalls.positions != NONE).sum(axis=1))
    for name, possible, events in (
        ("repeats", model.repeats, recalls.is_repeat), ("intrusions", model.intrusions, recalls.is_intrusion)
    ):  # fmt: skip
        if possible:
            share = np.bincount(codes, events.sum(axis=1)) / np.maximum(responses, 1)
            tables.append(pd.DataFrame({name: share}, subjects))
    table = np.arcsin(np.sqrt(pd.concat(tables, axis=1).astype(float)))
    table["lists"] = np.log(n_lists)
    return table


def producible(recalls: Recalls, model: MemoryModel[Any]) -> Recalls:
    """The recalls without the responses that ``model`` cannot give; in free recall the others close up."""
    columns, length = scored_outcomes(recalls, model.repeats, model.intrusions).columns, recalls.list_length
    positions = np.where(
        columns == length + 1, INTRUSION, np.where((columns < 0) | (columns == length), NONE, columns + 1)
    )
    return Recalls(recalls.trials, positions, recalls.stopped, origin=recalls.origin)
