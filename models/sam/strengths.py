"""Strengths from cues to images in SAM, as they are at a test."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import FloatArray, IntArray


def context_overlap(seconds: FloatArray, active_share: float, rate: float) -> FloatArray:
    """The overlap of context with that of ``seconds`` before: s + (1 - s) exp(-λ t)."""
    return np.asarray(active_share + (1 - active_share) * np.exp(-rate * seconds))


def residual_to_images(links: FloatArray, residual: float, self_strength: float, differentiation: float) -> FloatArray:
    """(n_trials, list_length) strength to each image from items that were never studied with it.

    It is d / s^h for an image studied for s seconds, the strength of the item to itself over its growth in a second.
    """
    own = np.diagonal(links, axis1=1, axis2=2)
    if not differentiation or not self_strength:
        return np.full(own.shape, residual)
    seconds = np.where(own > 0, own / self_strength, 1)
    return np.asarray(residual / seconds**differentiation)


def strength_from_items(links: FloatArray, units: IntArray, residual: FloatArray) -> FloatArray:
    """(n_trials, list_length) strength from an item of each trial to each image.

    ``units`` (n_trials,) are positions in the list; new items lie beyond it, and have the ``residual`` strength to all.
    """
    rows, length = np.arange(len(units)), links.shape[1]
    listed = (units >= 0) & (units < length)
    own = links[rows, np.where(listed, units, 0)]
    linked = listed[:, None] & ((own > 0) | (np.arange(length) == units[:, None]))
    return np.where(linked, own, residual)
