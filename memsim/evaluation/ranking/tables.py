"""The ranking as one table: a row for each model, a column for each condition."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from memsim.evaluation.ranking.bounds import UNIFORM

NO_SCORE = "-"


def column_name(task: str, condition: str, conditions: int) -> str:
    """The name of the column of a condition: that of the task, and of the condition if there are several."""
    return task if conditions == 1 else f"{task}:{condition}"


def wide(scores: pd.DataFrame, findings: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """A row for each model, by the test in which it is ranked and by its mean share there, and three for the bounds.

    Parameters
    ----------
    scores, findings, costs : those of :class:`memsim.evaluation.ranking.whole.Ranking`.

    Returns
    -------
    DataFrame : ``label``, a column for each condition with the share of what is attainable (NaN without a score),
        ``findings`` shown and ``of`` how many in all its tasks, ``n_parameters`` the most in a task, and
        ``fit_seconds`` and ``score_seconds`` in all tasks.
    """
    n_conditions = scores.groupby("task")["condition"].nunique()
    column = [
        column_name(task, condition, int(n_conditions[task]))
        for task, condition in zip(scores["task"], scores["condition"], strict=True)
    ]
    named = scores.assign(column=column)
    test_of = dict(zip(named["column"], named["test"], strict=True))
    shares = named.pivot(index="label", columns="column", values="share_total").reindex(columns=list(test_of))
    kinds = named.groupby("label")["kind"].first()
    order = _order(shares.loc[kinds.index[kinds == "model"]], test_of)
    bounds = [label for label in dict.fromkeys(named["label"]) if kinds[label] == "bound" and label != UNIFORM]
    shares = shares.loc[[*order, *bounds, UNIFORM]]
    counted = findings[findings["counts"]]
    shown = counted.groupby("label")["passes"].agg(["sum", "size"]).reindex(shares.index)
    of_models = costs.groupby("label").agg(
        n_parameters=("n_parameters", "max"), fit_seconds=("fit_seconds", "sum"), score_seconds=("score_seconds", "sum")
    )
    found = shares.assign(findings=shown["sum"], of=shown["size"]).join(of_models)
    return found.rename_axis(index="label", columns=None).reset_index()


def _order(shares: pd.DataFrame, test_of: Mapping[str, str]) -> list[str]:
    """Models by the first test in which they have a score, and by their mean share in that test; others follow."""
    tests = list(dict.fromkeys(test_of.values()))

    def key(label: str) -> tuple[int, float]:
        for place, test in enumerate(tests):
            own = shares.loc[label, [name for name, each in test_of.items() if each == test]].astype(float)
            if own.notna().any():
                return place, -float(own.mean())
        return len(tests), 0.0

    return sorted(map(str, shares.index), key=key)


def printed(table: pd.DataFrame) -> str:
    """The table of :func:`wide` as text, with a dash where there is no score."""
    shown = pd.DataFrame({"model": table["label"]})
    for name in table.columns[1:-5]:
        shown[name.replace("peers_experiment", "peers_exp")] = [
            NO_SCORE if np.isnan(value) else f"{value:.2f}" for value in table[name].astype(float)
        ]
    shown["findings"] = [
        NO_SCORE if np.isnan(of) else f"{int(passed)} of {int(of)}"
        for passed, of in zip(table["findings"].astype(float), table["of"].astype(float), strict=True)
    ]
    for name, title in (("n_parameters", "parameters"), ("fit_seconds", "s to fit"), ("score_seconds", "s to score")):
        digits = 0 if name == "n_parameters" else 1
        shown[title] = [NO_SCORE if np.isnan(value) else f"{value:.{digits}f}" for value in table[name].astype(float)]
    return shown.to_string(index=False)
