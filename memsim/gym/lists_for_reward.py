"""Tasks in which a list of items with values is studied, and items are reported for reward."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError
from memsim.core.parameters import choice, flag, parameter
from memsim.core.seeding import stream
from memsim.gym.task import Indices, Observations, State, Task, begun

PASS, STORE = 0, 1
"""The actions at study: let the item pass, or store it. The actions after them report the items of the pool."""
FIRST_ITEM = 2
N_FLAGS = 3
"""Flags of the phase: study, distraction, report."""


@dataclass(frozen=True)
class ListTask(Task):
    """Study of a list, an item a step, an interval, and reports of items of a pool, one a step, until stopping.

    Actions: 0 lets the item pass, 1 stores it; 2 to P + 1 report an item of the pool, and P + 2 stops. A report of a
    studied item that was not yet reported earns its value; any other report costs the penalty.

    An observation: the vector of the item (that is studied, or that was just reported), flags of the phase (study,
    distraction, report), the value of that item as a share of the highest where it is shown, the share of the steps of
    this phase that are left, and the last reward as a share of the highest value.

    State: ``length`` (B,) how many items are studied, ``items`` (B, L) by their number in the pool, ``values`` (B, L),
    ``stored`` (B, L), ``earned`` (B, L), ``last_item`` (B,), -1 for none, ``last_reward`` (B,), and ``reports`` (B, R)
    by their number in the pool, -1 for none.
    """

    list_length: int = parameter(12, 1, 200, unit="items", symbol="L", doc="studied items", source="Castel et al. 2002")
    pool: int = parameter(40, 1, 10_000, unit="items", symbol="P", doc="items that can be reported")
    worth: str = choice("ranks", ("ranks", "equal"), "values 1 to L in random order, or 1 each")
    value_shown: str = choice("study", ("study", "test"), "with the studied item, or with each report (retro-cue)")
    storing: bool = flag(True, "whether items are stored by choice; if not, all are")
    penalty: float = parameter(0.5, 0, 1000, symbol="c", doc="cost of an intrusion or a repetition")
    store_price: float = parameter(0.0, 0, 1000, symbol="κ", doc="cost of storing an item")
    report_price: float = parameter(0.0, 0, 1000, doc="cost of the time of a report")
    interval: int = parameter(0, 0, 1000, unit="steps", doc="distraction between study and reports")
    most_reports: int = parameter(0, 0, 10_000, doc="reports before time is up; 0 for as many as studied items")
    vector_size: int = parameter(16, 2, 1024, unit="features", symbol="D", doc="length of item vectors")
    pool_seed: int = parameter(0, 0, 2**31 - 1, doc="of the vectors of the pool")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pool < self.list_length:
            raise InputError(
                f"{type(self).__name__}: pool={self.pool} has fewer items than list_length={self.list_length}; give "
                "a larger pool"
            )
        if self.value_shown != "study" and self.worth == "equal":
            raise InputError(
                f"{type(self).__name__}: value_shown={self.value_shown!r} has no effect with worth='equal'; leave it "
                "out"
            )
        if self.store_price and not self.storing:
            raise InputError(
                f"{type(self).__name__}: store_price={self.store_price} has no effect with storing=False; leave it out"
            )

    @property
    def n_actions(self) -> int:
        """Two of study, one for each item of the pool, and stopping."""
        return FIRST_ITEM + self.pool + 1

    @property
    def stop(self) -> int:
        """The action that ends the reports."""
        return FIRST_ITEM + self.pool

    @property
    def observation_size(self) -> int:
        """Item vector, flags, value, time left, last reward."""
        return self.vector_size + N_FLAGS + 3

    @property
    def test_from(self) -> int:
        """The first step of report."""
        return self.list_length + self.interval

    @property
    def n_reports(self) -> int:
        """The most reports, stopping included."""
        return self.most_reports or self.list_length

    @property
    def most_steps(self) -> int:
        """Study, interval and reports."""
        return self.test_from + self.n_reports

    @property
    def highest(self) -> float:
        """The highest value of an item."""
        return float(self.list_length) if self.worth == "ranks" else 1.0

    @property
    def reward_scale(self) -> float:
        """The highest value."""
        return self.highest

    @cached_property
    def _vectors(self) -> FloatArray:
        signs = stream(self.pool_seed, "pool of items").choice([-1.0, 1.0], size=(self.pool, self.vector_size))
        return signs / np.sqrt(self.vector_size)

    @property
    def item_vectors(self) -> FloatArray:
        """(P, D) random signs, of unit length."""
        return self._vectors

    def start(self, batch: int, rng: np.random.Generator) -> State:
        """Lists without repetition, and values in random order."""
        length = self.list_length
        state = begun(batch)
        ranks = np.arange(1.0, length + 1) if self.worth == "ranks" else np.ones(length)
        return {
            **state,
            "length": np.full(batch, length),
            "items": rng.random((batch, self.pool)).argsort(axis=1)[:, :length],
            "values": rng.permuted(np.tile(ranks, (batch, 1)), axis=1),
            "stored": np.zeros((batch, length), dtype=bool),
            "earned": np.zeros((batch, length), dtype=bool),
            "last_item": np.full(batch, -1),
            "last_reward": np.zeros(batch),
            "reports": np.full((batch, self.n_reports), -1),
        }

    def phases(self, state: State) -> tuple[BoolArray, BoolArray, BoolArray]:
        """(B,) each: whether an episode is in study, in distraction, or in report."""
        step = state["step"]
        study, report = step < state["length"], step >= self.test_from
        return study, ~study & ~report, report

    def observe(self, state: State) -> Observations:
        """See the class."""
        study, distraction, report = self.phases(state)
        rows, step = np.arange(len(study)), state["step"]
        position = np.minimum(step, self.list_length - 1)
        shown = np.where(study, state["items"][rows, position], np.where(report, state["last_item"], -1))
        vectors = np.where((shown >= 0)[:, None], self._vectors[shown], 0.0)
        if self.value_shown == "study":
            value = np.where(study, state["values"][rows, position], 0.0)
        else:
            value = np.where(report, ((state["items"] == shown[:, None]) * state["values"]).sum(axis=1), 0.0)
        ends = np.where(study, self.list_length, np.where(report, self.most_steps, self.test_from))
        lengths = np.where(study, self.list_length, np.where(report, self.n_reports, max(self.interval, 1)))
        left = np.clip((ends - step) / lengths, 0, 1)
        reward = np.clip(state["last_reward"] / self.highest, -1, 1)
        columns = (vectors, np.stack((study, distraction, report), axis=1), value[:, None] / self.highest,
                   left[:, None], reward[:, None])  # fmt: skip
        return np.concatenate(columns, axis=1).astype(np.float32)

    def allowed(self, state: State) -> BoolArray:
        """At study storing and, where it is a choice, letting pass; at test all reports and stopping."""
        study, distraction, report = self.phases(state)
        done = state["done"]
        allowed = np.zeros((len(done), self.n_actions), dtype=bool)
        allowed[:, PASS] = done | distraction | (study & self.storing)
        allowed[:, STORE] = study & ~done
        allowed[:, FIRST_ITEM:] = (report & ~done)[:, None]
        return allowed

    def advance(self, state: State, actions: Indices, rng: np.random.Generator) -> FloatArray:
        """Store or let pass, wait, or report."""
        report = self.phases(state)[2]
        done = state["done"]
        rewards = np.zeros(len(done))
        chosen = (actions == STORE) | (not self.storing)
        rows = np.flatnonzero(chosen & self.allowed(state)[:, STORE])
        self.store(state, rows, state["step"][rows])
        rewards[rows] -= self.store_price
        rows = np.flatnonzero(report & ~done & (actions >= FIRST_ITEM) & (actions != self.stop))
        if rows.size:
            rewards[rows] = self._report(state, rows, actions[rows] - FIRST_ITEM)
        state["last_item"][report & ~done & ((actions < FIRST_ITEM) | (actions == self.stop))] = -1
        state["last_reward"] = np.where(done, state["last_reward"], rewards)
        state["done"] = done | (report & (actions == self.stop)) | (state["step"] + 1 >= self.most_steps)
        return rewards

    def _report(self, state: State, rows: Indices, given: Indices) -> FloatArray:
        state["reports"][rows, state["step"][rows] - self.test_from] = given
        state["last_item"][rows] = given
        found = (state["items"][rows] == given[:, None]) & self.reportable(state)[rows] & ~state["earned"][rows]
        state["earned"][rows] |= found
        earned = np.where(found.any(axis=1), (found * state["values"][rows]).sum(axis=1), -self.penalty)
        return earned - self.report_price

    @abstractmethod
    def store(self, state: State, rows: Indices, positions: Indices) -> None:
        """Store the item at ``positions`` of the episodes ``rows``."""

    @abstractmethod
    def reportable(self, state: State) -> BoolArray:
        """(B, L) which studied items count when they are reported."""
