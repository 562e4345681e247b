"""Base rates of ratings: the baseline of models of judgments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.event_probabilities import Parts
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.model import MemoryModel
from memsim.evaluation.candidates import Candidate, ListScores, n_events_of

PRIOR = 0.5
"""What is added to the count of each rating, so that a rating that was never given is not impossible."""


def judged_alone(recalls: AnyRecalls) -> bool:
    """Whether probes are judged in all data sets, and nothing is recalled."""
    return all(isinstance(part, Judgments) and part.recalls is None for part in parts_of(recalls).values())


def log_base_rates(judgments: Judgments) -> FloatArray:
    """(n_ratings + 1,) log-probability of each rating, (n_k + 1/2) / (n + K/2) of K ratings; first 0, of no answer."""
    counts = np.bincount(judgments.ratings.ravel(), minlength=judgments.n_ratings + 1)[UNANSWERED + 1 :] + PRIOR
    return np.concatenate(([0.0], np.log(counts / counts.sum())))


@dataclass(frozen=True)
class BaseRates(Candidate):
    """How often each rating was given, whatever the probe: a model that does not exceed it tells no old item from new.

    The rates are those of each data set, of all people who are fitted or, with ``per="subject"``, of each of them.
    """

    per: Literal["group", "subject"] = "group"

    def require_taken(self, recalls: AnyRecalls) -> None:
        """See :meth:`memsim.evaluation.candidates.Candidate.require_taken`: judgments, of lists of any items."""
        if not judged_alone(recalls):
            raise InputError(
                "BaseRates: base rates are of ratings, and here items are recalled; give judgments without recall"
            )

    def require_learnable(self, train: AnyRecalls, test: AnyRecalls) -> None:
        """See :meth:`memsim.evaluation.candidates.Candidate.require_learnable`."""
        known = parts_of(train)
        if lost := [name for name in parts_of(test) if name not in known]:
            raise InputError(f"no list of {lost[0]} is fitted, whose ratings have rates of their own; use more folds")

    def learned(self, recalls: Any, seed: int) -> MemoryModel[Any]:
        """Raise :class:`LikelihoodError`, as there is no model."""
        raise LikelihoodError("base rates of ratings are a table, not a model")

    def scores(self, train: AnyRecalls, test: AnyRecalls, seed: int, common: bool = False) -> ListScores:
        """See :meth:`memsim.evaluation.candidates.Candidate.scores`."""
        known, found = parts_of(train), []
        for name, part in parts_of(test).items():
            own = known[name]
            assert isinstance(part, Judgments) and isinstance(own, Judgments)
            each = np.empty(len(part))
            subjects = part.trials.subjects if self.per == "subject" else [None]
            for subject in subjects:
                rows = slice(None) if subject is None else part.trials.subject == subject
                rates = log_base_rates(own if subject is None else own[own.trials.subject == subject])
                each[rows] = rates[part.ratings[rows]].sum(axis=1)
            found.append(each)
        total = np.concatenate(found)
        none = np.zeros_like(total)
        return ListScores(Parts(total, none, none, none), n_events_of(test, False, False))
