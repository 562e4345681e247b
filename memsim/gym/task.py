"""A task of decisions, as a batch of episodes in numpy: what environments and agents are written around."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError
from memsim.core.limits import require_counts
from memsim.core.names import shown
from memsim.core.parameters import Parameterized

State: TypeAlias = dict[str, npt.NDArray[Any]]
"""Arrays by name, all with the episodes of the batch first. ``done`` and ``step`` are in every state."""
Indices: TypeAlias = npt.NDArray[np.intp]
Observations: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Task(Parameterized, ABC):
    """A task in which an agent observes, acts and is rewarded, for B episodes at a time.

    The settings are declared parameters; what changes is in a state of arrays (:meth:`start`), which :meth:`step`
    changes in place. Episodes of a batch take their steps together, and one that has ended stays as it is. All numbers
    of observations lie in [-1, 1]. Actions are numbered; which of them are of use in a step, :meth:`allowed` says, and
    any other is a step in which nothing is done.
    """

    citation: ClassVar[str] = ""

    @property
    @abstractmethod
    def n_actions(self) -> int:
        """How many actions there are."""

    @property
    @abstractmethod
    def observation_size(self) -> int:
        """How many numbers an observation has."""

    @property
    @abstractmethod
    def most_steps(self) -> int:
        """The steps of the longest episode."""

    @property
    @abstractmethod
    def reward_scale(self) -> float:
        """The largest reward of one step, by which agents may divide rewards."""

    @property
    def item_vectors(self) -> FloatArray | None:
        """(P, D) vectors of the items that can be reported, by the last actions but one; ``None`` without reports."""
        return None

    @property
    def test_from(self) -> int:
        """The step at which study is over; 0 where there is no study."""
        return 0

    @abstractmethod
    def start(self, batch: int, rng: np.random.Generator) -> State:
        """The state of ``batch`` new episodes."""

    @abstractmethod
    def observe(self, state: State) -> Observations:
        """(B, observation_size) float32."""

    @abstractmethod
    def allowed(self, state: State) -> BoolArray:
        """(B, n_actions) which actions are of use; in an episode that has ended it is action 0."""

    @abstractmethod
    def advance(self, state: State, actions: Indices, rng: np.random.Generator) -> FloatArray:
        """Take a step of all episodes with these ``actions`` (B,), changing ``state``; the rewards (B,).

        :meth:`step` checks the actions first, and leaves episodes that have ended without reward.
        """

    def writes(self, state: State, actions: Indices) -> BoolArray | None:
        """(B,) in which episodes the agent's own memory takes up this step; ``None`` where that is no action's."""
        return None

    def step(self, state: State, actions: Any, rng: np.random.Generator) -> FloatArray:
        """Take a step, changing ``state``: the rewards (B,).

        Raises
        ------
        InputError : the actions are not a whole number from 0 to n_actions - 1 for each episode.
        """
        chosen = np.asarray(actions)
        if chosen.shape != state["done"].shape or chosen.dtype.kind not in "iu":
            raise InputError(
                f"{type(self).__name__}: actions={shown(actions)} must be {len(state['done'])} whole numbers, one for "
                "each episode"
            )
        if chosen.size and not (chosen.min() >= 0 and chosen.max() < self.n_actions):
            raise InputError(
                f"{type(self).__name__}: actions={shown(actions)} must lie between 0 and {self.n_actions - 1}; "
                "allowed(state) says which of them are of use"
            )
        running = ~state["done"]
        rewards = self.advance(state, chosen.astype(np.intp), rng)
        state["step"][running] += 1
        return np.where(running, rewards, 0.0)

    def restart(self, state: State, rows: BoolArray, rng: np.random.Generator) -> None:
        """Put new episodes in place of those at ``rows`` (B,)."""
        if rows.any():
            for name, fresh in self.start(int(rows.sum()), rng).items():
                state[name][rows] = fresh


def begun(batch: int) -> State:
    """What every state holds: ``step`` and ``done`` of new episodes.

    Raises
    ------
    InputError : ``batch`` is not a whole number above 0.
    """
    require_counts("a batch of episodes", batch=batch)
    return {"step": np.zeros(batch, dtype=np.intp), "done": np.zeros(batch, dtype=bool)}
