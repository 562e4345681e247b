"""Simulated frequencies against likelihoods: every possible recall of one list, and a chi-square test."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.judgments import Responses
from memsim.core.likelihood import log_likelihood
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials

P_VALUE = 1e-6
"""Level of the test: a sound model fails it about once in a million runs."""
REPLICATES, SAMPLES = 10, 100
"""Number of estimates of a sampled likelihood from which its error is computed, and of encodings in each."""


def every_recall(model: MemoryModel[Any], trial: Trials) -> Recalls:
    """Every response sequence to one list that ``model`` can give within the response limit, each once.

    Their likelihoods sum to one. ``trial`` is a single trial of a task with a response limit; the number of sequences
    grows as a factorial of it.
    """
    limit, length = trial.paradigm.max_responses, trial.list_length
    ends = trial.paradigm.silence_ends
    lengths = range(limit + 1) if ends else (limit,)
    later = [position + 1 for position, first in enumerate(trial.first_presentation[0]) if first != position]
    codes = [*([-1] if model.intrusions else []), *(c for c in range(1 if ends else 0, length + 1) if c not in later)]
    orders = [
        order
        for n in lengths
        for order in itertools.product(codes, repeat=n)
        if model.repeats
        or trial.paradigm.cued_by_item
        or len({code for code in order if code > 0}) == sum(code > 0 for code in order)
    ]
    matrix = np.array([order + (0,) * (limit - len(order)) for order in orders], dtype=np.int32)
    return Recalls(trial[np.zeros(len(matrix), dtype=int)], matrix)


class Expected(NamedTuple):
    """Every response to one list, and how probable each is."""

    responses: Any
    likelihood: FloatArray
    variance: FloatArray
    """Of the estimated likelihood, 0 unless it is sampled."""

    @property
    def total_problem(self) -> str:
        """Whether the likelihoods do not sum to one; or ``""``."""
        total, error = self.likelihood.sum(), np.sqrt(self.variance.sum())
        return "" if abs(total - 1) <= 1e-9 + 6 * error else f"they sum to {total:.9g}"

    @classmethod
    def of(cls, model: MemoryModel[Any], responses: Responses, seed: int, samples: int = SAMPLES) -> Expected:
        """Under ``model``; ``samples`` are the encodings in each estimate of a sampled likelihood."""
        return cls(responses, *likelihoods(model, responses, seed, samples))


def compare_frequencies(
    model: MemoryModel[Any], recalls: Recalls, seed: int = 0, expected: Expected | None = None
) -> str:
    """Compare how often each recall of one list was simulated with its likelihood, by a chi-square test.

    Parameters
    ----------
    model : the model that simulated the recalls.
    recalls : many recalls of the same list, with a response limit.
    seed : for a sampled likelihood.
    expected : the likelihoods of every recall of the list, if they are known already.

    Returns
    -------
    str : what disagrees, or ``""``.
    """
    if expected is None:
        expected = Expected.of(model, every_recall(model, recalls.trials[0]), seed)
    possible, likelihood, variance = expected
    base = recalls.list_length + 2
    weights = base ** np.arange(possible.positions.shape[1])
    width = recalls.positions.shape[1]
    codes = (recalls.positions + 1) @ weights[:width] + weights[width:].sum()
    known = (possible.positions + 1) @ weights
    unexpected = ~np.isin(codes, known)
    if unexpected.any():
        order = recalls.positions[unexpected][0]
        return f"it simulated {order[order > 0]}, which it declares to be impossible (see MemoryModel.repeats)"
    seen = np.bincount(codes, minlength=int(known.max()) + 1)[known]
    return disagreement(seen, likelihood, variance, [f"the recall {each}" for each in possible.positions])


def disagreement(seen: Any, likelihood: FloatArray, variance: FloatArray, names: Sequence[str]) -> str:
    """Whether numbers of simulated trials disagree with likelihoods, by a chi-square test, and where; or ``""``.

    Parameters
    ----------
    seen : how often each response was simulated.
    likelihood, variance : as from :func:`likelihoods`.
    names : of the responses.
    """
    from scipy.special import chdtrc  # takes long to import

    n = int(seen.sum())
    if seen[likelihood == 0].any():
        return f"it simulated {names[int(np.argmax((likelihood == 0) * seen))]}, to which it gives probability 0"
    rare = likelihood * n < 5
    group = np.where(rare, 0, np.cumsum(~rare))
    observed, expected, noise = (np.bincount(group, x) for x in (seen, n * likelihood, n**2 * variance))
    kept = expected > 0
    deviance = ((observed - expected)[kept] ** 2 / (expected + noise)[kept]).sum()
    if chdtrc(max(kept.sum() - 1, 1), deviance) >= P_VALUE:
        return ""
    worst = int(np.argmax((seen - n * likelihood) ** 2 / np.maximum(n * likelihood, 1)))
    return (
        f"chi-square {deviance:.1f} with {kept.sum() - 1} degrees of freedom; {names[worst]} was simulated "
        f"{seen[worst]} times in {n}, its likelihood predicts {n * likelihood[worst]:.1f}"
    )


def likelihoods(
    model: MemoryModel[Any], recalls: Responses, seed: int, samples: int = SAMPLES
) -> tuple[FloatArray, FloatArray]:
    """(n_trials,) likelihoods and their sampling variance, which is 0 unless the likelihood is sampled.

    A few estimates that are too low also differ too little, most where a response has some probability in few encodings
    only. So no variance, as a share of p (1 - p), is taken to be less than that of all responses together, nor p
    less than two encodings more would make it.
    """
    if model.likelihood == "exact":
        exact = np.exp(log_likelihood(model, recalls))
        return exact, np.zeros_like(exact)
    seeds = range(seed, seed + REPLICATES)
    drawn = np.exp([log_likelihood(model, recalls, samples=samples, seed=each) for each in seeds])
    mean, variance = drawn.mean(axis=0), drawn.var(axis=0, ddof=1) / REPLICATES
    spread = mean * np.maximum(1 - mean, 0)
    pooled = variance.sum() / max(spread.sum(), np.finfo(float).tiny)
    return mean, np.maximum(variance, pooled * (spread + 2 * pooled))
