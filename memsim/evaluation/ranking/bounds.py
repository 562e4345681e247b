"""Between what scores lie: uniform choice below, and what tables of people predict above."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.judgments import Judgments, Responses
from memsim.core.seeding import stream
from memsim.evaluation.base_rates import log_base_rates
from memsim.evaluation.ranking.answers_of_tests import answers_of
from memsim.evaluation.ranking.option_tables import Answers, predicted
from memsim.evaluation.ranking.pinned_set import BenchmarkSet, RankedTask
from memsim.evaluation.ranking.scoring import fit_to, scored_parts
from memsim.evaluation.ranking.split import Split, split_of
from memsim.evaluation.reference import empirical_reference_parts
from memsim.models import Uniform

UNIFORM, OF_OTHERS, OF_PERSON = "uniform", "tables of other people", "tables with each person's other lists"
REFERENCES = (OF_OTHERS, OF_PERSON)
FOLDS = 5
"""Into which the scored lists of each person are dealt; each is predicted from the others."""


class Predicted(NamedTuple):
    """Log-likelihoods of scored lists, (n_lists,) each."""

    choice: FloatArray
    """Which item, or which rating."""
    termination: FloatArray
    """Whether there was a response."""


def bounds_cell(ranked: BenchmarkSet, task: RankedTask) -> dict[str, Any]:
    """The baseline and the references of each condition of a task, as a cell: by name and condition, two parts.

    The baseline is uniform choice among the items that are left, with the stopping of
    :class:`memsim.models.Uniform`, fitted to the training people by the budget of all models; in cued and serial
    recall with their rate of omissions; and of recognition their rate of each rating, whatever the probe. One reference
    consists of tables of all lists of the training people, the other of these and of all lists of the scored people
    but those that are predicted. Both are attained by a prediction that knows no more than tables, so that the better
    one is a lower bound of what is attainable.
    """
    split = split_of(task, ranked.seed)
    found: dict[str, dict[str, list[list[float]]]] = {name: {} for name in (UNIFORM, *REFERENCES)}
    uniform = _uniform_of_free_recall(ranked, task, split) if task.test == "free recall" else None
    for condition, scored in split.scored.items():
        base = uniform[condition] if uniform else _base_rates(split.training[condition], scored)
        each = {UNIFORM: base, **_references(split, condition, ranked.seed)}
        for name, parts in each.items():
            found[name][condition] = [part.tolist() for part in parts]
    return found


def _uniform_of_free_recall(ranked: BenchmarkSet, task: RankedTask, split: Split) -> dict[str, Predicted]:
    fit = fit_to(Uniform(), split, ranked, task)
    parts = scored_parts(fit, split, ranked)
    return {condition: Predicted(each["choice"], each["termination"]) for condition, each in parts.items()}


def _base_rates(training: Responses, scored: Responses) -> Predicted:
    if isinstance(training, Judgments):
        assert isinstance(scored, Judgments)
        choice = log_base_rates(training)[scored.ratings].sum(axis=1)
        return Predicted(choice, np.zeros_like(choice))
    known, asked = answers_of(training), answers_of(scored)
    omitted = known.possible.shape[1] - 1
    rate = ((known.chosen == omitted).sum() + 0.5) / (len(known.chosen) + 1)
    rate = rate if known.possible[:, omitted].any() else 0.0
    items = asked.possible.copy()
    items[:, omitted] = False
    chance = np.where(items, ((1 - rate) / np.maximum(items.sum(axis=1), 1))[:, None], 0.0)
    chance[:, omitted] = rate
    with np.errstate(divide="ignore"):
        return _in_parts(np.log(chance), asked, len(scored))


def _references(split: Split, condition: str, seed: int) -> dict[str, Predicted]:
    everyone, scored, rows = split.everyone[condition], split.scored[condition], split.rows[condition]
    of_people = np.isin(everyone.trials.subject.astype(str), split.people_scored)
    fold = _folds(scored, seed)
    with_own = [np.empty(len(scored)) for _ in Predicted._fields]
    for k in range(FOLDS):
        if not (fold == k).any():
            continue
        known = np.ones(len(everyone), dtype=bool)
        known[rows[fold == k]] = False
        for whole, part in zip(with_own, _from_tables(everyone[known], scored[fold == k]), strict=True):
            whole[fold == k] = part
    others = everyone[~of_people]
    return {OF_OTHERS: _from_tables(others, scored), OF_PERSON: Predicted(*with_own)}


def _folds(scored: Responses, seed: int) -> np.ndarray:
    """(n_lists,) the fold of each scored list, so that those of a person are in different ones."""
    fold, codes = np.empty(len(scored), dtype=np.int64), scored.trials.subject_codes
    rng = stream(seed, "benchmark", "folds")
    for code in np.unique(codes):
        own = np.flatnonzero(codes == code)
        fold[own] = (rng.permutation(len(own)) + rng.integers(FOLDS)) % FOLDS
    return fold


def _from_tables(known: Responses, scored: Responses) -> Predicted:
    paradigm = scored.trials.paradigm
    if not isinstance(scored, Judgments) and paradigm.silence_ends:
        assert not isinstance(known, Judgments)
        return Predicted(*empirical_reference_parts(known, scored))
    asked = answers_of(scored)
    return _in_parts(predicted(answers_of(known), asked), asked, len(scored), isinstance(scored, Judgments))


def _in_parts(log_probability: FloatArray, answers: Answers, n_lists: int, judged: bool = False) -> Predicted:
    """Log-probabilities of what was chosen, summed over the answers of each list, in two parts."""

    def by_list(values: FloatArray) -> FloatArray:
        return np.bincount(answers.list, values, n_lists).astype(float)

    chosen = log_probability[np.arange(len(answers.list)), answers.chosen]
    if judged:
        return Predicted(by_list(chosen), np.zeros(n_lists))
    omission = log_probability[:, -1]
    silent = answers.chosen == log_probability.shape[1] - 1
    with np.errstate(divide="ignore"):
        response = np.log(-np.expm1(omission))
    termination = np.where(silent, omission, response)
    choice = np.where(silent, 0.0, chosen - response)
    return Predicted(by_list(choice), by_list(termination))
