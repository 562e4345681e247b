"""The checks of a model that judges probes, in one task."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from memsim.contract.bench import EVERY, LAPSING, LAPSING_SAMPLES, SIMULATED, Bench
from memsim.contract.frequencies import Expected, disagreement
from memsim.core.events import Probe, Recall
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.likelihood import event_log_probabilities, log_likelihood, log_likelihood_steps
from memsim.core.loop import step
from memsim.core.model import MemoryModel
from memsim.core.probes import ABSENT
from memsim.core.simulation import simulate
from memsim.core.trials import Trials

N_RATINGS = 3
"""Ratings of the scale on which every possible sequence of answers is scored."""
SEVERAL = 6
"""Ratings of the scale of the other checks."""


@dataclass(frozen=True)
class JudgmentBench(Bench[MemoryModel[Any]]):
    """The checks of a model that judges probes, in one task."""

    def predict(self, model: MemoryModel[Any], trials: Trials) -> None:
        simulate(model, trials, self.seed)

    def trials(self, list_length: int, n_trials: int, **settings: Any) -> Trials:
        known = {each.name for each in fields(self.paradigm)}
        if "n_targets" in known:
            settings = {"n_targets": list_length, "n_lures": max(list_length, 2), **settings}
        if "ratings" in known:
            settings = {"ratings": SEVERAL, **settings}
        if "n_intact" in known:
            n_rearranged = 2 if list_length >= 6 and "n_rearranged" not in settings else 0
            settings = {"n_intact": 1, "n_rearranged": n_rearranged, "n_new": 1, **settings}
        return super().trials(list_length, n_trials, **settings)

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield from super().further()
        yield "the same seed gives the same answers", self.same_seed
        yield "a judgment leaves the state as it is until it is answered", self.unchanged
        if self.model.likelihood == "none":
            return
        yield "the trials of a batch do not affect one another", self.batch
        yield "all answers to two probes sum to one", self.total
        yield "simulated frequencies agree with the likelihood", self.frequencies
        yield "simulated frequencies agree with the likelihood where the model lapses", self.frequencies_with_lapses
        own = type(self.model).fast_ratings, type(self.model).fast_judgments
        if own != (MemoryModel.fast_ratings, MemoryModel.fast_judgments):
            yield "its fast likelihood agrees with its steps", self.fast_ratings

    def one_list(self, n_trials: int) -> Trials:
        """``n_trials`` trials of one list with the same two probes, an old and a new one where the task has such."""
        known = {each.name for each in fields(self.paradigm)}
        settings = {"ratings": N_RATINGS, "n_targets": 1, "n_lures": 1, "n_rearranged": 0}
        one = self.trials(4, 1, **{name: value for name, value in settings.items() if name in known})
        return one[np.zeros(n_trials, dtype=int)]

    def same_seed(self) -> str:
        trials = self.trials(self.longest, 100)
        first, again = (simulate(self.model, trials, self.seed).ratings for _ in range(2))
        if np.array_equal(first, again):
            return ""
        return "two runs with one seed differ; draw random numbers only from the rng that begin() receives"

    def unchanged(self) -> str:
        """The probabilities of a probe, asked for twice."""
        trials = self.trials(min(6, self.longest), 20)
        criteria = self.model.criteria(trials.paradigm.n_ratings)
        state = self.model.begin(trials, np.random.default_rng(self.seed))
        for event in trials.paradigm.events():
            if isinstance(event, Probe):
                probe = trials.probe(event.number)
                given = (probe.items != ABSENT).any(axis=1)  # where there is no probe, a row may hold anything
                first, again = (
                    np.where(given[:, None], self.model.rating_probabilities(state, probe, criteria), 1.0)
                    for _ in range(2)
                )
                if not np.array_equal(first, again):
                    return "familiarity() or rating_probabilities() changes the state; do that in judged()"
                rating = np.where(given, 1 + np.argmax(first, axis=1), UNANSWERED).astype(np.int32)
                state = self.model.judged(state, probe, rating)
            elif not isinstance(event, Recall):
                state = step(self.model, state, event)
        return ""

    def batch(self) -> str:
        """A trial's probabilities must not depend on the other trials."""
        judgments = simulate(self.model, self.trials(min(6, self.longest), 12), self.seed)
        together = event_log_probabilities(self.model, judgments, seed=self.seed)
        if self.model.likelihood != "exact":  # a trial by itself has another random encoding
            kept = len(judgments) // 2
            ratings = judgments.ratings.copy()
            ratings[kept:] = np.roll(ratings[kept:], EVERY, axis=0)
            among = event_log_probabilities(self.model, Judgments(judgments.trials, ratings), seed=self.seed)
            compared = [(trial, among[trial], "among other answers") for trial in range(kept)]
        else:
            each = (event_log_probabilities(self.model, judgments[trial])[0] for trial in range(len(judgments)))
            compared = [(trial, alone, "by itself") for trial, alone in enumerate(each)]
        for trial, events, how in compared:
            if not np.allclose(together[trial], events, rtol=1e-6, atol=1e-9, equal_nan=True):
                return (
                    f"the log-probabilities of trial {trial} are {together[trial]} in a batch of {len(judgments)} and "
                    f"{events} {how}; a step may only use the trial's own row"
                )
        return ""

    def every_answer(self) -> Judgments:
        """Every sequence of answers to the probes of one list, each once."""
        trial = self.one_list(1)
        n_ratings, n_probes = trial.paradigm.n_ratings, min(trial.paradigm.n_probes, 2)
        answers = np.array(list(itertools.product(range(1, n_ratings + 1), repeat=n_probes)), dtype=np.int32)
        ratings = np.zeros((len(answers), trial.paradigm.n_probes), dtype=np.int32)
        ratings[:, :n_probes] = answers
        return Judgments(trial[np.zeros(len(answers), dtype=int)], ratings)

    def total(self) -> str:
        problem = self.expected.total_problem
        return problem and f"{problem}; the probabilities of the ratings of a probe must sum to 1"

    @cached_property
    def expected(self) -> Expected:
        """Every sequence of answers, and its likelihood."""
        return Expected.of(self.model, self.every_answer(), self.seed)

    def frequencies(self) -> str:
        return self._compared(self.model, SIMULATED, self.expected)

    def frequencies_with_lapses(self) -> str:
        model = self.model.replace(lapse=0.2, list_lapse=0.1)
        return self._compared(model, LAPSING, Expected.of(model, self.every_answer(), self.seed, LAPSING_SAMPLES))

    def _compared(self, model: MemoryModel[Any], n_lists: int, expected: Expected) -> str:
        every: Judgments = expected.responses
        answered = every.answered[0]
        simulated = simulate(model, self.one_list(n_lists), self.seed)
        weights = (every.n_ratings + 1) ** np.arange(int(answered.sum()))
        known, codes = (each.ratings[:, answered] @ weights for each in (every, simulated))
        seen = np.bincount(codes, minlength=int(known.max()) + 1)[known]
        names = [f"the answers {each}" for each in every.ratings[:, answered]]
        return disagreement(seen, expected.likelihood, expected.variance, names)

    def fast_ratings(self) -> str:
        judgments = simulate(self.model, self.trials(min(8, self.longest), 30), self.seed)
        fast = log_likelihood(self.model, judgments, samples=20, seed=self.seed)
        steps = log_likelihood_steps(self.model, judgments, 20, self.seed)
        apart = ~np.isclose(fast, steps, rtol=1e-6, atol=1e-8)
        if not apart.any():
            return ""
        worst = int(np.argmax(apart))
        return f"trial {worst}: {fast[worst]:.9g}, by the steps {steps[worst]:.9g}"
