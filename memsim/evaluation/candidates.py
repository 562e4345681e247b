"""Candidates of a held-out comparison: what can learn from some recalls and predict others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from memsim.core.abilities import require_ability
from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.event_probabilities import Parts
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.core.judgments import Judgments
from memsim.core.likelihood import likelihood_parts, sum_of
from memsim.core.model import MemoryModel
from memsim.core.recall_parts import by_subject, units_of
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.scored_counts import scored_counts
from memsim.evaluation.reference import empirical_reference_parts
from memsim.evaluation.seen_people import records_within
from memsim.fitting.estimation import best_places, undecided
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.shared_stopping import require_hazards
from memsim.fitting.spec import SAMPLES, FitSpec
from memsim.running.digests import digest, source_digest

if TYPE_CHECKING:
    from memsim.training.settings import Training


class ListScores(NamedTuple):
    """How well held-out lists were predicted, (n_lists,) each."""

    parts: Parts
    """Of the log-likelihood: which item, when to stop, intrusions and repeats."""
    n_events: IntArray
    """Events that count."""

    @property
    def log_likelihood(self) -> FloatArray:
        """The sum of the parts."""
        return sum_of(self.parts)


def n_events_of(recalls: AnyRecalls, repeats: bool, intrusions: bool) -> IntArray:
    """(n_lists,) number of events that a model which may repeat or intrude scores."""
    return np.concatenate([scored_counts(part, repeats, intrusions).events for part in parts_of(recalls).values()])


def _of_one_set(who: Candidate, recalls: AnyRecalls) -> Recalls:
    if isinstance(recalls, Recalls):
        return recalls
    if isinstance(recalls, Judgments):
        raise InputError(f"{type(who).__name__} learns from recalls, and these are judgments")
    raise InputError(f"{type(who).__name__} learns from one data set; compare it on each of several by itself")


@dataclass(frozen=True)
class Candidate(ABC):
    """Something that learns from recalls and predicts other recalls.

    A subclass is a frozen dataclass whose fields decide what it learns; a field declared with ``compare=False`` does
    not count, such as a folder.
    """

    scoring_samples: ClassVar = SAMPLES
    """Study histories over which a sampled likelihood of the held-out lists is averaged."""

    @abstractmethod
    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """The model that has learned from these recalls."""

    @property
    def weights_records(self) -> list[Mapping[str, Any]]:
        """The records of trained weights that the candidate begins with, before it learns from any recalls.

        By default those of networks in its fields.
        """
        return records_within(self)

    def require_taken(self, recalls: AnyRecalls) -> None:
        """Raise :class:`InputError`, before any work, if the candidate does not take these lists.

        By default it takes lists of different items only.
        """
        recalls.trials.require_different_items(type(self).__name__)

    def require_learnable(self, train: AnyRecalls, test: AnyRecalls) -> None:  # noqa: B027  # most have no such need
        """Raise :class:`InputError`, before any work, if ``train`` does not decide what predicts the lists of ``test``.

        By default it does.
        """

    def scores(self, train: AnyRecalls, test: AnyRecalls, seed: int, common: bool = False) -> ListScores:
        """The scores of the lists of ``test`` after learning from ``train``.

        ``common`` : of those events alone that all models can produce, and not of intrusions and repeats.
        """
        train, test = _of_one_set(self, train), _of_one_set(self, test)
        model = self.learned(train, seed)
        parts = likelihood_parts(model, test, samples=self.scoring_samples, seed=seed, common=common)
        kinds = (False, False) if common else (model.repeats, model.intrusions)
        return ListScores(parts, n_events_of(test, *kinds))


@dataclass(frozen=True)
class Fitted(Candidate):
    """A model that is fitted by maximum likelihood.

    With ``spec.per="subject"`` one fit to the lists of each subject predicts the lists of that subject. The seed of a
    comparison replaces that of the specification.
    """

    spec: FitSpec

    def __post_init__(self) -> None:
        if self.spec.by == "summary":
            raise InputError(
                f"{type(self.spec.model).__name__}: a fit to curves has no likelihood of held-out lists; fit it "
                "by='likelihood'"
            )

    def require_taken(self, recalls: AnyRecalls) -> None:
        """See :meth:`Candidate.require_taken`."""
        require_taken(self.spec.model, recalls.trials)
        for part in parts_of(recalls).values():
            require_ability(self.spec.model, part.trials.paradigm)

    def require_learnable(self, train: AnyRecalls, test: AnyRecalls) -> None:
        """See :meth:`Candidate.require_learnable`."""
        known = units_of(train, self.spec.per)
        for unit, others in units_of(test, self.spec.per).items():
            if unit not in known:
                raise InputError(f"subject {unit} has no lists to fit; hold out lists, not subjects")
            if self.spec.stopping == "shared":
                require_hazards(others, parts_of(known[unit]))
            if lost := undecided(self.spec.space, known[unit], others):
                whose = f"of subject {unit} " if self.spec.per == "subject" else ""
                raise InputError(
                    f"no list {whose}that is fitted decides {', '.join(lost)}, which lists that are held out need; "
                    "hold out lists, not subjects, in more folds, or let the parameter be the same in all lists"
                )

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """See :meth:`Candidate.learned`."""
        places, _ = best_places(replace(self.spec, seed=seed), recalls)
        model = self.spec.space.at(places)
        assert isinstance(model, MemoryModel)
        return model

    def scores(self, train: AnyRecalls, test: AnyRecalls, seed: int, common: bool = False) -> ListScores:
        """See :meth:`Candidate.scores`."""
        self.require_learnable(train, test)
        if self.spec.per == "group":
            return self._scores(train, test, seed, common)
        found = ListScores(Parts(*np.empty((4, len(test)))), np.empty(len(test), np.int32))
        known = by_subject(train)
        for subject in test.trials.subjects:
            rows = test.trials.subject == subject
            own = self._scores(known[str(subject)], test[rows], seed, common)
            found.n_events[rows] = own.n_events
            for values, each in zip(found.parts, own.parts, strict=True):
                values[rows] = each
        return found

    def _scores(self, train: AnyRecalls, test: AnyRecalls, seed: int, common: bool) -> ListScores:
        """:meth:`scores` of one fit; a shared stopping rule and free criteria are those of ``train``."""
        spec = replace(self.spec, seed=seed)
        places, _ = best_places(spec, train)
        fitted = spec.objective(train)
        assert isinstance(fitted, LikelihoodObjective)
        criteria = fitted.criteria_at(places) if fitted.criteria == "free" else fitted.criteria
        others = replace(fitted, recalls=test, samples=self.scoring_samples, criteria=criteria)
        n_events = n_events_of(test, False, False) if common else others.n_events()
        return ListScores(others.parts_of_lists(places, common), n_events)


@dataclass(frozen=True)
class Imitating(Candidate):
    """A network trained to imitate people; see ``memsim train``. Some of the subjects decide when training stops.

    Held-out lists may be from subjects that it was trained on, or from others.

    Parameters
    ----------
    training : its settings.
    folder : for the weights, one file for each training.
    """

    training: Training
    folder: Path = field(default=Path("memsim-networks"), compare=False)
    start_sha256: str = field(init=False, default="")
    """The checksum of the weights that training starts from."""
    start_record: Mapping[str, Any] | None = field(init=False, default=None, compare=False, repr=False)
    """How the weights were made that training starts from."""

    def __post_init__(self) -> None:
        if self.training.objective != "imitation":
            raise InputError(
                f"a network that imitates people has the objective imitation, not {self.training.objective}"
            )
        if self.training.start:
            from memsim.models.networks.weights import read_header

            record, sha256 = read_header(self.training.start)
            object.__setattr__(self, "start_sha256", sha256)
            object.__setattr__(self, "start_record", record)
        object.__setattr__(self, "folder", self.folder.absolute())  # a worker may run in another folder

    @property
    def weights_records(self) -> list[Mapping[str, Any]]:
        """See :attr:`Candidate.weights_records`."""
        return [] if self.start_record is None else [self.start_record]

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """See :meth:`Candidate.learned`."""
        from memsim.models.networks.network_models import network_with
        from memsim.models.networks.weights import is_whole
        from memsim.training.trainer import Trainer

        training = self.training.replace(seed=seed, people="")
        key = digest([self, seed, recalls, source_digest()])
        path = self.folder / f"{training.label.rpartition('-')[0]}-{key[:16]}.safetensors"
        if not path.is_file() or not is_whole(path, "the network is trained again"):
            self.folder.mkdir(parents=True, exist_ok=True)
            trainer = Trainer(training, people=recalls)
            trainer.run(training.iterations)
            trainer.save(path)
        return network_with(str(path), training.network)


@dataclass(frozen=True)
class Reference(Candidate):
    """What other lists of people predict without a model; see :func:`memsim.evaluation.reference.empirical_reference`.

    It shows how much there is to predict.
    """

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """Raise :class:`LikelihoodError`, as there is no model."""
        raise LikelihoodError("the empirical reference is a table of which response followed which, not a model")

    def scores(self, train: AnyRecalls, test: AnyRecalls, seed: int, common: bool = False) -> ListScores:
        """See :meth:`Candidate.scores`."""
        train, test = _of_one_set(self, train), _of_one_set(self, test)
        choice, termination = empirical_reference_parts(train, test)
        parts = Parts(choice, termination, np.zeros_like(choice), np.zeros_like(choice))
        return ListScores(parts, n_events_of(test, False, False))
