"""How well models predict lists that they were not fitted to: one scale for likelihood models and for networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.loop import NO_EVENT, log_likelihood, scored_outcomes
from memsim.core.model import MemoryModel
from memsim.core.recall_parts import by_subject
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.seeding import stream
from memsim.evaluation.reference import empirical_reference
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.search import best_of
from memsim.fitting.space import Space
from memsim.running.digests import digest, source_digest
from memsim.running.execution import Cell, Running, run_with

if TYPE_CHECKING:
    from memsim.training.settings import Training


class Candidate(ABC):
    """Something that can be made to predict people from recalls of theirs."""

    @abstractmethod
    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """The model after these recalls."""

    @abstractmethod
    def key(self) -> dict[str, Any]:
        """All that decides what it learns, for a cache."""

    scoring_samples: ClassVar = 200
    """Study histories over which a sampled likelihood of the lists held out is averaged."""

    def scores(self, train: Recalls, test: Recalls, seed: int) -> tuple[FloatArray, IntArray]:
        """(n_lists,) log-likelihoods of ``test`` after ``train``, and the events that were scored."""
        model = self.learned(train, seed)
        outcomes = scored_outcomes(test, model.repeats, model.intrusions)
        likelihood = log_likelihood(model, test, samples=self.scoring_samples, seed=seed)
        return likelihood, (outcomes.columns != NO_EVENT).sum(axis=1, dtype=np.int32)


@dataclass(frozen=True)
class Fitted(Candidate):
    """A model whose free parameters are fitted by maximum likelihood; see :func:`memsim.fitting.estimation.fit`."""

    model: MemoryModel[Any]
    free: Mapping[str, tuple[float, float] | None] | None = None
    ties: Mapping[str, str] | None = None
    starts: int = 2
    samples: int = 200
    """Study histories over which a sampled likelihood is averaged while it is fitted."""
    generations: int = 25
    per: Literal["group", "subject"] = "group"
    """One fit to all lists that it learns from, or to each subject's for the lists of that subject."""

    def __post_init__(self) -> None:
        if self.model.likelihood == "none":
            raise LikelihoodError(
                f"{type(self.model).__name__} has no likelihood, held out or not; fit it by='summary'"
            )

    def key(self) -> dict[str, Any]:
        """See :meth:`Candidate.key`."""
        sampled = self.model.likelihood == "sampled"
        return {
            "candidate": "fitted", **Space.of(self.model, self.free, self.ties).key(), "starts": self.starts,
            "generations": self.generations, "samples": self.samples if sampled else 0, "per": self.per,
        }  # fmt: skip

    def scores(self, train: Recalls, test: Recalls, seed: int) -> tuple[FloatArray, IntArray]:
        """See :meth:`Candidate.scores`."""
        if self.per == "group":
            return super().scores(train, test, seed)
        likelihood, events = np.empty(len(test)), np.empty(len(test), dtype=np.int32)
        known = by_subject(train)
        for subject in test.trials.subjects:
            rows = test.trials.subject == subject
            if str(subject) not in known:
                raise InputError(f"subject {subject} has no lists to be fitted to; hold lists out, not subjects")
            likelihood[rows], events[rows] = super().scores(known[str(subject)], test[rows], seed)
        return likelihood, events

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """See :meth:`Candidate.learned`."""
        space = Space.of(self.model, self.free, self.ties)
        objective = LikelihoodObjective(space, recalls, self.samples, seed)
        places, _ = best_of(objective, self.starts, generations=self.generations, seed=seed)
        model = space.at(places)
        assert isinstance(model, MemoryModel)
        return model


@dataclass(frozen=True)
class Imitating(Candidate):
    """A network trained to imitate: some of the subjects it learns from say when to stop; see ``memsim train``.

    Lists held out may be of subjects that it knows, or of others. Weights go into ``folder``, a file for each training.
    """

    training: Training
    folder: Path = field(default=Path("memsim-networks"))

    def __post_init__(self) -> None:
        if self.training.objective != "imitation":
            raise InputError(
                f"a network that imitates people has the objective imitation, not {self.training.objective}"
            )

        object.__setattr__(self, "folder", self.folder.absolute())  # a worker may stand elsewhere

    def key(self) -> dict[str, Any]:
        """See :meth:`Candidate.key`."""
        from memsim.models.networks.weights import load_weights

        start = load_weights(self.training.start)[2] if self.training.start else ""
        return {"candidate": "imitating", "training": self.training.values(), "start": start}

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """See :meth:`Candidate.learned`."""
        from memsim.models import DNC, LSTM
        from memsim.training.trainer import Trainer

        training = self.training.replace(seed=seed, people="")
        told = digest({**self.key(), "seed": seed, "recalls": digest(recalls), "source": source_digest()})
        path = self.folder / f"{training.network}-{told[:16]}.safetensors"
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            trainer = Trainer(training, people=recalls)
            trainer.run(training.iterations)
            trainer.save(path)
        cls = DNC if training.network == "dnc" else LSTM
        return cls(weights=str(path))


@dataclass(frozen=True)
class AsItIs(Candidate):
    """A model that learns nothing from these people."""

    model: MemoryModel[Any]

    def key(self) -> dict[str, Any]:
        """See :meth:`Candidate.key`."""
        return {"candidate": "as it is", "model": digest(self.model)}

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """See :meth:`Candidate.learned`."""
        return self.model


@dataclass(frozen=True)
class Reference(Candidate):
    """What people's other lists tell of the next response, without a model: how much there is to be predicted.

    See :func:`memsim.analysis.empirical_reference`.
    """

    def key(self) -> dict[str, Any]:
        """See :meth:`Candidate.key`."""
        return {"candidate": "empirical reference"}

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """It is no model."""
        raise LikelihoodError("the empirical reference is a table of what followed what, and no model")

    def scores(self, train: Recalls, test: Recalls, seed: int) -> tuple[FloatArray, IntArray]:
        """See :meth:`Candidate.scores`."""
        columns = scored_outcomes(test, False, False).columns
        return empirical_reference(train, test), (columns != NO_EVENT).sum(axis=1, dtype=np.int32)


def cross_validate(
    candidates: Mapping[str, Candidate | MemoryModel[Any]],
    recalls: Recalls,
    *,
    over: Literal["lists", "subjects"] = "lists",
    folds: int = 5,
    seed: int = 0,
    **running: Unpack[Running],
) -> pd.DataFrame:
    """The log-likelihood that each candidate gives to each list when it was held out.

    Lists are dealt to folds at random. Each candidate learns from all folds but one, and predicts the lists of that; so
    a flexible model gains nothing by fitting noise, and networks stand beside models with few parameters.

    Parameters
    ----------
    candidates : by name; a model is fitted by maximum likelihood (:class:`Fitted`).
    over : ``"lists"``, so that every subject is in every fold; or ``"subjects"``, whole ones being held out.
    folds : how many.
    running : ``workers, backend, scheduler, cache, progress``; see :func:`memsim.running.execution.run_cells`.

    Returns
    -------
    DataFrame : ``model, subject, list, fold, log_likelihood, n_events``, a row for each candidate and list. All are
        scored on the same responses: where one cannot give repeats, or intrusions, they are left out for all.

    Raises
    ------
    InputError : candidates that differ in what they score, or fewer lists or subjects than folds.
    LikelihoodError : a candidate without a likelihood.
    """
    require_recalls(recalls)
    entries = {name: each if isinstance(each, Candidate) else Fitted(each) for name, each in candidates.items()}
    if not entries:
        raise InputError("cross_validate: no candidates")
    fold = fold_of_lists(recalls, over, folds, seed)
    cells = [
        Cell(
            "memsim.evaluation.cross_validation:fold_cell",
            {"candidate": entry, "train": recalls[fold != k], "test": recalls[fold == k], "seed": seed},
            {**entry.key(), "train": digest(recalls[fold != k]), "test": digest(recalls[fold == k]), "seed": seed},
            f"{name}, fold {k + 1}",
        )
        for name, entry in entries.items()
        for k in range(folds)
    ]
    found = run_with(running, cells, "held out")
    tables = []
    for i, name in enumerate(entries):
        for k in range(folds):
            rows = np.flatnonzero(fold == k)
            scored = found[i * folds + k]
            tables.append(
                pd.DataFrame(
                    {
                        "model": name,
                        "row": rows,
                        "subject": recalls.trials.subject[rows],
                        "list": recalls.trials.list[rows],
                        "fold": k + 1,
                        **scored,
                    }
                )
            )
    table = pd.concat(tables, ignore_index=True)
    counts = table.pivot(index="row", columns="model", values="n_events")
    differing = counts.nunique(axis=1) > 1
    if differing.any():
        at, told = int(counts.index[differing][0]), counts[differing].iloc[0].to_dict()
        raise InputError(
            f"cross_validate: the candidates do not score the same responses: of list {at} {told}; a model with "
            "repeats or intrusions has to be compared apart"
        )
    table["model"] = pd.Categorical(table["model"], list(entries))
    return table.sort_values(["model", "row"]).drop(columns="row").astype({"model": str}).reset_index(drop=True)


def fold_cell(candidate: Candidate, train: Recalls, test: Recalls, seed: int) -> dict[str, Any]:
    """What a candidate that learnt from ``train`` gives to the lists of ``test``, as a piece of work."""
    likelihood, events = candidate.scores(train, test, seed)
    return {"log_likelihood": likelihood.tolist(), "n_events": events.tolist()}


def fold_of_lists(recalls: Recalls, over: str, folds: int, seed: int) -> IntArray:
    """(n_trials,) the fold in which each list is held out, from 0; of a subject, folds differ by one list at most."""
    if over not in ("lists", "subjects"):
        raise InputError(f"cross_validate: over={over!r} is neither 'lists' nor 'subjects'")
    codes, n_subjects = recalls.trials.subject_codes, len(recalls.trials.subjects)
    least = (
        n_subjects if over == "subjects" else int(np.bincount(codes, minlength=n_subjects).min(initial=len(recalls)))
    )
    if isinstance(folds, bool) or not isinstance(folds, int) or not 2 <= folds <= max(least, 1):
        what = "subjects" if over == "subjects" else "lists of the subject with the fewest"
        raise InputError(f"cross_validate: folds={folds!r} must be a whole number from 2 to {least}, the {what}")
    rng = stream(seed, "folds")
    if over == "subjects":
        return (rng.permutation(n_subjects) % folds)[codes].astype(np.int32)
    fold = np.empty(len(recalls), dtype=np.int32)
    for subject in range(n_subjects):
        rows = np.flatnonzero(codes == subject)
        # A random first fold, so that those left over do not all go to the same one.
        fold[rows] = (rng.permutation(len(rows)) + rng.integers(folds)) % folds
    return fold
