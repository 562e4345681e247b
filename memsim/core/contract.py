"""Prove a model sound: the checks that every plug-in should pass."""

from __future__ import annotations

import difflib
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

import numpy as np
from scipy.special import chdtrc

from memsim.core.arrays import FloatArray
from memsim.core.errors import MemsimError, ModelError
from memsim.core.free_recall import free_recall_unless
from memsim.core.items import ItemPool
from memsim.core.loop import event_log_probabilities, log_likelihood, log_likelihood_steps, simulate, simulate_steps
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model, PositionModel, recall_probability
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials

LIST_LENGTH = 4
SIMULATED = 20_000
P_VALUE = 1e-6
"""A sound model fails the comparison of frequencies about once in a million."""
REPLICATES, SAMPLES = 10, 100
"""How often, and with how many encodings, a sampled likelihood is estimated to learn its error."""


@dataclass(frozen=True)
class Check:
    """One check: what it shows, and what went wrong (empty if nothing did)."""

    name: str
    problem: str = ""


def check_model(
    model: Model | type[Model],
    *,
    paradigm: Paradigm | None = None,
    pool: ItemPool | None = None,
    sources: int = 0,
    seed: int = 0,
) -> list[Check]:
    """Check that a model keeps the contract of :class:`memsim.MemoryModel`, or :class:`memsim.PositionModel`.

    Parameters
    ----------
    model : an instance, or a class to be built with its defaults.
    paradigm : the task to check it in, with other list lengths as the checks need them; free recall if not
        given.
    pool : where items come from, at least 12; by default their features and similarities are random.
    sources : number of sources (see :class:`memsim.Trials`) that items are studied in, at random; 0 for none.

    Returns
    -------
    list of Check : all passed.

    Raises
    ------
    ModelError : one or more checks failed; the message names each, with what to look for.
    """
    checks = run_checks(model, paradigm=paradigm, pool=pool, sources=sources, seed=seed)
    failed = [f"- {check.name}: {check.problem}" for check in checks if check.problem]
    if failed:
        name = model.__name__ if isinstance(model, type) else type(model).__name__
        raise ModelError(f"{name} fails {len(failed)} of {len(checks)} checks\n" + "\n".join(failed))
    return checks


def run_checks(
    model: Model | type[Model],
    *,
    paradigm: Paradigm | None = None,
    pool: ItemPool | None = None,
    sources: int = 0,
    seed: int = 0,
) -> list[Check]:
    """All checks of :func:`check_model`, passed or failed; ended early where the rest would make no sense."""
    built: list[Model] = []

    def construct() -> str:
        built.append(model() if isinstance(model, type) else model)
        if not isinstance(built[0], MemoryModel | PositionModel):
            return "it is not a memsim.MemoryModel"
        return _misspelled(type(built[0]))

    checks = [_run("is a model, and its defaults lie within bounds", construct)]
    if not checks[0].problem:
        task = free_recall_unless(paradigm, LIST_LENGTH, None)
        model_built = built[0]
        bench: _Bench[Any] = (
            _PositionBench(model_built, task, pool, sources, seed)
            if isinstance(model_built, PositionModel)
            else _OrderBench(model_built, task, pool, sources, seed)
        )
        checks.append(_run("runs, and gives probabilities", bench.steps))
        if not checks[-1].problem:
            checks += [_run(name, check) for name, check in bench.further()]
    return checks


def _misspelled(cls: type) -> str:
    steps = ("begin", "study", "distract", "cue", "outcome_probabilities", "recalled")
    for name in vars(cls):
        near = difflib.get_close_matches(name, steps, n=1, cutoff=0.75)
        if name not in steps and near and not hasattr(MemoryModel, name):
            return f"it defines {name}(), which nothing calls; is {near[0]}() meant?"
    return ""


def every_recall(model: MemoryModel[Any], trial: Trials) -> Recalls:
    """Every response sequence to one list that ``model`` can give within the response limit, each once.

    Their likelihoods sum to one. Takes a single trial of a task with a response limit; the number of
    sequences grows as a factorial.
    """
    limit, length = trial.paradigm.max_responses, trial.list_length
    ends = trial.paradigm.silence_ends
    lengths = range(limit + 1) if ends else (limit,)
    codes = [*([-1] if model.intrusions else []), *range(1 if ends else 0, length + 1)]
    orders = [
        order
        for n in lengths
        for order in itertools.product(codes, repeat=n)
        if model.repeats or len({code for code in order if code > 0}) == sum(code > 0 for code in order)
    ]
    matrix = np.array([order + (0,) * (limit - len(order)) for order in orders], dtype=np.int32)
    return Recalls(trial[np.zeros(len(matrix), dtype=int)], matrix)


def compare_frequencies(model: MemoryModel[Any], recalls: Recalls, seed: int = 0) -> str:
    """Chi-square of recalls of one list, over and over, against their likelihoods: the problem, or nothing."""
    possible = every_recall(model, recalls.trials[0])
    likelihood, variance = _likelihoods(model, possible, seed)
    n = len(recalls)
    base = recalls.list_length + 2
    weights = base ** np.arange(possible.positions.shape[1])
    width = recalls.positions.shape[1]
    codes = (recalls.positions + 1) @ weights[:width] + weights[width:].sum()
    known = (possible.positions + 1) @ weights
    strange = ~np.isin(codes, known)
    if strange.any():
        order = recalls.positions[strange][0]
        return f"it simulated {order[order > 0]}, which it should not be able to give (see MemoryModel.repeats)"
    seen = np.bincount(codes, minlength=int(known.max()) + 1)[known]
    if seen[likelihood == 0].any():
        return "it simulated recalls to which it gives probability 0"
    rare = likelihood * n < 5
    group = np.where(rare, 0, np.cumsum(~rare))
    observed, expected, noise = (np.bincount(group, x) for x in (seen, n * likelihood, n**2 * variance))
    kept = expected > 0
    deviance = ((observed - expected)[kept] ** 2 / (expected + noise)[kept]).sum()
    if chdtrc(max(kept.sum() - 1, 1), deviance) >= P_VALUE:
        return ""
    worst = int(np.argmax((seen - n * likelihood) ** 2 / np.maximum(n * likelihood, 1)))
    return (
        f"chi-square {deviance:.1f} with {kept.sum() - 1} degrees of freedom; the recall "
        f"{possible.positions[worst]} came {seen[worst]} times in {n}, "
        f"its likelihood says {n * likelihood[worst]:.1f}"
    )


def _likelihoods(model: MemoryModel[Any], recalls: Recalls, seed: int) -> tuple[FloatArray, FloatArray]:
    """(n_trials,) likelihoods and their sampling variance, which is zero unless the likelihood is sampled."""
    if model.likelihood == "exact":
        exact = np.exp(log_likelihood(model, recalls))
        return exact, np.zeros_like(exact)
    seeds = range(seed, seed + REPLICATES)
    drawn = np.exp([log_likelihood(model, recalls, samples=SAMPLES, seed=each) for each in seeds])
    return drawn.mean(axis=0), drawn.var(axis=0, ddof=1) / REPLICATES


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


@cache
def _random_pool(n_features: int) -> ItemPool:
    """Items with features and similarities, so that a model that reads them can be checked."""
    features = stream(0, "pool").normal(size=(40, n_features))
    return ItemPool(np.arange(40), features, (1 + np.atleast_2d(np.corrcoef(features))) / 2)


M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class _Bench(ABC, Generic[M]):
    """One model under test, in one task. A check returns the problem it found, or nothing."""

    model: M
    paradigm: Paradigm
    pool: ItemPool | None
    sources: int
    seed: int

    @abstractmethod
    def predict(self, model: M, trials: Trials) -> None:
        """Run ``model``."""

    @property
    def longest(self) -> int:
        """Items in the longest list that is tried."""
        return min(12, getattr(self.model, "longest_list", None) or 12)

    def steps(self) -> str:
        for list_length in (1, 2, self.longest):
            self.predict(self.model, self.trials(list_length, 200))
        return ""

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """The checks that follow when the model runs."""
        yield "runs at the bounds of each parameter", self.bounds
        yield "a delay and distraction between items run", self.distraction

    def trials(self, list_length: int, n_trials: int, **settings: Any) -> Trials:
        task = self.paradigm.replace(list_length=list_length, **settings)
        trials = task.trials(
            n_trials, self.seed, pool=self.pool or _random_pool(getattr(self.model, "n_features", None) or 8)
        )
        if not self.sources:
            return trials
        rng = stream(self.seed, "sources")
        return replace(trials, source=rng.integers(self.sources, size=trials.items.shape, dtype=np.int32))

    def bounds(self) -> str:
        problems = []
        trials = self.trials(6, 50)
        for declared in self.model.parameters():
            for value in declared.options or ((True, False) if declared.flag else (declared.low, declared.high)):
                if value is None:
                    continue
                try:
                    changed: Any = self.model.replace(**{declared.name: value})
                    self.predict(changed, trials)
                except Exception as error:
                    problems.append(f"{declared.name}={value!r}: {error}")
        return "; ".join(problems)

    def distraction(self) -> str:
        self.predict(self.model, self.trials(6, 50, inter_item_distraction=8.0, retention_interval=16.0))
        return ""


class _PositionBench(_Bench[PositionModel]):
    def predict(self, model: PositionModel, trials: Trials) -> None:
        recall_probability(model, trials.paradigm)


class _OrderBench(_Bench[MemoryModel[Any]]):
    def predict(self, model: MemoryModel[Any], trials: Trials) -> None:
        simulate(model, trials, self.seed)

    def steps(self) -> str:
        if self.model.likelihood == "none":
            return super().steps()
        for list_length in (1, 2, self.longest):
            simulate_steps(self.model, self.trials(list_length, 200), self.seed)
        return ""

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield from super().further()
        yield "the same seed gives the same recalls", self.same_seed
        if self.model.likelihood == "none":
            return
        yield "each trial of a batch stands for itself", self.batch
        yield f"all recalls of a {LIST_LENGTH}-item list sum to one", self.total
        yield "simulated frequencies agree with the likelihood", self.frequencies
        if type(self.model).fast_simulation is not MemoryModel.fast_simulation:
            yield "its fast simulation agrees with its steps", self.own_simulate
        if type(self.model).fast_log_likelihood is not MemoryModel.fast_log_likelihood:
            yield "its fast likelihood agrees with its steps", self.own_likelihood

    def one_list(self, n_trials: int) -> Trials:
        """The same list of four, over and over, with at most four responses."""
        limit = {"output_limit": LIST_LENGTH} if hasattr(self.paradigm, "output_limit") else {}
        return self.trials(LIST_LENGTH, 1, **limit)[np.zeros(n_trials, dtype=int)]

    def same_seed(self) -> str:
        trials = self.trials(self.longest, 200)
        first, again = (simulate(self.model, trials, self.seed).positions for _ in range(2))
        if np.array_equal(first, again):
            return ""
        return "two runs with one seed differ; draw random numbers only from the rng given to begin, none elsewhere"

    def batch(self) -> str:
        """A trial's probabilities must not depend on the responses of other trials, nor on their number."""
        recalls = simulate(self.model, self.trials(6, 24), self.seed)
        together = event_log_probabilities(self.model, recalls, seed=self.seed)
        kept = len(recalls) // 2
        order = np.append(np.arange(kept), np.roll(np.arange(kept, len(recalls)), 1))
        mixed = Recalls(recalls.trials, recalls.positions[order], recalls.stopped[order])
        beside_others = event_log_probabilities(self.model, mixed, seed=self.seed)
        compared = [(trial, beside_others[trial], "beside other responses") for trial in range(kept)]
        if self.model.likelihood == "exact":  # a trial alone meets another random encoding than in the batch
            for trial in range(len(recalls)):
                alone = event_log_probabilities(self.model, recalls[trial], seed=self.seed)
                compared.append((trial, alone[0], "alone"))
        for trial, events, how in compared:
            if not np.allclose(together[trial], events, rtol=1e-6, atol=1e-9, equal_nan=True):
                return (
                    f"the log-probabilities of trial {trial} are {together[trial]} in a batch of {len(recalls)} and "
                    f"{events} {how}; a step may only use the trial's own row"
                )
        return ""

    def total(self) -> str:
        likelihood, variance = _likelihoods(self.model, every_recall(self.model, self.one_list(1)), self.seed)
        total, error = likelihood.sum(), np.sqrt(variance.sum())
        if abs(total - 1) <= 1e-9 + 6 * error:
            return ""
        return f"they sum to {total:.9g}; is every response conditioned on in recalled(), and no item offered twice?"

    def frequencies(self) -> str:
        return compare_frequencies(self.model, simulate(self.model, self.one_list(SIMULATED), self.seed), self.seed)

    def own_simulate(self) -> str:
        recalls = simulate_steps(self.model, self.one_list(SIMULATED), self.seed)
        return compare_frequencies(self.model, recalls, self.seed)

    def own_likelihood(self) -> str:
        recalls = simulate(self.model, self.trials(8, 100), self.seed)
        own = log_likelihood(self.model, recalls, samples=50, seed=self.seed)
        steps = log_likelihood_steps(self.model, recalls, 50, self.seed)
        apart = ~np.isclose(own, steps, rtol=1e-6, atol=1e-8)
        if not apart.any():
            return ""
        worst = int(np.argmax(apart))
        return f"trial {worst}: {own[worst]:.9g}, by the steps {steps[worst]:.9g}"
