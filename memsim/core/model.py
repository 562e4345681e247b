"""The interface of models: a model is a process in steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import ModelError
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.evidence import Evidence
from memsim.core.fitted_lists import beyond_fit
from memsim.core.parameters import Parameterized, parameter
from memsim.core.probes import ProbeBatch
from memsim.core.rating_table import RatingTable
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm, Trials

State = TypeVar("State")


@dataclass(frozen=True)
class MemoryModel(Parameterized, ABC, Generic[State]):
    """A model of memory as the steps of a trial, which are taken for a batch of trials at once.

    A model is a frozen dataclass that derives from this class, declares parameters with :func:`memsim.parameter`, and
    defines the steps. Simulation and likelihood both follow from the steps. Each step receives the state, may change
    it in place, and returns it. All random draws of encoding are made in :meth:`begin`.

    Every model can lapse: the recall loop mixes guesses into the outcomes of its steps (:mod:`memsim.core.lapses`).
    """

    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "exact"
    """``"exact"``; ``"sampled"`` where encoding is random, so that the likelihood is averaged over draws of it; or
    ``"none"`` where the model only simulates."""
    repeats: ClassVar[bool] = False
    """Whether the model can recall an item twice. If not, repeats are left out of its likelihood, and counted."""
    intrusions: ClassVar[bool] = False
    """Whether the model produces intrusions. If so, :meth:`outcome_probabilities` has one more column for them, after
    the column of no response; if not, they are left out of its likelihood, and counted."""
    cues: ClassVar[tuple[str, ...]] = ("free",)
    """The cues of recall that the model has an account of: ``"free"``, ``"forward"``, ``"backward"``, and ``"item"``,
    where each response has an item as its cue."""
    probes: ClassVar[tuple[str, ...]] = ()
    """What the model judges: ``"item"``, ``"pair"``."""
    encoding: ClassVar[Literal["realised", "integrated"]] = "realised"
    """Of a model with random encoding that judges probes: ``"realised"`` if one encoding is drawn for all probes of a
    trial; ``"integrated"`` if the evidence of each probe averages over encodings, so that probes count as
    independent. The two are different likelihoods, and are not to be compared with one another."""
    fitted_judgments: ClassVar[Mapping[str, tuple[float, float] | None]] = {}
    """As ``fitted``, of judgments, where other parameters decide these; criteria are free besides."""
    answers_about_lists: ClassVar[bool] = False
    """Whether the model has an account of probes that ask about one list among several (``ProbeBatch.about``)."""
    depends_on_order: ClassVar[bool] = True
    """Whether a judgment, or a response to a cue, may depend on where in the list items were studied."""
    reads_study_time: ClassVar[bool] = False
    """Whether the model has an account of how long each item is studied, and reads ``presentation_times`` of the task;
    if not, tasks in which some items are presented for longer are refused, as it could show no effect of them."""
    criteria_parameters: ClassVar[tuple[str, ...]] = ()
    """The parameters that decide only the criteria between ratings; a fit with free criteria does not free them. Empty
    for a model whose ratings do not follow from criteria on evidence."""
    frees_lapse: ClassVar[bool] = True
    """Whether a fit to people frees a lapse of a response by itself, so that no list is impossible."""
    longest_list: ClassVar[int | None] = None
    """The longest list that the model can study; ``None`` if there is no limit."""
    takes_repeated_items: ClassVar[bool] = False
    """Whether the model takes lists that hold an item twice; if not, they are refused before any work. A model that
    takes them gives the probability of such an item in the column of its first presentation, and 0 in its others."""
    judges_repeated_items: ClassVar[bool] = False
    """Whether the model takes such lists in tasks where items are judged, or each response has an item as its cue."""
    mixes_lapses: ClassVar[bool] = False
    """Whether the model's own steps mix in the guesses of ``lapse``, so that the loop does not."""
    simulates_lapses: ClassVar[bool] = False
    """Whether :meth:`fast_simulation` mixes in the guesses, so that it can simulate a model that lapses."""
    without_gradient: ClassVar[tuple[str, ...]] = ()
    """The parameters that :meth:`fast_gradient` and :meth:`rating_table` do not know of, though they have an influence;
    of these, differences are taken."""
    termination_parameters: ClassVar[tuple[str, ...]] = ()
    """The parameters that decide only whether there is a response, and not which; a fit with a shared stopping rule
    does not free them."""

    _: KW_ONLY
    lapse: float = parameter(
        0.0, 0, 1, symbol="ε", doc="probability that a response is a guess", source="0: no lapses", prior=(0.02, 1.0)
    )
    list_lapse: float = parameter(
        0.0, 0, 1, symbol="ε_L", doc="probability that all responses to a list are guesses", source="0: no lapses",
        prior=(0.02, 1.0),
    )  # fmt: skip

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, example in (("cues", "free"), ("probes", "item")):
            given = getattr(cls, name)
            if not isinstance(given, tuple | list | set | frozenset | property):
                raise ModelError(f"{cls.__name__}: {name}={given!r} must be a tuple of names, as in ({example!r},)")
        if not isinstance(cls.encoding, property) and cls.encoding not in ("realised", "integrated"):
            raise ModelError(f"{cls.__name__}: encoding={cls.encoding!r} is neither 'realised' nor 'integrated'")
        renamed = {
            "simulate": "fast_simulation", "trial_log_likelihood": "fast_events", "fast_log_likelihood": "fast_events",
        }  # fmt: skip
        for old, new in renamed.items():
            if old in vars(cls):
                raise ModelError(f"{cls.__name__} defines {old}(), which nothing calls; define {new}() instead")
        if "__repr__" not in vars(cls):
            cls.__repr__ = MemoryModel.__repr__  # type: ignore[method-assign]  # the dataclass keeps it

    def __repr__(self) -> str:
        shown = [each for each in fields(self) if each.repr and not each.kw_only]
        shown += [each for each in fields(self) if each.kw_only and getattr(self, each.name) != each.default]
        return f"{type(self).__name__}({', '.join(f'{each.name}={getattr(self, each.name)!r}' for each in shown)})"

    @property
    def n_features(self) -> int | None:
        """The number of features that items must have if the pool has features; ``None`` for any number."""
        return None

    @property
    def stream_name(self) -> str:
        """The name under which simulations draw random numbers: models of one name draw the same."""
        return type(self).__name__

    @abstractmethod
    def begin(self, trials: Trials, rng: np.random.Generator) -> State:
        """The state before study, for all ``trials``. All that is random in encoding is drawn from ``rng``."""

    @abstractmethod
    def study(self, state: State, position: int) -> State:
        """In every trial, the item at this serial position (0-based) is studied."""

    def distract(self, state: State, seconds: float) -> State:
        """A distractor task takes this many seconds. By default the state does not change."""
        return state

    def study_pair(self, state: State, first: int, second: int) -> State:
        """In every trial, the items at these serial positions (0-based) are studied together, as a pair."""
        raise self._without(
            "the study of pairs, which this task presents; choose another model (one that takes pairs has the step "
            "study_pair)"
        )

    def cue(self, state: State, cue: str) -> State:
        """Recall begins with this cue; a cue that is not among :attr:`cues` raises :class:`ModelError`."""
        if cue not in self.cues:
            raise ModelError(
                f"{type(self).__name__} has no account of this task, which begins with the cue {cue!r}; it can do "
                f"tests with the cues {', '.join(map(repr, self.cues)) or '(none)'} (a model declares its cues in "
                "MemoryModel.cues)"
            )
        return state

    @abstractmethod
    def outcome_probabilities(self, state: State) -> Any:
        """(n_trials, list_length + 1) probability of each outcome of the next response, given the earlier responses.

        The first columns are the items, by serial position; the next is no (further) response. A model with
        :attr:`intrusions` has one more column, for an item that was not on the list. Rows sum to 1. Rows of trials
        that have ended may hold anything.
        """

    @abstractmethod
    def recalled(self, state: State, position: IntArray) -> State:
        """Condition the state on the response that was just given.

        ``position`` (n_trials,) is the column of :meth:`outcome_probabilities` that came true: the 0-based serial
        position of the item; ``list_length`` where there was no response (an omission, a response that the model
        cannot produce, or a trial that has ended); ``list_length + 1`` for an intrusion of a model that produces them.
        """

    def cue_item(self, state: State, probe: ProbeBatch) -> State:
        """In cued recall, before each response: the item that is shown, with an empty side for the one asked for.

        In a trial with fewer cues than others both sides are empty after its last cue. There is then no response, and
        its row may hold anything.
        """
        raise self._without("recall that is cued by items; choose another model (one that can has the step cue_item)")

    def familiarity(self, state: State, probe: ProbeBatch) -> Evidence:
        """How old a probe seems: the distribution of evidence in every trial, which rises with oldness.

        Leaves the state as it is.
        """
        raise self._without("recognition; choose another model (one that can has the step familiarity)")

    def criteria(self, n_ratings: int) -> FloatArray:
        """(n_ratings - 1,) the criteria on the evidence between successive ratings, in rising order."""
        raise self._without("a scale of judgments; derive it from memsim.OldnessScale as well")

    def rating_probabilities(self, state: State, probe: ProbeBatch, criteria: FloatArray) -> FloatArray:
        """(n_trials, n_ratings) probability of each rating, from sure new to sure old.

        ``criteria`` (n_ratings - 1,), or (n_trials, n_ratings - 1), are those of :meth:`criteria`, or of a fit. Leaves
        the state as it is. By default from :meth:`familiarity`, in :class:`memsim.OldnessScale`.
        """
        raise self._without("a scale of judgments; derive it from memsim.OldnessScale as well")

    def judged(self, state: State, probe: ProbeBatch, rating: IntArray) -> State:
        """The probe was answered with ``rating`` (n_trials,), 0 being no answer. By default nothing changes."""
        return state

    def _without(self, what: str) -> ModelError:
        return ModelError(f"{type(self).__name__} has no account of {what}")

    def response_times(self, state: State) -> FloatArray | None:
        """(n_trials,) seconds from the start of the test to the latest response; ``None`` if the model has no times."""
        return None

    def fast_simulation(self, trials: Trials, seed: int) -> Recalls | None:
        """Recalls of ``trials``, computed faster than by the steps; ``None`` where only the steps compute them.

        A model that defines this or one of the following must give the results of its steps; :func:`memsim.check`
        compares the two. A model that lapses is simulated by its steps, unless it :attr:`simulates_lapses` here.
        """
        return None

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        """The probabilities of the scored events given one encoding drawn from ``rng``, faster than by the steps.

        Without lapses, which the loop mixes in. ``None`` where only the steps compute them.
        """
        return None

    def fast_gradient(self, recalls: Recalls, rng: np.random.Generator) -> tuple[Events, Pullback] | None:
        """As :meth:`fast_events`, with the derivatives by the parameters; ``None`` where there are none.

        :func:`memsim.log_likelihood_gradient` takes differences for models without a gradient.
        """
        return None

    def fast_judgments(self, trials: Trials, rng: np.random.Generator, criteria: FloatArray) -> FloatArray | None:
        """(n_trials, n_probes, n_ratings) probability of each rating of all probes at once, faster than by the steps.

        Given one encoding drawn from ``rng``, without lapses, in a task that has no recall; for models whose memory
        answers leave as it is. Where there is no probe, a row may hold anything. ``None`` where only the steps compute
        them.
        """
        return None

    def fast_evidence(self, trials: Trials, rng: np.random.Generator) -> Evidence | None:
        """The evidence of all probes at once, (n_trials * n_probes), trial by trial; see :meth:`fast_judgments`."""
        return None

    def fast_ratings(self, judgments: Any, rng: np.random.Generator, criteria: FloatArray) -> FloatArray | None:
        """(n_trials, n_probes) probability of each rating of ``judgments``, and 1 where there is none.

        Given one encoding drawn from ``rng``, without lapses, faster than by the steps, in a task that has no recall.
        ``None`` where only the steps compute them. By default from :meth:`fast_judgments`.
        """
        every = self.fast_judgments(judgments.trials, rng, criteria)
        if every is None:
            return None
        column = np.maximum(judgments.ratings - 1, 0)[:, :, None]
        return np.where(judgments.answered, np.take_along_axis(every, column, axis=2)[:, :, 0], 1.0)

    def beyond(self, paradigm: Paradigm) -> list[str]:
        """In what a task lies beyond what the model was trained or fitted for, a phrase for each.

        By default of presets that were fitted to lists of other lengths, or without such distraction.
        :func:`memsim.run` and :func:`memsim.battery` warn of it; :func:`memsim.simulate` does not.
        """
        return beyond_fit(self, paradigm)

    def rating_table(self, judgments: Any, criteria: FloatArray) -> RatingTable | None:
        """The ratings of all probes at once, where these fall into a few kinds that are judged alike.

        Its derivatives by the criteria are those of the model's own :meth:`criteria`. ``None`` for other models.
        """
        return None

    def idle_parameters(self, n_ratings: int) -> tuple[str, ...]:
        """The parameters that have no influence on judgments with so many ratings, or on recall (0)."""
        return ()

    @classmethod
    def fast_gradients(
        cls, models: Sequence[Self], recalls: Recalls, owner: IntArray, names: Collection[str] | None = None
    ) -> tuple[Events, Pullback] | None:
        """As :meth:`fast_gradient`, for many models at once; ``None`` where each is asked by itself.

        ``owner`` (n_trials,) is the index of the model that recalls each list. The likelihoods are exact. ``names`` are
        the parameters whose derivatives will be used, if not those of all.
        """
        return None
