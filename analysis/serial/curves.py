"""A summary of serial recall in a few statistics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.declaration import of_recalls
from memsim.analysis.serial.accuracy import in_place, serial_accuracy
from memsim.analysis.serial.errors import TYPES, error_types, fill_in, transposition_gradient
from memsim.analysis.subjects import lists_per_subject, mean_over_subjects
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=True, by_study_order=True)
def serial_summary(recalls: Recalls) -> pd.DataFrame:
    """Statistics of serial recall, as means over subjects or, where so described, over all lists.

    Parameters
    ----------
    recalls : serial recall of people or of a model.

    Returns
    -------
    DataFrame : ``statistic, mean, sem, low, high, n_subjects``, with the statistics

        ``accuracy``: share of outputs that are correct;
        ``lists_correct``: share of lists that are correct as a whole;
        ``transposition, repetition, omission, intrusion``: share of outputs, see :func:`memsim.analysis.error_types`;
        ``primacy``: accuracy at the first position minus that in the middle half;
        ``recency``: accuracy at the last position minus that at the one before;
        ``near``: share of transpositions that are by one place, over all lists;
        ``fill_in_ratio``: fill-ins divided by infills, over all lists, see :func:`memsim.analysis.fill_in`;
        both are NaN where a list holds an item twice.

    Raises
    ------
    InputError : the recalls are not of serial recall.
    """
    subjects, lists = recalls.trials.subjects, lists_per_subject(recalls)
    length, codes = recalls.list_length, recalls.trials.subject_codes
    accuracy = serial_accuracy(recalls)["prob"].to_numpy().reshape(len(subjects), length)
    types = error_types(recalls).groupby(["subject", "type"])["actual"].sum().unstack()
    right = np.bincount(codes, weights=in_place(recalls).all(axis=1), minlength=len(subjects))
    middle = accuracy[:, length // 4 : length - length // 4]
    values = {
        "accuracy": accuracy.mean(axis=1),
        "lists_correct": right / lists,
        **{name: types[name].to_numpy() / (lists * length) for name in TYPES[1:]},
        "primacy": accuracy[:, 0] - middle.mean(axis=1),
        "recency": accuracy[:, -1] - accuracy[:, -2] if length > 1 else np.full(len(subjects), np.nan),
    }
    tidy = pd.DataFrame(values).melt(var_name="statistic")
    table = mean_over_subjects(tidy, "statistic", "value").set_index("statistic").reindex(list(values))
    for name, (numerator, denominator) in _ratios(recalls).items():
        mean = numerator / denominator if denominator else np.nan
        table.loc[name] = {"mean": mean, "sem": np.nan, "low": np.nan, "high": np.nan, "n_subjects": len(subjects)}
    table["n_subjects"] = table["n_subjects"].fillna(0)
    return table.astype({"n_subjects": int}).reset_index()


def _ratios(recalls: Recalls) -> dict[str, tuple[int, int]]:
    """Numerators and denominators of the statistics over all lists."""
    if recalls.trials.repeated_items.any():  # the two analyses do not take such lists
        return dict.fromkeys(("near", "fill_in_ratio"), (0, 0))
    moved = transposition_gradient(recalls).query("displacement != 0")
    near = moved.loc[moved["displacement"].abs() == 1, "actual"].sum()
    filled = fill_in(recalls)
    infilled = filled["possible"].sum() - filled["actual"].sum()
    return {"near": (near, moved["actual"].sum()), "fill_in_ratio": (filled["actual"].sum(), infilled)}
