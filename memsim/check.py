"""Prove a model sound: the checks that every plug-in should pass."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc

from memsim.errors import MemsimError, ModelError
from memsim.model import MemoryModel
from memsim.paradigm import Paradigm
from memsim.recall_loop import (
    event_log_probabilities,
    log_likelihood,
    log_likelihood_steps,
    simulate,
    simulate_steps,
)
from memsim.recalls import Recalls
from memsim.registry import PARADIGMS
from memsim.trials import Trials

LIST_LENGTH = 4
SIMULATED = 20_000
P_VALUE = 1e-6
"""A sound model fails the comparison of frequencies about once in a million."""


@dataclass(frozen=True)
class Check:
    """One check: what it shows, and what went wrong (empty if nothing did)."""

    name: str
    problem: str = ""


def check_model(model: MemoryModel[Any] | type[MemoryModel[Any]], *, seed: int = 0) -> list[Check]:
    """Check that a model keeps the contract of :class:`memsim.MemoryModel`, in free recall.

    Returns
    -------
    list of Check : all passed.

    Raises
    ------
    ModelError : one or more checks failed; the message names each, with what to look for.
    """
    checks = run_checks(model, seed=seed)
    failed = [f"- {check.name}: {check.problem}" for check in checks if check.problem]
    if failed:
        name = model.__name__ if isinstance(model, type) else type(model).__name__
        raise ModelError(f"{name} fails {len(failed)} of {len(checks)} checks\n" + "\n".join(failed))
    return checks


def run_checks(model: MemoryModel[Any] | type[MemoryModel[Any]], *, seed: int = 0) -> list[Check]:
    """All checks, passed or failed. A failed construction or first trial ends them early."""
    built: list[MemoryModel[Any]] = []

    def construct() -> str:
        built.append(model() if isinstance(model, type) else model)
        return "" if isinstance(built[0], MemoryModel) else "it is not a memsim.MemoryModel"

    checks = [_run("is a model, and its defaults lie within bounds", construct)]
    if checks[0].problem:
        return checks
    subject = built[0]
    checks.append(_run("probabilities sum to one at every step", lambda: _steps(subject, seed)))
    if checks[-1].problem:
        return checks
    checks.append(_run("the same seed gives the same recalls", lambda: _same_seed(subject, seed)))
    checks.append(_run("runs at the bounds of each parameter", lambda: _bounds(subject, seed)))
    checks.append(_run("a delay and distraction between items run", lambda: _distraction(subject, seed)))
    if subject.likelihood == "none":
        return checks
    checks.append(_run("a batch is as good as its trials one by one", lambda: _batch(subject, seed)))
    checks.append(_run(f"all recalls of a {LIST_LENGTH}-item list sum to one", lambda: _total(subject, seed)))
    checks.append(_run("simulated frequencies agree with the likelihood", lambda: _frequencies(subject, seed)))
    if type(subject).simulate is not MemoryModel.simulate:
        checks.append(_run("its own simulate agrees with its steps", lambda: _own_simulate(subject, seed)))
    if type(subject).trial_log_likelihood is not MemoryModel.trial_log_likelihood:
        checks.append(_run("its own likelihood agrees with its steps", lambda: _own_likelihood(subject, seed)))
    return checks


def every_recall(model: MemoryModel[Any], list_length: int = LIST_LENGTH) -> Recalls:
    """Every free recall of one list that ``model`` can give, up to ``list_length`` responses, each once.

    Their likelihoods sum to one. A recall that fills the output limit is cut there, any other ends by
    itself.
    """
    orders: list[tuple[int, ...]] = []
    for n in range(list_length + 1):
        positions = range(1, list_length + 1)
        orders += itertools.product(positions, repeat=n) if model.repeats else itertools.permutations(positions, n)
    matrix = np.array([order + (0,) * (list_length - len(order)) for order in orders], dtype=np.int32)
    paradigm = _free_recall(list_length, output_limit=list_length)
    lists = Trials(np.tile(np.arange(list_length), (len(matrix), 1)), _pool(list_length, paradigm), paradigm)
    return Recalls(lists, matrix, stopped=np.count_nonzero(matrix, axis=1) < list_length)


def _run(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, check())
    except MemsimError as error:
        return Check(name, str(error))
    except Exception as error:  # a plug-in may fail in any way, and its author wants to know where
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
        return Check(name, f"{type(error).__name__}: {error}{where}")


def _free_recall(list_length: int, **settings: Any) -> Paradigm:
    return PARADIGMS.build("free_recall", {"list_length": list_length, **settings})


def _pool(list_length: int, paradigm: Paradigm) -> Any:
    return paradigm.trials(1).pool


def _steps(model: MemoryModel[Any], seed: int) -> str:
    for list_length in (1, 2, 12):
        trials = _free_recall(list_length).trials(200, seed)
        if model.likelihood == "none":
            simulate(model, trials, seed)
        else:
            simulate_steps(model, trials, seed)
    return ""


def _same_seed(model: MemoryModel[Any], seed: int) -> str:
    trials = _free_recall(12).trials(200, seed)
    first, again = (simulate(model, trials, seed).positions for _ in range(2))
    if np.array_equal(first, again):
        return ""
    return "two runs with one seed differ; draw random numbers only from the rng given to begin, keep none in the model"


def _bounds(model: MemoryModel[Any], seed: int) -> str:
    problems = []
    trials = _free_recall(6).trials(50, seed)
    for declared in model.parameters():
        for value in declared.options or (declared.low, declared.high):
            if value is None:
                continue
            try:
                simulate(model.replace(**{declared.name: value}), trials, seed)
            except Exception as error:
                problems.append(f"{declared.name}={value!r}: {error}")
    return "; ".join(problems)


def _distraction(model: MemoryModel[Any], seed: int) -> str:
    paradigm = _free_recall(6, inter_item_distraction=8, retention_interval=16)
    simulate(model, paradigm.trials(50, seed), seed)
    return ""


def _batch(model: MemoryModel[Any], seed: int) -> str:
    recalls = simulate(model, _free_recall(6).trials(24, seed), seed)
    if model.likelihood == "sampled":
        return ""  # a trial alone meets other random encodings than in the batch
    together = event_log_probabilities(model, recalls, seed=seed)
    for trial in range(len(recalls)):
        alone = event_log_probabilities(model, recalls[trial], seed=seed)[0]
        if not np.allclose(together[trial, : len(alone)], alone, rtol=1e-6, atol=1e-9, equal_nan=True):
            return (
                f"trial {trial} of {len(recalls)} gets {together[trial]} in the batch and {alone} alone; "
                "a step may only use the trial's own row"
            )
    return ""


def _total(model: MemoryModel[Any], seed: int) -> str:
    total = float(np.exp(log_likelihood(model, every_recall(model), samples=1000, seed=seed)).sum())
    if abs(total - 1) <= (1e-9 if model.likelihood == "exact" else 2e-2):
        return ""
    return f"they sum to {total:.9g}; is every response conditioned on in recalled(), and no item offered twice?"


def _frequencies(model: MemoryModel[Any], seed: int) -> str:
    return compare_frequencies(model, simulate(model, _four_items(SIMULATED), seed), seed)


def _four_items(n_trials: int) -> Trials:
    paradigm = _free_recall(LIST_LENGTH, output_limit=LIST_LENGTH)
    return Trials(np.tile(np.arange(LIST_LENGTH), (n_trials, 1)), _pool(LIST_LENGTH, paradigm), paradigm)


def compare_frequencies(model: MemoryModel[Any], recalls: Recalls, seed: int = 0) -> str:
    """Chi-square of the recalls of a 4-item list against their likelihoods: the problem found, or nothing."""
    possible = every_recall(model)
    expected = np.exp(log_likelihood(model, possible, samples=1000, seed=seed)) * len(recalls)
    base = LIST_LENGTH + 1
    weights = base ** np.arange(LIST_LENGTH)
    width = recalls.positions.shape[1]
    codes = recalls.positions @ weights[:width]
    known = possible.positions @ weights
    observed = np.bincount(codes, minlength=base**LIST_LENGTH)
    if observed.sum() != observed[known].sum():
        strange = recalls.positions[~np.isin(codes, known)][0]
        return f"it simulated {strange[strange > 0]}, which it should not be able to give (see MemoryModel.repeats)"
    seen = observed[known]
    rare = expected < 5
    groups = np.append(expected[~rare], expected[rare].sum()), np.append(seen[~rare], seen[rare].sum())
    keep = groups[0] > 0
    if groups[1][~keep].any():
        return "it simulated recalls to which it gives probability 0"
    deviance = (groups[1][keep] - groups[0][keep]) ** 2 / groups[0][keep]
    if chdtrc(max(keep.sum() - 1, 1), deviance.sum()) >= P_VALUE:
        return ""
    worst = int(np.argmax((seen - expected) ** 2 / np.maximum(expected, 1)))
    return (
        f"chi-square {deviance.sum():.1f} with {keep.sum() - 1} degrees of freedom; the recall "
        f"{possible.positions[worst]} came {seen[worst]} times in {len(recalls)}, "
        f"its likelihood says {expected[worst]:.1f}"
    )


def _own_simulate(model: MemoryModel[Any], seed: int) -> str:
    return compare_frequencies(model, simulate_steps(model, _four_items(SIMULATED), seed), seed)


def _own_likelihood(model: MemoryModel[Any], seed: int) -> str:
    recalls = simulate(model, _free_recall(8).trials(100, seed), seed)
    own = log_likelihood(model, recalls, samples=50, seed=seed)
    steps = log_likelihood_steps(model, recalls, 50, seed)
    worst = int(np.argmax(np.abs(own - steps)))
    if np.allclose(own, steps, rtol=1e-6, atol=1e-8):
        return ""
    return f"trial {worst}: {own[worst]:.9g}, by the steps {steps[worst]:.9g}"
