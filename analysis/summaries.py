"""The summary statistics of people and models, as one tidy table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from memsim.analysis.association.summary import cued_recall_summary
from memsim.analysis.numeric_columns import with_numbers
from memsim.analysis.recall.indices import edge_means, primacy_index, recency_index
from memsim.analysis.recall.transitions import lag_crp, lag_rank
from memsim.analysis.recognition.summary import frequency_summary, recognition_summary
from memsim.analysis.serial.curves import serial_summary
from memsim.analysis.statistics.tables import require_columns
from memsim.analysis.subjects import lists_per_subject, mean_over_subjects
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments
from memsim.core.names import by_label, kind_of
from memsim.core.prediction import PositionPrediction, Prediction
from memsim.core.recalls import Recalls, require_recalls


def summary_table(predicted: Prediction) -> pd.DataFrame:
    """Summary statistics of recall, as means over subjects or, where noted, as ratios of such means.

    For serial recall see :func:`memsim.analysis.serial_summary`; for cued recall, recognition and judgments of
    frequency ``cued_recall_summary``, ``recognition_summary`` and ``frequency_summary`` beside it. A prediction of
    positions has no subjects, and no statistics that need an order of recall. For free recall:

    Returns
    -------
    DataFrame : ``statistic, mean, sem, low, high, n_subjects``, with the statistics:

        ``recalled``, ``intrusions``, ``repeats``: numbers per list; ``recalled`` counts each item once;
        ``primacy``, ``recency``: the difference indices; ``primacy_contrast``, ``recency_contrast``: the
        contrasts of the mean edge and the mean middle, as ratios;
        ``first_recall_at_end``: probability that recall begins at the last positions (those of recency);
        ``lag_minus_1``, ``lag_plus_1``: the lag-CRP at -1 and +1; ``lag_asymmetry``: the ratio of their means;
        ``temporal_factor``: the mean rank of transitions by lag; see :func:`memsim.analysis.lag_rank`.
        Statistics of lags and of the first recall are NaN where lists hold an item twice.
    """
    if isinstance(predicted, PositionPrediction):
        return _position_summary(predicted)
    if isinstance(predicted, Judgments):
        of_frequency = predicted.trials.paradigm.rates == "frequency"
        return frequency_summary(predicted) if of_frequency else recognition_summary(predicted)
    require_recalls(predicted)
    if predicted.trials.paradigm.cued_by_item:
        return cued_recall_summary(predicted)
    return serial_summary(predicted) if predicted.trials.paradigm.due is not None else _recall_summary(predicted)


def read_summaries(summaries: Mapping[str, pd.DataFrame], who: str) -> dict[str, pd.DataFrame]:
    """Summary tables by label, with their numbers as such, also where they come from a file of text.

    Raises
    ------
    InputError : no summary tables by label, or a value that is no number.
    """
    if not isinstance(summaries, Mapping):
        raise InputError(f"{who}: summaries is a {kind_of(summaries)}; give tables of summary_table by label")
    for table in summaries.values():
        require_columns(table, ["statistic"], ["mean"], who)
    numbers = ("mean", "sem", "low", "high", "n_subjects")
    return {label: with_numbers(table, numbers, who) for label, table in by_label(summaries, who).items()}


def _recall_summary(recalls: Recalls) -> pd.DataFrame:
    subjects = recalls.trials.subjects
    codes = recalls.trials.subject_codes
    lists = lists_per_subject(recalls)
    primacy, recency = primacy_index(recalls), recency_index(recalls)
    undefined = np.full(len(subjects), np.nan)
    has_lags = not recalls.trials.repeated_items.any()
    crp = lag_crp(recalls) if has_lags else None

    def per_list(responses: np.ndarray) -> np.ndarray:
        return np.bincount(codes, weights=responses.sum(axis=1), minlength=len(subjects)) / lists

    def at_lag(lag: int) -> np.ndarray:
        found = undefined if crp is None else crp.loc[crp["lag"] == lag, "prob"].to_numpy()
        return found if len(found) else undefined

    values = {
        "recalled": per_list(recalls.is_correct),
        "intrusions": per_list(recalls.is_intrusion),
        "repeats": per_list(recalls.is_repeat),
        "primacy": primacy["difference"],
        "recency": recency["difference"],
        "first_recall_at_end": recency["first_recall"],
        "lag_minus_1": at_lag(-1),
        "lag_plus_1": at_lag(1),
        "temporal_factor": lag_rank(recalls)["rank"] if has_lags else undefined,
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


def _position_summary(predicted: PositionPrediction) -> pd.DataFrame:
    probability = predicted.probability
    at_start, at_end, in_middle = edge_means(probability)
    means = {
        "recalled": probability.sum(),
        "primacy": at_start - in_middle,
        "recency": at_end - in_middle,
        "primacy_contrast": _ratio(at_start - in_middle, at_start + in_middle, 0)["mean"],
        "recency_contrast": _ratio(at_end - in_middle, at_end + in_middle, 0)["mean"],
    }
    table = pd.DataFrame({"statistic": list(means), "mean": list(means.values())})
    return table.assign(sem=np.nan, low=np.nan, high=np.nan, n_subjects=0)


def _ratio(numerator: float, denominator: float, n_subjects: float) -> dict[str, float]:
    """A row for a ratio of means, which has no standard error."""
    mean = numerator / denominator if denominator > 0 else np.nan
    return {"mean": mean, "sem": np.nan, "low": np.nan, "high": np.nan, "n_subjects": n_subjects}
