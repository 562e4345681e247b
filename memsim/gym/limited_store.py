"""Value-directed storage: the environment holds a few slots, and the agent decides what goes there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.parameters import choice, parameter
from memsim.gym.lists_for_reward import PASS, STORE, ListTask
from memsim.gym.task import Indices, Observations, State

NEVER = -1


@dataclass(frozen=True)
class ValueDirectedStorage(ListTask):
    """Items with values come one by one; an item that is stored takes one of N slots, and can be reported later.

    Only what is in a slot counts when it is reported, and at test the observation shows what is there, so that no
    memory of the agent's own is needed: the task is storing. When all slots are taken, a further item is refused, or
    takes the place of the oldest or of the least valued one. Beside what
    :class:`memsim.gym.lists_for_reward.ListTask` says, an observation has the share of slots that are taken, and at
    test a 1 for each item of the pool that is in a slot.

    What is held may be lost with every further item, and lists may end before L items, which the observation does not
    tell; distraction then fills the time until the test.

    Where items are refused and nothing is lost, in lists of L, it is best to store those, and only those, that are
    among the N highest and worth more than they cost: values are the numbers from 1 to L in random order
    (:meth:`best_stored`). Of items that are worth the same, :func:`memsim.gym.best_storage.storing_gains` says when it
    pays to store one.
    """

    slots: int = parameter(4, 1, 200, symbol="N", doc="items that can be held")
    when_full: str = choice(
        "refuse", ("refuse", "oldest", "least"), "a further item is refused, or replaces the oldest or least valued"
    )
    pool: int = parameter(20, 1, 10_000, unit="items", symbol="P", doc="items that can be reported")
    loss: float = parameter(0.0, 0, 1, symbol="p", doc="chance that what is held is lost, with each further item")
    ending: float = parameter(0.0, 0, 1, symbol="h", doc="chance that the list ends after an item, before L of them")

    @property
    def observation_size(self) -> int:
        """That of all lists, the share of slots taken, and the items held."""
        return super().observation_size + 1 + self.pool

    def start(self, batch: int, rng: np.random.Generator) -> State:
        """As of all lists, with ``since`` (B, L): the step at which an item was stored, -1 where it is not held."""
        state = {**super().start(batch, rng), "since": np.full((batch, self.list_length), NEVER)}
        if self.ending:
            state["length"] = np.minimum(rng.geometric(self.ending, batch), self.list_length)
        return state

    def observe(self, state: State) -> Observations:
        """See the class."""
        held = state["since"] > NEVER
        in_pool = np.zeros((len(held), self.pool), dtype=np.float32)
        rows, columns = np.nonzero(held & self.phases(state)[2][:, None])
        in_pool[rows, state["items"][rows, columns]] = 1
        taken = (held.sum(axis=1, keepdims=True) / min(self.slots, self.list_length)).clip(max=1).astype(np.float32)
        return np.concatenate((super().observe(state), taken, in_pool), axis=1)

    def store(self, state: State, rows: Indices, positions: Indices) -> None:
        """Take a slot, as ``when_full`` says where none is free."""
        since = state["since"]
        full = (since[rows] > NEVER).sum(axis=1) >= self.slots
        if self.when_full == "refuse":
            rows, positions = rows[~full], positions[~full]
        else:
            keys: FloatArray = since.astype(float) if self.when_full == "oldest" else state["values"]
            out = np.where(since[rows] > NEVER, keys[rows], np.inf).argmin(axis=1)
            since[rows[full], out[full]] = NEVER
        since[rows, positions] = positions
        state["stored"][rows, positions] = True

    def advance(self, state: State, actions: Indices, rng: np.random.Generator) -> FloatArray:
        """As of all lists; where a further item follows, what is held may be lost."""
        rewards = super().advance(state, actions, rng)
        if self.loss:
            follows = state["step"] + 1 < state["length"]
            state["since"][follows[:, None] & (rng.random(state["since"].shape) < self.loss)] = NEVER
        return rewards

    def allowed(self, state: State) -> BoolArray:
        """As of all lists; where a further item would be refused, it can only pass."""
        allowed = super().allowed(state)
        if self.when_full == "refuse":
            full = (state["since"] > NEVER).sum(axis=1) >= self.slots
            study = self.phases(state)[0] & ~state["done"]
            allowed[full & study, STORE] = False
            allowed[full & study, PASS] = True
        return allowed

    def reportable(self, state: State) -> BoolArray:
        """What is in a slot."""
        return state["since"] > NEVER

    def best_stored(self, values: FloatArray) -> BoolArray:
        """Which items of these ``values``, numbers from 1 to L, the best decisions store."""
        return (values > self.list_length - self.slots) & (values > self.store_price)
