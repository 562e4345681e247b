"""Fits of a model whose memory is random at study, and whose judgments leave it as it is, to recall and recognition.

Recall is scored by the mean likelihood of each list over samples of study. The joint likelihood of hundreds of answers
of a session cannot be estimated so: hardly any sample is near the memory that a person had. So recognition is scored
answer by answer: each rating by its probability, averaged over samples of study. Answers to one session count as
independent (the composite "marginal" likelihood of :func:`memsim.log_likelihood`); for a model without random encoding
this is the likelihood.

That mean depends only on what is probed: an item by its position within its list, or a new item. All lists of all
sessions are studied alike, each after a distraction that empties the store, so that every list of every sampled session
is a sample for each position.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
from scipy.optimize import minimize

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.evidence import Evidence
from memsim.core.joint_recalls import JointRecalls
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.likelihood import log_likelihood
from memsim.core.model import MemoryModel
from memsim.core.seeding import stream
from memsim.core.trials import Trials
from memsim.fitting.free_criteria import Answers, fitted_criteria
from memsim.fitting.space import Space
from memsim.paradigms import FinalRecognition

IMPOSSIBLE = 1e10
RADIUS, NARROWEST = 0.1, 1e-3
"""First and last trust region of a search, in a space of width one."""
EVALUATIONS = 25
"""Of the likelihood in one search, at most, for each free parameter."""


class Sampling(NamedTuple):
    """How many samples of study are averaged."""

    lists: int = 50
    """For each list that is recalled."""
    sessions: int = 8
    """Sessions for recognition: with 16 lists each, 128 samples for every position within a list."""
    seed: int = 0


class Pooled(NamedTuple):
    """The mean distribution of the evidence of several probes, for each of some kinds."""

    evidence: Evidence
    order: IntArray
    """(n_probes,) probes, sorted by kind."""
    first: IntArray
    """(n_kinds,) where each kind begins."""

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """(n_kinds, n_criteria), as in :class:`memsim.core.evidence.Evidence`."""
        each = self.evidence.below(criteria, noise)[self.order]
        times = np.diff(np.append(self.first, len(self.order)))
        return np.asarray(np.add.reduceat(each, self.first, axis=0) / times[:, None])


def kinds(trials: Trials) -> IntArray:
    """(n_trials, n_probes) the position within its list of each probed item, from 0; the length of a list if it is new.

    Raises
    ------
    InputError : sessions whose lists are not studied alike.
    """
    task = trials.paradigm
    if not isinstance(task, FinalRecognition) or not task.list_interval:
        raise InputError(f"{task}: samples of study are pooled over lists with a list_interval of FinalRecognition")
    units, length = trials.units_of_probes[:, :, 0], task.list_length // task.lists
    return np.where(units >= task.list_length, length, units % length)


def answers_of(model: MemoryModel[Any], judgments: Judgments, sampling: Sampling) -> Answers:
    """The evidence of each kind of probe, averaged over samples of study, and how people rated it."""
    task = judgments.trials.paradigm
    every = replace(cast("Any", task), n_targets=task.list_length, n_lures=1)
    sampled = every.trials(sampling.sessions, sampling.seed)
    evidence = model.fast_evidence(sampled, stream(sampling.seed, "sampled sessions"))
    if evidence is None:
        raise InputError(f"{type(model).__name__} does not judge all probes of a session at once; it must, here")
    kind = kinds(sampled).ravel()
    order = np.argsort(kind, kind="stable")
    n_kinds = int(kind.max()) + 1
    first = np.searchsorted(kind[order], np.arange(n_kinds))
    pooled = Pooled(evidence, order.astype(np.int32), first.astype(np.int32))
    cell = kinds(judgments.trials) * judgments.n_ratings + judgments.ratings - UNANSWERED - 1
    counts = np.bincount(cell[judgments.answered], minlength=n_kinds * judgments.n_ratings)
    noise = getattr(model, "criterion_noise", 0.0)
    return Answers(pooled, noise, model.lapse, counts.reshape(n_kinds, -1).astype(float))


def rating_probabilities(answers: Answers, criteria: FloatArray) -> FloatArray:
    """(n_kinds, n_ratings) probability of each rating."""
    below = answers.below(criteria)
    edge = np.zeros((len(below), 1))
    # Criteria far from all evidence are as good as equal, and then rounding may give less than nothing.
    own = np.diff(np.concatenate((edge, below, edge + 1), axis=1), axis=1).clip(min=0)
    return (1 - answers.lapse) * own + answers.lapse / own.shape[1]


def recognition_by_session(
    model: MemoryModel[Any], judgments: Judgments, criteria: FloatArray, sampling: Sampling
) -> FloatArray:
    """(n_trials,) sums of the logarithms of the probabilities of the answers."""
    with np.errstate(divide="ignore"):
        logs = np.log(rating_probabilities(answers_of(model, judgments, sampling), criteria))
    each = logs[kinds(judgments.trials), np.maximum(judgments.ratings, UNANSWERED + 1) - UNANSWERED - 1]
    return np.asarray(np.where(judgments.answered, each, 0.0).sum(axis=1))


@dataclass(frozen=True, eq=False)
class SampledObjective:
    """Minus the log-likelihood of recall and of each answer of recognition, with the best criteria at each place.

    The same samples of study serve at every place, so that a search sees one surface.
    """

    space: Space
    people: JointRecalls
    sampling: Sampling

    def __call__(self, places: FloatArray) -> float:
        """The value at ``places``, (n_free,) numbers in [0, 1]."""
        total = 0.0
        for name, part in self.people.parts.items():
            model = self.model_at(places, name)
            if isinstance(part, Judgments):
                answers = answers_of(model, part, self.sampling)
                with np.errstate(divide="ignore"):
                    logs = np.log(rating_probabilities(answers, fitted_criteria([answers])))
                total -= float(np.where(answers.counts > 0, answers.counts * logs, 0.0).sum())
            else:
                found = log_likelihood(model, part, samples=self.sampling.lists, seed=self.sampling.seed)
                total -= float(found.sum())
        return total if np.isfinite(total) else IMPOSSIBLE

    def model_at(self, places: FloatArray, name: str) -> Any:
        """The model of a data set."""
        return self.space.models(np.clip(places, 0, 1), self._cells[name])[0]

    def criteria_at(self, places: FloatArray) -> dict[str, FloatArray]:
        """The best criteria at ``places``, by the name of the data set of judgments."""
        judged = {name: part for name, part in self.people.parts.items() if isinstance(part, Judgments)}
        return {
            name: fitted_criteria([answers_of(self.model_at(places, name), part, self.sampling)])
            for name, part in judged.items()
        }

    @cached_property
    def _cells(self) -> dict[str, Any]:
        return {name: self.space.cells(part, name) for name, part in self.people.parts.items()}


def descent(objective: SampledObjective, start: FloatArray) -> FloatArray:
    """The place at the end of one local search without gradients (COBYQA; Ragonneau, 2022)."""
    options = {"initial_tr_radius": RADIUS, "final_tr_radius": NARROWEST, "maxfev": EVALUATIONS * len(start)}
    found = minimize(objective, start, method="COBYQA", bounds=[(0.0, 1.0)] * len(start), options=options)
    return np.clip(found.x, 0, 1)
