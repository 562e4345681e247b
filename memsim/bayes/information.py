"""How well lists, or people, would be predicted if they were left out: PSIS-LOO and WAIC."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from memsim.core.errors import InputError

if TYPE_CHECKING:
    from memsim.bayes.result import Posterior

UNSURE = 0.7
"""The Pareto k-hat above which an importance-sampled point is not to be trusted (Vehtari, Gelman & Gabry, 2017)."""


def information_table(found: Posterior, over: tuple[Literal["lists", "subjects"], ...] = ("lists", "subjects")) -> Any:
    """PSIS-LOO (Vehtari, Gelman & Gabry, 2017) and WAIC (Watanabe, 2010), over lists and over subjects.

    Both are conditional on people's own parameters. Over lists they say how well further lists of the same people would
    be predicted. Over subjects all lists of one person are left out together, which the draws seldom bear: k-hat says
    so, and a comparison held out over subjects (:func:`memsim.compare`) is then the one to trust.

    Returns
    -------
    DataFrame : ``over, criterion`` (``loo`` or ``waic``), ``elpd, standard_error`` (expected log predictive density, in
        nats: the higher the better), ``effective_parameters, n_points``; of ``loo`` also ``k_hat``, the largest, and
        ``unsure``, how many points have one above .7; of ``waic``, ``unsure`` are the points whose log-likelihood
        varies by more than .4.

    Raises
    ------
    InputError : a posterior by simulation, of which no likelihoods are known.
    """
    import arviz

    if "log_likelihood" not in found.data.groups():
        raise InputError(
            "information_table: a posterior by simulation has no likelihoods, and so neither LOO nor WAIC; compare "
            "what models predict by with_predictions, or their scores on lists held out by memsim.compare"
        )

    rows = []
    lists = found.data["log_likelihood"]["lists"].transpose("chain", "draw", "list")
    subjects = found.data["constant_data"]["subject_of_list"].values.astype(str)
    for each in over:
        points = lists.values if each == "lists" else _by_subject(lists.values, subjects)
        data = arviz.from_dict(
            posterior={"total": points.sum(axis=2)}, log_likelihood={"points": points},
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loo = arviz.loo(data, pointwise=True, reff=_efficiency(points))
            waic = arviz.waic(data, pointwise=True)
        k_hat = np.asarray(loo.pareto_k)
        varies = points.reshape(-1, points.shape[2]).var(axis=0)
        shared = {"over": each, "n_points": points.shape[2]}
        rows.append({
            **shared, "criterion": "loo", "elpd": loo.elpd_loo, "standard_error": loo.se,
            "effective_parameters": loo.p_loo, "k_hat": k_hat.max(), "unsure": int((k_hat > UNSURE).sum()),
        })  # fmt: skip
        rows.append({
            **shared, "criterion": "waic", "elpd": waic.elpd_waic, "standard_error": waic.se,
            "effective_parameters": waic.p_waic, "k_hat": np.nan, "unsure": int((varies > 0.4).sum()),
        })  # fmt: skip
    columns = ["over", "criterion", "elpd", "standard_error", "effective_parameters", "n_points", "k_hat", "unsure"]
    return pd.DataFrame(rows)[columns]


def information_sentences(table: pd.DataFrame) -> list[str]:
    """What to beware of in such a table."""
    said = []
    for row in table[table["criterion"] == "loo"].to_dict("records"):
        if row["unsure"]:
            said.append(
                f"LOO over {row['over']} cannot be trusted for {row['unsure']:,} of {row['n_points']:,} {row['over']}: "
                f"k-hat is above {UNSURE} (at most {row['k_hat']:.2f}); hold them out instead, by memsim compare."
            )
    return said


def _by_subject(lists: np.ndarray, subjects: np.ndarray) -> np.ndarray:
    """(n_chains, n_draws, n_subjects) sums over the lists of each subject, in order of appearance."""
    _, first, owner = np.unique(subjects, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))[owner]
    return lists @ np.eye(len(first))[rank]


def _efficiency(points: np.ndarray) -> float:
    """The share of independent draws among them, of the likelihood of all points (at most 1)."""
    import arviz

    n_draws = points.shape[0] * points.shape[1]
    if n_draws < 8:
        return 1.0
    return float(min(arviz.ess(points.sum(axis=2)) / n_draws, 1.0))
