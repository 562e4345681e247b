"""Fits of one memory to recall, to recognition or to both, and their scores on both tests of people held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from memsim.core.arrays import FloatArray
from memsim.core.joint_recalls import JointRecalls
from memsim.core.judgments import Judgments
from memsim.core.likelihood import log_likelihood
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.search import search_space
from memsim.fitting.spec import FitSpec
from memsim.models import EqualVariance, UnequalVariance, Uniform

RECALL, RECOGNITION = TESTS = ("recall", "recognition")
BOTH = "both tests"
SCALE, DRIFT, CHOICE = "recall, then the scale", "recall, then scale and drift", "recognition, then the choice"
LEARNED = (RECALL, RECOGNITION, BOTH, SCALE, DRIFT, CHOICE)
"""What parameters are fitted to; after "then" stands which of them are fitted to the other test, with memory held."""
TOLERANCE = 1e-6
"""Of a fit: the relative gain at which it ends."""
LAPSES = (1e-4, 0.5)
BASE, EQUAL, UNEQUAL = "baseline", "equal variance", "unequal variance"
REFERENCES = (BASE, EQUAL, UNEQUAL)

Bounds = Mapping[str, "tuple[float, float] | None"]


@dataclass(frozen=True)
class Account:
    """A model of both tests, and what each of its parameters is for. A network that does both would be one as well.

    Parameters
    ----------
    model : with the values at which fits begin.
    memory : parameters on which both tests depend.
    choice : those of recall alone: choice and stopping.
    drift : those of what happens between study and recognition, and of the effect of probes.
    scale : those of judgment; the criteria themselves are free.
    """

    model: MemoryModel[Any]
    memory: Bounds
    choice: Bounds
    drift: Bounds
    scale: Bounds

    def free(self, learned: str) -> dict[str, Any]:
        """What is fitted at once, for the conditions without "then"."""
        found = dict(self.memory)
        if learned in (RECALL, BOTH):
            found |= self.choice
        if learned in (RECOGNITION, BOTH):
            found |= {**self.drift, **self.scale}
        return found


class Learned(NamedTuple):
    """The model of each test after a fit, and the criteria of recognition; ``None``: those that the model declares."""

    models: Mapping[str, MemoryModel[Any]]
    criteria: FloatArray | None


def fitted(model: MemoryModel[Any], free: Mapping[str, Any], people: JointRecalls) -> Learned:
    """The best parameters, with free criteria and a lapse of its own for each test.

    Fits to recall alone search everywhere. Those with recognition take much longer, and go downhill from ``model``.
    """
    criteria = "free" if RECOGNITION in people.parts else "spaced"
    lapse = "by data set" if len(people.parts) > 1 else LAPSES
    spec = FitSpec.of(model, {**free, "lapse": lapse}, recalls=people, criteria=criteria)
    objective = spec.objective(people)
    assert isinstance(objective, LikelihoodObjective)
    places = search_space(objective).best[0] if criteria == "spaced" else downhill(objective)
    cells = {name: spec.space.cells(part, name) for name, part in people.parts.items()}
    models: dict[str, Any] = {name: spec.space.models(places, cell)[0] for name, cell in cells.items()}
    return Learned(models, objective.criteria_at(places).get(RECOGNITION) if criteria == "free" else None)


def downhill(objective: LikelihoodObjective) -> FloatArray:
    """The places at the end of one local search, from the values of the model."""
    start = objective.space.default
    bounds, options = [(0.0, 1.0)] * len(start), {"ftol": TOLERANCE}
    found = minimize(
        objective.value_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )  # fmt: skip
    return np.asarray(found.x)


def learn(account: Account, learned: str, people: JointRecalls) -> Learned:
    """The models of both tests after learning from these people in one of the conditions :data:`LEARNED`."""
    each = {test: JointRecalls({test: people.parts[test]}) for test in TESTS}
    if learned == BOTH:
        start = fitted(account.model, account.free(RECALL), each[RECALL]).models[RECALL]
        return fitted(start.replace(lapse=account.model.lapse), account.free(BOTH), people)
    first = RECALL if learned in (RECALL, SCALE, DRIFT) else RECOGNITION
    other = RECOGNITION if first == RECALL else RECALL
    one = fitted(account.model, account.free(first), each[first])
    own = one.models[first]
    known = own.replace(lapse=account.model.lapse)
    if learned == first:
        return Learned({first: own, other: known}, one.criteria)
    rest = {SCALE: account.scale, DRIFT: {**account.drift, **account.scale}, CHOICE: account.choice}[learned]
    two = fitted(known, rest, each[other])
    return Learned({first: own, **two.models}, two.criteria if other == RECOGNITION else one.criteria)


def scored(learned: Learned, people: JointRecalls) -> dict[str, FloatArray]:
    """(n_trials,) log-likelihood of each list, and of the answers of each session."""
    recalls, judgments = people.parts[RECALL], people.parts[RECOGNITION]
    return {
        RECALL: log_likelihood(learned.models[RECALL], recalls),
        RECOGNITION: log_likelihood(learned.models[RECOGNITION], judgments, criteria=learned.criteria),
    }


def account_cell(account: Account, learned: str, train: JointRecalls, test: JointRecalls) -> dict[str, Any]:
    """The scores of people held out, by person, and what was fitted, as a cell."""
    found = learn(account, learned, train)
    names = {*account.free(BOTH), "lapse"}
    values = {test: {name: float(getattr(model, name)) for name in names} for test, model in found.models.items()}
    scores = by_person(scored(found, test), test)
    return {"scores": scores, "values": values, "criteria": None if found.criteria is None else found.criteria.tolist()}


def reference_cell(reference: str, train: JointRecalls, test: JointRecalls) -> dict[str, Any]:
    """The scores of a descriptive account: uniform choice and base rates of ratings; or signal detection."""
    parts, scores = train.parts, dict[str, FloatArray]()
    judgments = test.parts[RECOGNITION]
    assert isinstance(judgments, Judgments)
    if reference == BASE:
        uniform = FitSpec.of(Uniform(), recalls=parts[RECALL], lapse="none")
        objective = uniform.objective(parts[RECALL])
        assert isinstance(objective, LikelihoodObjective)
        model: Any = uniform.space.at(downhill(objective))
        scores[RECALL] = log_likelihood(model, test.parts[RECALL])
        learned = parts[RECOGNITION]
        assert isinstance(learned, Judgments)
        counts = np.bincount(learned.ratings.ravel(), minlength=judgments.n_ratings + 1)[1:] + 0.5
        logs = np.concatenate(([0.0], np.log(counts / counts.sum())))
        scores[RECOGNITION] = logs[judgments.ratings].sum(axis=1)
    else:
        kind: Any = EqualVariance() if reference == EQUAL else UnequalVariance()
        names = ["sensitivity"] if reference == EQUAL else ["strength_mean", "strength_sd"]
        free = {name: kind.fitted[name] for name in names}
        spec = FitSpec.of(kind, free, recalls=parts[RECOGNITION], criteria="free", lapse="none")
        objective = spec.objective(parts[RECOGNITION])
        assert isinstance(objective, LikelihoodObjective)
        best = downhill(objective)
        model = spec.space.at(best)
        scores[RECOGNITION] = log_likelihood(model, judgments, criteria=objective.criteria_at(best)[""])
    return {"scores": by_person(scores, test)}


def by_person(scores: Mapping[str, FloatArray], people: JointRecalls) -> list[list[Any]]:
    """Rows of person, test, and nats for each list, or for each answer."""
    rows = []
    for test, values in scores.items():
        part = people.parts[test]
        n = part.answered.sum(axis=1) if isinstance(part, Judgments) else np.ones(len(part))
        for subject in part.trials.subjects:
            own = part.trials.subject == subject
            rows.append([str(subject), test, float(values[own].sum() / n[own].sum())])
    return rows


def of_people(people: JointRecalls, subjects: Sequence[Any]) -> JointRecalls:
    """The responses of some of the people."""
    return people[np.isin(people.trials.subject, subjects)]


def session(recalls: Recalls, judgments: Judgments, number: int) -> JointRecalls:
    """Recall and recognition in one session of the people who took part in both; without sources (tasks at study)."""
    lists = recalls[recalls.trials.list // 100 == number]
    ratings = judgments[judgments.trials.list == number]
    both = np.intersect1d(lists.trials.subjects, ratings.trials.subjects)
    kept: list[Any] = [each[np.isin(each.trials.subject, both)] for each in (lists, ratings)]
    plain = [replace(each, trials=replace(each.trials, source=None)) for each in kept]
    return JointRecalls(dict(zip(TESTS, plain, strict=True)))
