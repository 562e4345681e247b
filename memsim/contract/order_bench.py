"""The checks of a model that recalls, in one task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from memsim.contract.bench import EVERY, LAPSING, LAPSING_SAMPLES, SIMULATED, Bench
from memsim.contract.frequencies import SAMPLES, Expected, compare_frequencies, every_recall
from memsim.core.differences import difference_gradient
from memsim.core.gradient import known_parameters, log_likelihood_gradient
from memsim.core.likelihood import event_log_probabilities, log_likelihood, log_likelihood_steps
from memsim.core.loop import simulate_steps
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.core.trials import Trials

LIST_LENGTH = 4
"""Items in the list of which every possible recall is scored."""


class OrderBench(Bench[MemoryModel[Any]]):
    """The checks of a model that recalls, in one task."""

    def predict(self, model: MemoryModel[Any], trials: Trials) -> None:
        simulate(model, trials, self.seed)

    def steps(self) -> str:
        if self.model.likelihood == "none":
            return super().steps()
        for list_length in (1, 2, self.longest):
            simulate_steps(self.model, self.trials(list_length, 100), self.seed)
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
        if self.paradigm.n_probes:  # fast paths are of tasks without probes
            return
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
        trials = self.trials(self.longest, 100)
        first, again = (simulate(self.model, trials, self.seed).positions for _ in range(2))
        if np.array_equal(first, again):
            return ""
        return "two runs with one seed differ; draw random numbers only from the rng that begin() receives"

    def batch(self) -> str:
        """A trial's probabilities must not depend on the responses of other trials, nor on their number."""
        recalls = simulate(self.model, self.trials(6, 24), self.seed)
        together = event_log_probabilities(self.model, recalls, seed=self.seed)
        kept = len(recalls) // 2
        order = np.append(np.arange(kept), np.roll(np.arange(kept, len(recalls)), EVERY))
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
        return self.total(self.expected_of(self.model, replace(one, items=items)))

    @cached_property
    def expected(self) -> Expected:
        """Every recall of the list, and its likelihood."""
        return self.expected_of(self.model, self.one_list(1))

    def expected_of(self, model: MemoryModel[Any], trial: Trials, samples: int = SAMPLES) -> Expected:
        return Expected.of(model, every_recall(model, trial), self.seed, samples)

    def total(self, expected: Expected | None = None) -> str:
        problem = (self.expected if expected is None else expected).total_problem
        return problem and f"{problem}; recalled() must condition on every response and take recalled items out"

    def frequencies(self) -> str:
        recalls = simulate(self.model, self.one_list(SIMULATED), self.seed)
        return compare_frequencies(self.model, recalls, self.seed, self.expected)

    def frequencies_with_lapses(self) -> str:
        model = self.model.replace(lapse=0.2, list_lapse=0.1)
        recalls = simulate(model, self.one_list(LAPSING), self.seed)
        expected = self.expected_of(model, recalls.trials[0], LAPSING_SAMPLES)
        return compare_frequencies(model, recalls, self.seed, expected)

    def fast_simulation(self) -> str:
        recalls = simulate_steps(self.model, self.one_list(SIMULATED), self.seed)
        return compare_frequencies(self.model, recalls, self.seed, self.expected)

    def fast_likelihood(self) -> str:
        recalls = simulate(self.model, self.trials(8, 50), self.seed)
        fast = log_likelihood(self.model, recalls, samples=50, seed=self.seed)
        steps = log_likelihood_steps(self.model, recalls, 50, self.seed)
        apart = ~np.isclose(fast, steps, rtol=1e-6, atol=1e-8)
        if not apart.any():
            return ""
        worst = int(np.argmax(apart))
        return f"trial {worst}: {fast[worst]:.9g}, by the steps {steps[worst]:.9g}"

    def gradient(self) -> str:
        """Compare derivatives with differences, with lapses, and away from a bound where they differ at it."""
        recalls = simulate(self.model, self.trials(8, 24), self.seed)
        model = self.model.replace(lapse=max(self.model.lapse, 0.02), list_lapse=max(self.model.list_lapse, 0.01))
        apart = self.derivatives_apart(model, recalls, known_parameters(model))
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
            expected = difference_gradient(model, recalls, names, 1, self.seed, stopping, single=True)[1]
            apart |= {
                name: f"{name}: {found[name]:.6g}, by differences {expected[name]:.6g}"
                for name in names
                if not np.isclose(found[name], expected[name], rtol=1e-4, atol=1e-4, equal_nan=True)
            }
        return apart
