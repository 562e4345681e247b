"""The contract of a model, as checks that every model should pass."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

import numpy as np

from memsim.core.differences import difference_gradient
from memsim.core.errors import MemsimError, ModelError
from memsim.core.free_recall import free_recall_unless
from memsim.core.frequencies import compare_frequencies, every_recall, likelihoods
from memsim.core.gradient import log_likelihood_gradient, real_parameters
from memsim.core.items import ItemPool
from memsim.core.likelihood import event_log_probabilities, log_likelihood, log_likelihood_steps
from memsim.core.loop import simulate_steps
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model, PositionModel, recall_probability
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm, Trials

LIST_LENGTH = 4
SIMULATED = 20_000


@dataclass(frozen=True)
class Check:
    """One check: its name, and the problem that it found (empty if it found none)."""

    name: str
    problem: str = ""


def check(
    model: Model | type[Model],
    *,
    paradigm: Paradigm | None = None,
    pool: ItemPool | None = None,
    sources: int = 0,
    seed: int = 0,
) -> list[Check]:
    """Check that a model keeps the contract of :class:`memsim.MemoryModel` or :class:`memsim.PositionModel`.

    Parameters
    ----------
    model : an instance, or a class, which is then built with its defaults.
    paradigm : the task in which the model is checked; the checks change its list length. Free recall if not given.
    pool : at least 12 items from which lists are drawn; by default items with random features and similarities.
    sources : number of sources (see :class:`memsim.Trials`) in which items are studied at random; 0 for none.
    seed : of lists, simulations and sampled likelihoods.

    Returns
    -------
    list of Check : the checks, all passed.

    Raises
    ------
    ModelError : one or more checks failed; the message names each, with its problem.
    """
    checks = run_checks(model, paradigm=paradigm, pool=pool, sources=sources, seed=seed)
    failed = [f"- {each.name}: {each.problem}" for each in checks if each.problem]
    if failed:
        name = model.__name__ if isinstance(model, type) else type(model).__name__
        raise ModelError(f"{name}: {verdict(checks)}\n" + "\n".join(failed))
    return checks


def run_checks(
    model: Model | type[Model],
    *,
    paradigm: Paradigm | None = None,
    pool: ItemPool | None = None,
    sources: int = 0,
    seed: int = 0,
) -> list[Check]:
    """The checks of :func:`check`, passed or failed; after a failure of the first or the second, no others are run."""
    stream(seed)  # a seed that is none is no fault of the model
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
            checks += [_run(name, find_problem) for name, find_problem in bench.further()]
    return checks


def verdict(checks: Sequence[Check]) -> str:
    """How many checks passed, and whether a failure of an early check left others out."""
    n_passed = sum(not each.problem for each in checks)
    left_out = "; the other checks need it and were not run" if checks[-1].problem and len(checks) <= 2 else ""
    return f"{n_passed} of {len(checks)} checks passed{left_out}"


def _misspelled(cls: type) -> str:
    steps = ("begin", "study", "distract", "cue", "outcome_probabilities", "recalled")
    for name in vars(cls):
        near = difflib.get_close_matches(name, steps, n=1, cutoff=0.75)
        if name not in steps and near and not hasattr(MemoryModel, name):
            return f"it defines {name}(), which nothing calls; is {near[0]}() meant?"
    return ""


def _run(name: str, find_problem: Callable[[], str]) -> Check:
    try:
        return Check(name, find_problem())
    except MemsimError as error:
        return Check(name, str(error))
    except (Exception, SystemExit) as error:  # a plug-in may raise anything; the message says where
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
        return Check(name, f"{type(error).__name__}: {error}{where}")


@cache
def _random_pool(n_features: int) -> ItemPool:
    """Items with features and similarities, for models that read them."""
    features = stream(0, "pool").normal(size=(40, n_features))
    return ItemPool(np.arange(40), features, (1 + np.atleast_2d(np.corrcoef(features))) / 2)


M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class _Bench(ABC, Generic[M]):
    """The checks of one model in one task. Each returns the problem that it found, or ``""``."""

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
        """Items in the longest list of the checks."""
        return min(12, getattr(self.model, "longest_list", None) or 12)

    def steps(self) -> str:
        for list_length in (1, 2, self.longest):
            self.predict(self.model, self.trials(list_length, 200))
        return ""

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """The checks of a model that runs, by name."""
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
                except (Exception, SystemExit) as error:
                    problems.append(f"{declared.name}={value!r}: {error}")
        return "; ".join(problems)

    def distraction(self) -> str:
        settings = {"initial_distraction": 4.0, "inter_item_distraction": 8.0, "retention_interval": 16.0}
        self.predict(self.model, self.trials(6, 50, **settings))
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
        yield "the trials of a batch do not affect one another", self.batch
        yield f"all recalls of a {LIST_LENGTH}-item list sum to one", self.total
        if self.model.takes_repeated_items and self.paradigm.silence_ends:
            yield "all recalls of a list that holds an item twice sum to one", self.total_with_a_repeated_item
        yield "simulated frequencies agree with the likelihood", self.frequencies
        yield "simulated frequencies agree with the likelihood where the model lapses", self.frequencies_with_lapses
        if type(self.model).fast_simulation is not MemoryModel.fast_simulation:
            yield "its fast simulation agrees with its steps", self.fast_simulation
        if type(self.model).fast_events is not MemoryModel.fast_events:
            yield "its fast likelihood agrees with its steps", self.fast_likelihood
        if self.model.likelihood == "exact":
            yield "the gradient of its likelihood agrees with differences", self.gradient

    def one_list(self, n_trials: int) -> Trials:
        """``n_trials`` trials of one and the same list of four items, with at most four responses."""
        limit = {"output_limit": LIST_LENGTH} if hasattr(self.paradigm, "output_limit") else {}
        return self.trials(LIST_LENGTH, 1, **limit)[np.zeros(n_trials, dtype=int)]

    def same_seed(self) -> str:
        trials = self.trials(self.longest, 200)
        first, again = (simulate(self.model, trials, self.seed).positions for _ in range(2))
        if np.array_equal(first, again):
            return ""
        return "two runs with one seed differ; draw random numbers only from the rng that begin() receives"

    def batch(self) -> str:
        """A trial's probabilities must not depend on the responses of other trials, nor on their number."""
        recalls = simulate(self.model, self.trials(6, 24), self.seed)
        together = event_log_probabilities(self.model, recalls, seed=self.seed)
        kept = len(recalls) // 2
        order = np.append(np.arange(kept), np.roll(np.arange(kept, len(recalls)), 1))
        mixed = Recalls(recalls.trials, recalls.positions[order], recalls.stopped[order])
        among_others = event_log_probabilities(self.model, mixed, seed=self.seed)
        compared = [(trial, among_others[trial], "among other responses") for trial in range(kept)]
        if self.model.likelihood == "exact":  # a trial by itself has another random encoding
            for trial in range(len(recalls)):
                alone = event_log_probabilities(self.model, recalls[trial], seed=self.seed)
                compared.append((trial, alone[0], "by itself"))
        for trial, events, how in compared:
            if not np.allclose(together[trial], events, rtol=1e-6, atol=1e-9, equal_nan=True):
                return (
                    f"the log-probabilities of trial {trial} are {together[trial]} in a batch of {len(recalls)} and "
                    f"{events} {how}; a step may only use the trial's own row"
                )
        return ""

    def total_with_a_repeated_item(self) -> str:
        one = self.one_list(1)
        items = one.items.copy()
        items[:, 2] = items[:, 0]
        return self.total(replace(one, items=items))

    def total(self, trial: Trials | None = None) -> str:
        trial = self.one_list(1) if trial is None else trial
        likelihood, variance = likelihoods(self.model, every_recall(self.model, trial), self.seed)
        total, error = likelihood.sum(), np.sqrt(variance.sum())
        if abs(total - 1) <= 1e-9 + 6 * error:
            return ""
        return f"they sum to {total:.9g}; recalled() must condition on every response and take recalled items out"

    def frequencies(self) -> str:
        return compare_frequencies(self.model, simulate(self.model, self.one_list(SIMULATED), self.seed), self.seed)

    def frequencies_with_lapses(self) -> str:
        model = self.model.replace(lapse=0.2, list_lapse=0.1)
        return compare_frequencies(model, simulate(model, self.one_list(SIMULATED), self.seed), self.seed)

    def fast_simulation(self) -> str:
        recalls = simulate_steps(self.model, self.one_list(SIMULATED), self.seed)
        return compare_frequencies(self.model, recalls, self.seed)

    def fast_likelihood(self) -> str:
        recalls = simulate(self.model, self.trials(8, 100), self.seed)
        fast = log_likelihood(self.model, recalls, samples=50, seed=self.seed)
        steps = log_likelihood_steps(self.model, recalls, 50, self.seed)
        apart = ~np.isclose(fast, steps, rtol=1e-6, atol=1e-8)
        if not apart.any():
            return ""
        worst = int(np.argmax(apart))
        return f"trial {worst}: {fast[worst]:.9g}, by the steps {steps[worst]:.9g}"

    def gradient(self) -> str:
        """Compare derivatives with differences, with lapses, and away from a bound where they differ at it."""
        recalls = simulate(self.model, self.trials(8, 40), self.seed)
        model = self.model.replace(lapse=max(self.model.lapse, 0.02), list_lapse=max(self.model.list_lapse, 0.01))
        apart = self.derivatives_apart(model, recalls, real_parameters(model))
        # At a bound differences are one-sided, and far off where the likelihood bends sharply.
        inside = {
            each.name: value + 0.01 * (each.high - each.low) * (1 if value == each.low else -1)
            for each, value in ((each, getattr(model, each.name)) for each in model.parameters())
            if each.name in apart and each.low is not None and each.high is not None and value in (each.low, each.high)
        }
        if inside:
            apart = {name: problem for name, problem in apart.items() if name not in inside}
            apart |= self.derivatives_apart(model.replace(**inside), recalls, list(inside))
        return "; ".join(apart.values())

    def derivatives_apart(self, model: MemoryModel[Any], recalls: Recalls, names: Sequence[str]) -> dict[str, str]:
        """What is wrong with the derivatives that differ from differences, by parameter."""
        apart: dict[str, str] = {}
        for stopping in (None, np.linspace(0.02, 1, 2 * recalls.list_length + 2)):
            found = log_likelihood_gradient(model, recalls, names, stopping=stopping).gradient
            expected = difference_gradient(model, recalls, names, 1, self.seed, stopping)[1]
            apart |= {
                name: f"{name}: {found[name]:.6g}, by differences {expected[name]:.6g}"
                for name in names
                if not np.isclose(found[name], expected[name], rtol=1e-4, atol=1e-4, equal_nan=True)
            }
        return apart
