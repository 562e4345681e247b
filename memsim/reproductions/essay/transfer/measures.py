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


def savings(iterations: npt.ArrayLike, after: npt.ArrayLike, scratch: npt.ArrayLike) -> tuple[float, float]:
    """1 - iterations to the criterion after another task / from scratch: the least and the most that they can be.

    Both are one number where the criterion is reached both times. Where it is not reached from scratch, more may be
    saved, up to 1; where it is not reached after the other task, any less. NaN where nothing is to be learned.
    """
    own, other = iterations_to(iterations, scratch), iterations_to(iterations, after)
    if not own:
        return float("nan"), float("nan")
    reached, reached_after = (np.max(np.asarray(each, dtype=float)) >= CRITERION for each in (scratch, after))
    saved = 1 - other / own
    return (saved if reached_after else -np.inf), (saved if reached else 1.0)


def gained_area(iterations: npt.ArrayLike, after: npt.ArrayLike, scratch: npt.ArrayLike) -> float:
    """Forward transfer: the mean score over learning after another task, less that from scratch."""
    when = np.asarray(iterations, dtype=float)
    difference = np.asarray(after, dtype=float) - np.asarray(scratch, dtype=float)
    return float(np.trapezoid(difference, when) / (when[-1] - when[0]))
