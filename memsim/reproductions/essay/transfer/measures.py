"""Numbers of transfer, from the matrix R of scores: R[i, j] is that on task j after the training on the i-th task.

Scores are 0 by chance and 1 without an error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

CRITERION = 0.8
"""The score at which a task is learned."""


def forgetting(matrix: npt.ArrayLike, order: Sequence[int]) -> float:
    """F = the mean over all tasks but the last of max_i R[i, j] - R[last, j], with i from when j was learned on.

    Parameters
    ----------
    matrix : (n_phases, n_tasks) R.
    order : the number of the task that is learned in each phase, each once.
    """
    scores = np.asarray(matrix, dtype=float)
    lost = [scores[phase:, task].max() - scores[-1, task] for phase, task in enumerate(order[:-1])]
    return float(np.mean(lost))


def iterations_to(iterations: npt.ArrayLike, scores: npt.ArrayLike, criterion: float = CRITERION) -> float:
    """The iterations until scores reach the criterion for the first time, with a straight line between two measures.

    It is the last iteration where they do not reach it.
    """
    when, how = np.asarray(iterations, dtype=float), np.asarray(scores, dtype=float)
    reached = np.flatnonzero(how >= criterion)
    if not len(reached):
        return float(when[-1])
    first = int(reached[0])
    if not first:
        return float(when[0])
    share = (criterion - how[first - 1]) / (how[first] - how[first - 1])
    return float(when[first - 1] + share * (when[first] - when[first - 1]))


def savings(iterations: npt.ArrayLike, after: npt.ArrayLike, scratch: npt.ArrayLike) -> float:
    """1 - iterations to the criterion after another task / from scratch; NaN where it is not reached from scratch."""
    if np.max(np.asarray(scratch, dtype=float)) < CRITERION:
        return float("nan")
    needed = iterations_to(iterations, scratch)
    return 1 - iterations_to(iterations, after) / needed if needed else float("nan")


def gained_area(iterations: npt.ArrayLike, after: npt.ArrayLike, scratch: npt.ArrayLike) -> float:
    """Forward transfer: the mean score over learning after another task, less that from scratch."""
    when = np.asarray(iterations, dtype=float)
    difference = np.asarray(after, dtype=float) - np.asarray(scratch, dtype=float)
    return float(np.trapezoid(difference, when) / (when[-1] - when[0]))
