"""The familiarity of probes in SAM: the products of strengths that they activate, one by one or all at once.

``model`` is a :class:`memsim.models.SAM`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.evidence import Evidence
from memsim.core.probes import ProbeBatch
from memsim.core.tested_at_end import studied_state
from memsim.core.trials import Trials
from memsim.models.sam.familiarity import familiarity_distribution
from memsim.models.sam.state import SAMState
from memsim.models.sam.strengths import context_overlap, residual_to_images, strength_from_items


def context_now(model: Any, state: SAMState) -> FloatArray:
    """(n_trials, list_length) strength from the present context to each image."""
    if not model.fluctuation_rate:
        return state.context
    past = state.clock - state.studied_at
    return state.context * context_overlap(past, model.active_share, model.fluctuation_rate)


def residual_of(model: Any, state: SAMState) -> FloatArray:
    """(n_trials, list_length) strength to each image from items that were never studied with it."""
    return residual_to_images(state.links, model.residual_strength, model.self_strength, model.differentiation)


def familiarity(model: Any, state: SAMState, probe: ProbeBatch) -> Evidence:
    """The evidence of one probe in each trial."""
    products = np.where(state.studied, context_now(model, state) ** model.context_weight, 0)
    residual = residual_of(model, state)
    for units in probe.units.T:
        given = (units >= 0)[:, None]
        strength = strength_from_items(state.links, units, residual)
        products = products * np.where(given, strength**model.item_weight, 1)
    return _evidence(model, products, (probe.units >= 0).sum(axis=1))


def familiarity_of_all(model: Any, trials: Trials, rng: np.random.Generator) -> Evidence | None:
    """The evidence of all probes, (n_trials * n_probes), trial by trial; memory is the same for all of them.

    Probes of one trial that name the same items, and all its new items, share their products of strengths. ``None``
    where memory changes between probes, or there are no trials.
    """
    probes = trials.probes
    if not len(trials) or probes is None:
        return None
    state = studied_state(model, trials, rng)
    if state is None:
        return None
    by_context = np.where(state.studied, context_now(model, state) ** model.context_weight, 0)
    residual = residual_of(model, state)
    rows, products, n_items = [], [], []
    n_rows, length = 0, trials.list_length
    for trial, units in enumerate(trials.units_of_probes):
        cues, row = np.unique(np.minimum(units, length), axis=0, return_inverse=True)
        links = np.broadcast_to(state.links[trial], (len(cues), length, length))
        own = np.broadcast_to(by_context[trial], (len(cues), length))
        for side in cues.T:
            strength = strength_from_items(links, side, residual[trial])
            own = own * np.where((side >= 0)[:, None], strength**model.item_weight, 1)
        products.append(own)
        n_items.append((cues >= 0).sum(axis=1))
        rows.append(row.ravel() + n_rows)
        n_rows += len(cues)
    return _evidence(model, np.concatenate(products), np.concatenate(n_items), np.concatenate(rows))


def _evidence(model: Any, products: FloatArray, n_items: IntArray, row_of: IntArray | None = None) -> Evidence:
    return familiarity_distribution(
        products, n_items, model.strength_variability, model.context_weight, model.item_weight, model.criterion_noise,
        row_of,
    )  # fmt: skip
