"""The fits of Gunn & Polyn (2025) to people: their models as settings of CRU, and likelihoods as they computed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from memsim.core.likelihood import events_given_encoding
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.models import CRU
from memsim.models.context.cru_variants import CONVENTIONS, VARIANTS

PARAMETERS: Mapping[str, str] = {
    "encoding_drift_rate": "encoding_drift", "encoding_drift_decrease": "encoding_drift_decrease",
    "start_drift_rate": "start_drift", "recall_drift_rate": "recall_drift", "shared_support": "shared_support",
    "item_support": "item_support", "learning_rate": "item_to_context_learning", "primacy_scale": "primacy_scale",
    "primacy_decay": "primacy_decay", "stop_probability_scale": "stop_base", "stop_probability_growth": "stop_growth",
    "choice_sensitivity": "choice_exponent",
}  # fmt: skip
"""Parameters of CRU by the names of theirs."""

SINGLE_PRECISION = ("Omnibus", 212)
"""The model and subject of the one fit whose published likelihood is made by the rounding of single precision: two
drift rates differ from 1 by 2e-7 and 1e-8."""


def published_model(row: Mapping[str, Any]) -> CRU:
    """The model of a row of their fits, with their conventions.

    ``model`` names the variant, and the other entries are parameters by their names; those that the variant does not
    have are missing or NaN.
    """
    values = {ours: float(row[theirs]) for theirs, ours in PARAMETERS.items() if theirs in row}
    known: dict[str, Any] = {name: value for name, value in values.items() if not np.isnan(value)}
    return CRU(**known, stop_rule=VARIANTS[row["model"]].stop_rule, **CONVENTIONS)


def published_nll(model: CRU, recalls: Recalls) -> float:
    """Minus the log-likelihood of all lists as their program computes it.

    It is that of memsim but for models whose ``stop_rule`` is ``"context"``: their program multiplies the probability
    of each item, its share of the strengths of all items and of the end of the list, once more by the probability of
    going on. The probabilities of a response then sum to less than one.
    """
    events = events_given_encoding(model, recalls, stream(0, "unused"))
    outcome = events.outcome
    if model.stop_rule == "context":
        columns = scored_outcomes(recalls, model.repeats).columns
        is_item = (columns >= 0) & (columns < recalls.list_length)
        outcome = np.where(is_item, outcome * (1 - events.silence), outcome)
    return -float(np.log(outcome).sum())
