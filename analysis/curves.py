"""The curves and numbers by which people and models are compared, as two tidy tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from memsim.analysis.recall.indices import edge_sizes, middle_positions, primacy_index, recency_index
from memsim.analysis.recall.initiation import probability_of_nth_recall
from memsim.analysis.recall.serial_position import serial_position_curve
from memsim.analysis.recall.transitions import lag_crp, lag_rank
from memsim.analysis.serial.curves import SERIAL_CURVES, serial_summary
from memsim.analysis.subjects import lists_per_subject, mean_over_subjects
from memsim.core.arrays import FloatArray
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.trials import Paradigm

CURVES = {
    "serial_position": (serial_position_curve, "position"),
    "first_recall": (probability_of_nth_recall, "position"),
    "lag_crp": (lag_crp, "lag"),
}
"""The curves of a comparison in free recall: the analysis of each and the column along its x axis."""


def curves_of(paradigm: Paradigm) -> Mapping[str, tuple[Callable[[Recalls], pd.DataFrame], str]]:
    """The curves of a comparison in this task: those of free recall, or of serial recall."""
    if paradigm.due is None:
        return CURVES
    return {**SERIAL_CURVES, "lag_crp": CURVES["lag_crp"]}


def curve_table(recalls: Recalls) -> pd.DataFrame:
    """The curves of the task, as means over subjects.

    In free recall these are the serial position curve, the probability of first recall and the lag-CRP; in serial
    recall accuracy by position, the transposition gradient and the lag-CRP.

    Returns
    -------
    DataFrame : ``curve, x, mean, sem, low, high, n_subjects``; 95% intervals over subjects, within [0, 1].
    """
    tables = []
    for curve, (analysis, x) in curves_of(recalls.trials.paradigm).items():
        table = mean_over_subjects(analysis(recalls), x).rename(columns={x: "x"})
        table[["low", "high"]] = table[["low", "high"]].clip(0, 1)
        table.insert(0, "curve", curve)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def summary_table(recalls: Recalls) -> pd.DataFrame:
    """A few numbers that say how recall went, as means over subjects or, where said, as ratios of such means.

    For serial recall see :func:`memsim.analysis.serial.curves.serial_summary`; for free recall:

    Returns
    -------
    DataFrame : ``statistic, mean, sem, low, high, n_subjects``, with the statistics

        ``recalled``, ``intrusions``, ``repeats``: per list; ``recalled`` counts each item once;
        ``primacy``, ``recency``: the difference indices; ``primacy_contrast``, ``recency_contrast``: the
        contrasts, of the mean edge and the mean middle;
        ``first_recall_at_end``: probability that recall begins among the last positions (those of recency);
        ``lag_minus_1``, ``lag_plus_1``: the lag-CRP there, and ``lag_asymmetry``, the ratio of their means;
        ``temporal_factor``: the mean rank of transitions by nearness, see :func:`memsim.analysis.lag_rank`.
    """
    require_recalls(recalls)
    if recalls.trials.paradigm.due is not None:
        return serial_summary(recalls)
    subjects = recalls.trials.subjects
    codes = recalls.trials.subject_codes
    lists = lists_per_subject(recalls)
    primacy, recency = primacy_index(recalls), recency_index(recalls)
    crp = lag_crp(recalls)

    def per_list(responses: np.ndarray) -> np.ndarray:
        return np.bincount(codes, weights=responses.sum(axis=1), minlength=len(subjects)) / lists

    def at_lag(lag: int) -> np.ndarray:
        found = crp.loc[crp["lag"] == lag, "prob"].to_numpy()
        return found if len(found) else np.full(len(subjects), np.nan)

    values = {
        "recalled": per_list(recalls.is_correct),
        "intrusions": per_list(recalls.is_intrusion),
        "repeats": per_list(recalls.is_repeat),
        "primacy": primacy["difference"],
        "recency": recency["difference"],
        "first_recall_at_end": recency["first_recall"],
        "lag_minus_1": at_lag(-1),
        "lag_plus_1": at_lag(1),
        "temporal_factor": lag_rank(recalls)["rank"],
    }
    tidy = pd.DataFrame(values).melt(var_name="statistic")
    table = mean_over_subjects(tidy, "statistic", "value").set_index("statistic").reindex(list(values))
    table["n_subjects"] = table["n_subjects"].fillna(0).astype(int)
    for name, index in (("primacy_contrast", primacy), ("recency_contrast", recency)):
        edge, middle = index["edge"].mean(), index["middle"].mean()
        table.loc[name] = _ratio(edge - middle, edge + middle, len(index))
    forward, backward = table.loc["lag_plus_1"], table.loc["lag_minus_1"]
    table.loc["lag_asymmetry"] = _ratio(forward["mean"], backward["mean"], forward["n_subjects"])
    return table.astype({"n_subjects": int}).reset_index()


def position_tables(probability: FloatArray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of :func:`curve_table` and :func:`summary_table` for a prediction of recall by position.

    ``probability`` is (list_length,). What needs an order of recall is NaN; there are no subjects and no intervals.
    """
    length = len(probability)
    first, last = edge_sizes(length)
    at_start, at_end = probability[:first].mean(), probability[length - last :].mean()
    middle = probability[middle_positions(length, first, last)]
    in_middle = middle.mean() if len(middle) else np.nan
    nothing = {"sem": np.nan, "low": np.nan, "high": np.nan, "n_subjects": 0}
    curves = pd.DataFrame({"curve": "serial_position", "x": np.arange(1, length + 1), "mean": probability, **nothing})
    known = {
        "recalled": probability.sum(),
        "primacy": at_start - in_middle,
        "recency": at_end - in_middle,
        "primacy_contrast": _ratio(at_start - in_middle, at_start + in_middle, 0)["mean"],
        "recency_contrast": _ratio(at_end - in_middle, at_end + in_middle, 0)["mean"],
    }
    summary = pd.DataFrame({"statistic": list(known), "mean": list(known.values()), **nothing})
    return curves, summary


def _ratio(numerator: float, denominator: float, n_subjects: float) -> dict[str, float]:
    """A row for a ratio of means, which has no standard error of its own."""
    mean = numerator / denominator if denominator > 0 else np.nan
    return {"mean": mean, "sem": np.nan, "low": np.nan, "high": np.nan, "n_subjects": n_subjects}


def root_mean_squared_difference(curves: pd.DataFrame, target: pd.DataFrame) -> dict[str, float]:
    """RMSD between the means of two curve tables, by curve, over the points at which both are defined."""
    both = curves.merge(target, on=["curve", "x"], suffixes=("", "_target"))
    squared = (both["mean"] - both["mean_target"]) ** 2
    by_curve = squared.groupby(both["curve"]).mean() ** 0.5
    known = pd.concat([curves["curve"], target["curve"]]).unique()
    return {str(curve): float(by_curve.get(curve, np.nan)) for curve in known}
