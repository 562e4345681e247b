"""How recall moves by meaning: transitions by the distance between items, their CRP and their rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.bins import checked_edges, with_edges
from memsim.analysis.recall.transitions import Counted, ranks
from memsim.analysis.subjects import counts_per_subject, subjects
from memsim.core.arrays import FloatArray, frozen
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.recalls import Recalls, require_recalls

N_BINS = 10


def distance_crp(
    recalls: Recalls,
    distances: npt.ArrayLike | None = None,
    edges: Sequence[float] | None = None,
    *,
    unique: bool = False,
    first_output: int = 1,
    last_output: int | None = None,
    items: npt.ArrayLike | None = None,
    transitions: npt.ArrayLike | None = None,
    within: str | npt.ArrayLike | None = None,
    across: str | npt.ArrayLike | None = None,
    bridge: bool = False,
) -> pd.DataFrame:
    """Conditional response probability by the distance between items, in bins: the semantic CRP.

    Parameters
    ----------
    distances : (n_items, n_items) over the pool, of any kind; if not given, one minus the pool's similarity, or one
        minus the cosine of its features.
    edges : of the bins, rising; a bin holds distances above its lower edge, up to its upper one. Distances outside
        all bins count for none. By default ten bins that hold equally many pairs of the items studied.
    unique : a bin is possible once at a transition, however many items are in it.
    first_output, last_output, items, transitions, within, across, bridge : see :func:`memsim.analysis.lag_crp`.

    Returns
    -------
    DataFrame : ``subject, bin, low, high, center, prob, actual, possible``; bins from 1, with their edges.

    Raises
    ------
    InputError : the pool has nothing to take distances from, or they or the edges do not fit.

    Source: Howard & Kahana (2002b), for bins of similarity. Equal to psifr's ``distance_crp``.
    """
    from memsim.analysis.recall.kernels import count_bins  # numba

    counted = Counted.of(recalls, "distance_crp", first_output, last_output, items, transitions, within, across, bridge)
    far = pool_distances(recalls.trials.pool, distances)
    shown = np.unique(recalls.trials.items)
    cuts = equal_bins(far[np.ix_(shown, shown)]) if edges is None else checked_edges(edges, "distance_crp")
    n_bins = len(cuts) - 1
    bins = np.searchsorted(cuts, far, side="left") - 1
    bins[bins >= n_bins] = -1
    bins = frozen(bins.astype(np.int32))
    actual, possible = count_bins(
        counted.positions, *subjects(recalls), recalls.trials.items, bins, n_bins, *counted[1:], unique
    )
    frame = counts_per_subject(recalls, {"bin": range(1, n_bins + 1)}, actual, possible)
    return with_edges(frame, cuts)


def distance_rank(
    recalls: Recalls,
    distances: npt.ArrayLike | None = None,
    *,
    by_output: bool = False,
    first_output: int = 1,
    last_output: int | None = None,
    items: npt.ArrayLike | None = None,
    transitions: npt.ArrayLike | None = None,
    within: str | npt.ArrayLike | None = None,
    across: str | npt.ArrayLike | None = None,
    bridge: bool = False,
) -> pd.DataFrame:
    """Mean rank of transitions by nearness among those possible: the semantic factor.

    1 if every transition is to the nearest item that is left, .5 if meaning does not matter. Arguments are those
    of :func:`distance_crp`, columns those of :func:`memsim.analysis.lag_rank`.

    Source: Polyn, Norman & Kahana (2009). Equal to psifr's ``distance_rank``.
    """
    counted = Counted.of(
        recalls, "distance_rank", first_output, last_output, items, transitions, within, across, bridge
    )
    far = pool_distances(recalls.trials.pool, distances)
    return ranks(recalls, counted, recalls.trials.items, far, by_output)


def pool_distances(pool: ItemPool, distances: npt.ArrayLike | None = None) -> FloatArray:
    """(n_items, n_items) distances as given, or from the pool; see :func:`distance_crp`."""
    if distances is None:
        if pool.similarity is not None:
            return 1 - pool.similarity
        if pool.features is None:
            raise InputError("the pool has neither similarity nor features; give distances (n_items, n_items)")
        length = np.linalg.norm(pool.features, axis=1, keepdims=True)
        if (length == 0).any():
            raise InputError(f"item {int(np.argmin(length))} of the pool has only zeros as features; give distances")
        unit = pool.features / length
        return 1 - unit @ unit.T
    far = np.asarray(distances, dtype=float)
    if far.shape != (len(pool), len(pool)) or not np.isfinite(far).all():
        raise InputError(f"distances must be finite numbers in shape ({len(pool)}, {len(pool)}), got {far.shape}")
    return far


def equal_bins(distances: FloatArray, n_bins: int = N_BINS) -> FloatArray:
    """Edges of bins that hold equally many pairs of different items; fewer where pairs tie."""
    pairs = distances[np.triu_indices(len(distances), 1)]
    if not len(pairs):
        return np.array([0.0, 1.0])
    edges = np.unique(np.quantile(pairs, np.linspace(0, 1, n_bins + 1)))
    edges[0] -= 1e-6 * max(float(np.ptp(edges)), 1.0)  # bins do not hold their lower edge
    return edges if len(edges) > 1 else np.array([edges[0], pairs[0]])


def labelled_distances(recalls: Recalls, labels: Sequence[object], distances: npt.ArrayLike) -> FloatArray:
    """Distances in the order of the recalls' pool, from a matrix over items with these labels.

    Raises
    ------
    InputError : an item of the pool is not among the labels; intrusions that are not may be anywhere.
    """
    require_recalls(recalls)
    far, pool = np.asarray(distances, dtype=float), recalls.trials.pool
    if far.shape != (len(labels), len(labels)):
        raise InputError(f"distances have shape {far.shape}, expected ({len(labels)}, {len(labels)}), as the labels")
    index = {label: i for i, label in enumerate(labels)}
    at = np.array([index.get(label, -1) for label in pool.labels.tolist()])
    unknown = np.setdiff1d(np.flatnonzero(at < 0), np.setdiff1d(np.arange(len(pool)), recalls.trials.items))
    if len(unknown):
        raise InputError(
            f"the studied item {pool.labels.tolist()[unknown[0]]!r} is not among the labels of the distances"
        )
    return far[np.ix_(at, at)]
