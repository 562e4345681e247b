"""The one interface that every model implements: a model is a step process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import ModelError
from memsim.core.parameters import Parameterized
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials

State = TypeVar("State")


@dataclass(frozen=True)
class MemoryModel(Parameterized, ABC, Generic[State]):
    """A model of memory, as the steps of one trial, for a batch of trials at once.

    Subclass it as a frozen dataclass, declare parameters with :func:`memsim.parameter`, and write the
    steps. Simulation and likelihood both follow from them. A state is a value that the recall loop owns:
    a step may change it in place and returns it. What is random in encoding is drawn in :meth:`begin`.
    """

    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "exact"
    """``"sampled"``: encoding is random, so the likelihood is averaged over several draws of it.
    ``"none"``: the model only simulates."""
    repeats: ClassVar[bool] = False
    """Whether the model can give an item twice. If not, repeats are left out of its likelihood, and counted."""

    intrusions: ClassVar[bool] = False
    """Whether the model gives intrusions. If so, :meth:`outcome_probabilities` has a further column for them, after
    that of no response; if not, they are left out of its likelihood, and counted."""
    cues: ClassVar[tuple[str, ...]] = ("free",)
    """How the tests begin that the model has an account of: ``"free"``, ``"forward"``, ``"backward"``."""

    longest_list: ClassVar[int | None] = None
    """The longest list that the model can take; ``None`` if there is no such."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        renamed = {"simulate": "fast_simulation", "trial_log_likelihood": "fast_log_likelihood"}
        for old, new in renamed.items():
            if old in vars(cls):
                raise ModelError(f"{cls.__name__} defines {old}(), which nothing calls; its name is {new}() now")

    @property
    def n_features(self) -> int | None:
        """How many features the pool's items must have, if they have any; ``None``: it does not matter."""
        return None

    @abstractmethod
    def begin(self, trials: Trials, rng: np.random.Generator) -> State:
        """The state before the list, for all ``trials``; draws from ``rng`` whatever encoding leaves to chance."""

    @abstractmethod
    def study(self, state: State, position: int) -> State:
        """All participants study their item at this serial position (0-based)."""

    def distract(self, state: State, seconds: float) -> State:
        """Time passes in another task. By default nothing happens."""
        return state

    def cue(self, state: State, cue: str) -> State:
        """The test begins: with one of :attr:`cues`, or an error."""
        if cue not in self.cues:
            raise ModelError(
                f"{type(self).__name__} has no account of this task, which begins with the cue {cue!r}; it has one of "
                f"{', '.join(self.cues)} recall (a model that has one of more declares them in MemoryModel.cues)"
            )
        return state

    @abstractmethod
    def outcome_probabilities(self, state: State) -> Any:
        """(n_trials, list_length + 1) probability that the next response is each item, given those before.

        The last column is the probability of no (further) response; of a model with :attr:`intrusions` one more
        follows, that of an item that was not on the list. Rows sum to one. Rows of trials that have ended are not
        looked at.
        """

    @abstractmethod
    def recalled(self, state: State, position: IntArray) -> State:
        """Condition on the response just given.

        ``position`` (n_trials,) is the 0-based serial position, that is the column of
        :meth:`outcome_probabilities` that came true: ``list_length`` where there was no response, whether
        an omission, or a response that the model cannot produce, or because the trial has ended; and
        ``list_length + 1`` for an intrusion, of a model that gives them.
        """

    def response_times(self, state: State) -> FloatArray | None:
        """(n_trials,) seconds from the start of the test to the response last conditioned on; ``None``: no clock."""
        return None

    def fast_simulation(self, trials: Trials, seed: int) -> Recalls | None:
        """Recalls of ``trials``, made faster than by the steps; ``None`` where only the steps make them.

        A model that offers this or :meth:`fast_log_likelihood` must give what its steps give;
        :func:`memsim.check` compares the two.
        """
        return None

    def fast_log_likelihood(self, recalls: Recalls, rng: np.random.Generator) -> FloatArray | None:
        """(n_trials,) log-likelihoods given one encoding drawn from ``rng``, computed faster than by the steps.

        ``None`` where only the steps compute them; see :func:`memsim.log_likelihood`.
        """
        return None
