"""Fits of one memory to recall, to recognition or to both, and their scores on both tests of people held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy.optimize import minimize

from memsim.core.arrays import FloatArray
from memsim.core.joint_recalls import JointRecalls
from memsim.core.judgments import Judgments
from memsim.core.likelihood import log_likelihood
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.search import search_space
from memsim.fitting.spec import FitSpec
from memsim.models import EqualVariance, UnequalVariance, Uniform
from memsim.reproductions.recognition.recall_and_recognition_sampled import (
    SampledObjective,
    Sampling,
    descent,
    recognition_by_session,
)

RECALL, RECOGNITION = TESTS = ("recall", "recognition")
BOTH = "both tests"
SCALE, DRIFT, CHOICE = "recall, then the scale", "recall, then scale and drift", "recognition, then the choice"
LEARNED = (RECALL, RECOGNITION, BOTH, SCALE, DRIFT, CHOICE)
"""What parameters are fitted to; after "then" stands which of them are fitted to the other test, with memory held."""
TOLERANCE = 1e-6
"""Of a fit: the relative gain at which it ends."""
LAPSES = (1e-4, 0.5)
AROUND = 0.15
"""Standard deviation of where further searches begin, around the first, in a space of width one."""
BASE, EQUAL, UNEQUAL = "baseline", "equal variance", "unequal variance"
REFERENCES = (BASE, EQUAL, UNEQUAL)
IN_FITS, IN_SCORES = Sampling(lists=50, sessions=8), Sampling(lists=300, sessions=64, seed=1)

Bounds = Mapping[str, "tuple[float, float] | None"]
Found: TypeAlias = Mapping[str, Any]
"""What a search found, as JSON: ``value``, minus the log-likelihood; ``values`` of parameters by test; ``criteria``."""


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Parameters
    ----------
    starts : searches for each fit, of which the best counts.
    fitted : samples of study in fits of models whose memory is random.
    scored : the same for the scores of people held out.
    people : the first so many people; ``None``: all.
    """

    starts: int = 3
    fitted: Sampling = IN_FITS
    scored: Sampling = IN_SCORES
    people: int | None = None


@dataclass(frozen=True)
class Account:
    """A model of both tests, and what each of its parameters is for. A network that does both would be one as well.

    Parameters
    ----------
    model : with the values at which fits begin.
    memory : parameters on which both tests depend.
    choice : those of recall alone: choice and stopping.
    drift : those of what happens between study and recognition, and of the effect of probes; none where nothing does.
    scale : those of judgment; the criteria themselves are free.
    """

    model: MemoryModel[Any]
    memory: Bounds
    choice: Bounds
    drift: Bounds
    scale: Bounds

    def free(self, learned: str) -> dict[str, Any]:
        """The parameters that one search fits: all, or those after "then"."""
        if learned in (SCALE, DRIFT, CHOICE):
            return {SCALE: {**self.scale}, DRIFT: {**self.drift, **self.scale}, CHOICE: {**self.choice}}[learned]
        found = dict(self.memory)
        if learned in (RECALL, BOTH):
            found |= self.choice
        if learned in (RECOGNITION, BOTH):
            found |= {**self.drift, **self.scale}
        return found

    @property
    def conditions(self) -> tuple[str, ...]:
        """Those of :data:`LEARNED` that the model has."""
        return tuple(each for each in LEARNED if self.drift or each != DRIFT)

    @property
    def is_sampled(self) -> bool:
        """Whether memory is random at study."""
        return self.model.likelihood == "sampled"

    def n_searches(self, learned: str, effort: Effort) -> int:
        """Of a fit; that of an exact likelihood of recall alone searches everywhere by itself."""
        return 1 if learned == RECALL and not self.is_sampled else effort.starts


class Learned(NamedTuple):
    """The model of each test after a fit, and the criteria of recognition; ``None``: those that the model declares."""

    models: Mapping[str, MemoryModel[Any]]
    criteria: FloatArray | None


def first_of(learned: str) -> str:
    """The condition whose fit a search begins from, or whose memory it holds; "" if there is none."""
    return {BOTH: RECALL, SCALE: RECALL, DRIFT: RECALL, CHOICE: RECOGNITION}.get(learned, "")


def search_cell(
    account: Account, learned: str, first: Found | None, start: int, people: JointRecalls, sampling: Sampling
) -> Found:
    """One search for what is fitted in the condition ``learned``, after the fit ``first``, as a cell.

    Criteria are free, and each test has a lapse of its own. Of an exact likelihood, recall alone is searched
    everywhere; other fits go downhill from the model, or (``start`` > 0) from places around it.
    """
    tests = {SCALE: (RECOGNITION,), DRIFT: (RECOGNITION,), CHOICE: (RECALL,), BOTH: TESTS}.get(learned, (learned,))
    part = JointRecalls({test: people.parts[test] for test in tests})
    known = {} if first is None else next(iter(first["values"].values()))
    model = account.model.replace(**{name: value for name, value in known.items() if name != "lapse"})
    objective = _objective(account, model, account.free(learned), part, sampling)
    begin = objective.space.default
    if start:
        begin = np.clip(begin + AROUND * stream(start, "recall and recognition").standard_normal(len(begin)), 0, 1)
    if isinstance(objective, SampledObjective):
        places = descent(objective, begin)
    else:
        places = search_space(objective).best[0] if learned == RECALL else downhill(objective, begin)
    names = [*{**known, **account.free(learned)}, "lapse"]
    values = {}
    for test in tests:
        model = objective.space.models(places, objective.space.cells(part.parts[test], test))[0]  # type: ignore[assignment]
        values[test] = {name: float(getattr(model, name)) for name in names}
    criteria = objective.criteria_at(places).get(RECOGNITION)
    return {
        "value": float(objective(places)), "values": values,
        "criteria": None if criteria is None else criteria.tolist(),
    }  # fmt: skip


def _objective(
    account: Account, model: MemoryModel[Any], free: Mapping[str, Any], people: JointRecalls, sampling: Sampling
) -> LikelihoodObjective | SampledObjective:
    lapse = "by data set" if len(people.parts) > 1 else LAPSES
    if account.is_sampled:
        space = FitSpec.of(model, {**free, "lapse": lapse}, recalls=people).space
        return SampledObjective(space, people, sampling)
    criteria: Any = "free" if RECOGNITION in people.parts else "spaced"
    objective = FitSpec.of(model, {**free, "lapse": lapse}, recalls=people, criteria=criteria).objective(people)
    assert isinstance(objective, LikelihoodObjective)
    return objective


def best_of(found: Sequence[Found]) -> Found:
    """The search that found the highest likelihood."""
    return min(found, key=lambda each: float(each["value"]))


def joined(found: Mapping[str, Found]) -> Found:
    """The fit to both tests of a model that shares no fitted parameter between them: the fits to each, together."""
    recall, recognition = found[RECALL], found[RECOGNITION]
    values = {**recall["values"], **recognition["values"]}
    return {"value": recall["value"] + recognition["value"], "values": values, "criteria": recognition["criteria"]}


def learned_by(account: Account, learned: str, found: Mapping[str, Found]) -> Learned:
    """The models of both tests in a condition, given the best searches ``found``, by condition."""
    own = found[learned]
    by_test: dict[str, Mapping[str, float]] = dict(own["values"])
    criteria = own["criteria"]
    if first_of(learned) and learned != BOTH:
        first = found[first_of(learned)]
        by_test = {**first["values"], **by_test}
        criteria = first["criteria"] if criteria is None else criteria
    for test in TESTS:
        if test not in by_test:  # memory from the other test, with the lapse and criteria that are declared
            known = next(iter(by_test.values()))
            by_test[test] = {name: value for name, value in known.items() if name != "lapse"}
    models = {test: account.model.replace(**by_test[test]) for test in TESTS}
    return Learned(models, None if criteria is None else np.array(criteria))


def downhill(objective: LikelihoodObjective, start: FloatArray | None = None) -> FloatArray:
    """The places at the end of one local search; it begins with the values of the model if not given."""
    start = objective.space.default if start is None else start
    bounds, options = [(0.0, 1.0)] * len(start), {"ftol": TOLERANCE}
    found = minimize(
        objective.value_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )  # fmt: skip
    return np.asarray(found.x)


def scored(account: Account, learned: Learned, people: JointRecalls, sampling: Sampling) -> dict[str, FloatArray]:
    """(n_trials,) log-likelihood of each list, and of the answers of each session."""
    recalls, judgments = people.parts[RECALL], people.parts[RECOGNITION]
    assert isinstance(judgments, Judgments)
    if not account.is_sampled:
        own = log_likelihood(learned.models[RECALL], recalls)
        answers = log_likelihood(learned.models[RECOGNITION], judgments, criteria=learned.criteria)
        return {RECALL: own, RECOGNITION: answers}
    own = log_likelihood(learned.models[RECALL], recalls, samples=sampling.lists, seed=sampling.seed)
    model = learned.models[RECOGNITION]
    criteria = model.criteria(judgments.n_ratings) if learned.criteria is None else learned.criteria
    return {RECALL: own, RECOGNITION: recognition_by_session(model, judgments, criteria, sampling)}


def score_cell(
    account: Account, learned: str, found: Mapping[str, Found], people: JointRecalls, sampling: Sampling
) -> list[list[Any]]:
    """The scores of people held out, by person, as a cell."""
    return by_person(scored(account, learned_by(account, learned, found), people, sampling), people)


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
