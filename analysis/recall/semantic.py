"""How recall moves by the distance between items, such as semantic distance: the distance CRP and the distance rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.bins import checked_edges, with_edges
from memsim.analysis.declaration import of_recalls
from memsim.analysis.recall.transitions import Counted, ranks
from memsim.analysis.subjects import coded_subjects, counts_per_subject
from memsim.core.arrays import FloatArray, float_array, frozen
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.limits import require_counts
from memsim.core.names import shown
from memsim.core.recalls import Recalls, require_recalls

N_BINS = 10


@of_recalls(takes_repeated_items=False)
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
    """Conditional response probability by the distance between items, in bins (semantic CRP).

    Transitions are those of :func:`memsim.analysis.lag_crp`. Counts equal those of psifr's ``distance_crp``.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    distances : (n_items, n_items) between the items of the pool, of any kind. If not given, they are one minus the
        pool's similarity, or one minus the cosine of its features.
    edges : the edges of the bins, each larger than the one before. A bin contains its upper edge and not its lower one,
        and distances outside all bins are left out. The default is ten bins with equally many pairs of studied items.
    unique : counts a bin as possible once at a transition, however many items are in it.
    first_output, last_output, items, transitions, within, across, bridge : as in :func:`memsim.analysis.lag_crp`.

    Returns
    -------
    DataFrame : ``subject, bin, low, high, center, prob, actual, possible``; bins are numbered from 1, ``low`` and
        ``high`` are their edges.

    Raises
    ------
    InputError : the pool has neither similarity nor features, distances or edges do not fit, and as in
        :func:`memsim.analysis.lag_crp`.

    References
    ----------
    For bins of similarity: Howard & Kahana (2002), Journal of Memory and Language, 46, 85-98.
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
        counted.positions, *coded_subjects(recalls), recalls.trials.items, bins, n_bins, *counted[1:], unique
    )
    frame = counts_per_subject(recalls, {"bin": range(1, n_bins + 1)}, actual, possible)
    return with_edges(frame, cuts)


@of_recalls(takes_repeated_items=False)
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
    """Mean rank of the distance of transitions among all possible distances (semantic factor).

    The rank is 1 if every transition is to the nearest remaining item, .5 if distance does not matter. Transitions are
    those of :func:`memsim.analysis.lag_crp`. Values equal those of psifr's ``distance_rank``.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    distances : as in :func:`distance_crp`.
    by_output : returns a rank for each output position that transitions leave.
    first_output, last_output, items, transitions, within, across, bridge : as in :func:`memsim.analysis.lag_crp`.

    Returns
    -------
    DataFrame : ``subject, rank, total, count``: the mean rank, the sum of ranks, and the number of transitions. With
        ``by_output`` there is also ``output``, the position that transitions leave.

    Raises
    ------
    InputError : as in :func:`distance_crp`.

    References
    ----------
    Polyn, Norman & Kahana (2009), Psychological Review, 116, 129-156.
    """
    counted = Counted.of(
        recalls, "distance_rank", first_output, last_output, items, transitions, within, across, bridge
    )
    far = pool_distances(recalls.trials.pool, distances)
    return ranks(recalls, counted, recalls.trials.items, far, by_output)


def pool_distances(pool: ItemPool, distances: npt.ArrayLike | None = None) -> FloatArray:
    """(n_items, n_items) the distances given, checked, or those of the pool; see :func:`distance_crp`."""
    if distances is None:
        if pool.similarity is not None:
            return 1 - pool.similarity
        if pool.features is None:
            raise InputError("the pool has neither similarity nor features; give distances (n_items, n_items)")
        norm = np.linalg.norm(pool.features, axis=1, keepdims=True)
        if (norm == 0).any():
            raise InputError(f"the features of item {int(np.argmin(norm))} of the pool are all zero; give distances")
        unit = pool.features / norm
        return 1 - unit @ unit.T
    far = float_array(distances, "distances")
    if far.shape != (len(pool), len(pool)) or not np.isfinite(far).all():
        raise InputError(f"distances must be finite numbers in shape ({len(pool)}, {len(pool)}), got {far.shape}")
    return far


def equal_bins(distances: FloatArray, n_bins: int = N_BINS) -> FloatArray:
    """The edges of bins that contain equally many pairs of different items; there are fewer bins where pairs tie.

    Parameters
    ----------
    distances : (n_items, n_items), symmetric.
    n_bins : the number of bins without ties.

    Returns
    -------
    array : (n_bins + 1,) for :func:`distance_crp`; the first lies just below the smallest distance, as a bin does not
        contain its lower edge.
    """
    require_counts("equal_bins", n_bins=n_bins)
    if not isinstance(distances, np.ndarray) or distances.ndim != 2 or len(set(distances.shape)) > 1:
        raise InputError(
            f"equal_bins: distances={shown(distances)} must be an array, with a row and column for each item"
        )
    pairs = distances[np.triu_indices(len(distances), 1)]
    if not len(pairs):
        return np.array([0.0, 1.0])
    edges = np.unique(np.quantile(pairs, np.linspace(0, 1, n_bins + 1)))
    edges[0] -= 1e-6 * max(float(np.ptp(edges)), 1.0)  # a bin does not contain its lower edge
    return edges if len(edges) > 1 else np.array([edges[0], pairs[0]])


def labelled_distances(recalls: Recalls, labels: Sequence[object], distances: npt.ArrayLike) -> FloatArray:
    """Distances in the order of the recalls' pool, from a matrix over labelled items.

    Parameters
    ----------
    recalls : the recalls whose pool has these labels.
    labels : (n_labels,) the item of each row and column of ``distances``, as in ``recalls.trials.pool.labels``.
    distances : (n_labels, n_labels).

    Returns
    -------
    array : (n_items, n_items) for :func:`distance_crp`.

    Raises
    ------
    InputError : the shapes do not fit, or a studied item is not among the labels; an item that was never studied and
        only intrudes may lack a label.
    """
    require_recalls(recalls)
    far, pool = float_array(distances, "labelled_distances: distances"), recalls.trials.pool
    if far.shape != (len(labels), len(labels)):
        raise InputError(f"distances have shape {far.shape}, but {len(labels)} labels; give a row and column for each")
    index = {label: i for i, label in enumerate(labels)}
    at = np.array([index.get(label, -1) for label in pool.labels.tolist()])
    unknown = np.setdiff1d(np.flatnonzero(at < 0), np.setdiff1d(np.arange(len(pool)), recalls.trials.items))
    if len(unknown):
        raise InputError(
            f"the studied item {pool.labels.tolist()[unknown[0]]!r} is not among the labels of the distances"
        )
    return far[np.ix_(at, at)]
