"""The perturbation model (Estes, 1972): the order of items is kept, except that neighbours may change places."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.parameters import parameter
from memsim.core.trials import Trials
from memsim.models.serial.serial_model import SerialModel, SerialState, answered

UNKNOWN = -1.0


@final
@dataclass(frozen=True)
class Perturbation(SerialModel):
    """Remembered positions drift: in each cycle two neighbours may change places (Estes, 1972).

    In a cycle at most one pair of neighbours changes places, each pair with probability θ/2, so an item moves as in Lee
    & Estes (1977): P_n(t+1) = (1 - θ) P_n(t) + (θ/2) (P_(n-1)(t) + P_(n+1)(t)), at the ends with θ/2 in place of θ.
    The items are recalled in the resulting order. The distribution over all orders is exact, for lists of up to 8
    items; for at most one change in a cycle, θ is at most 2 / 7.

    The published model has no omissions; here they occur with the same probability at each output.
    """

    citation: ClassVar = (
        "Estes, W. K. (1972). An associative basis for coding and organization in memory. In A. W. Melton & E. "
        "Martin (Eds.), Coding processes in human memory (pp. 161-190). Winston."
    )
    cues: ClassVar = ("forward", "backward")
    longest_list: ClassVar = 8
    """For longer lists there are too many orders to list."""

    perturbation: float = parameter(
        0.05, 0, 0.28, symbol="θ", doc="probability that an item moves, in a cycle", source="chosen here"
    )
    cycles: int = parameter(10, 0, 10_000, doc="cycles from study to immediate recall", source="chosen here")
    delay_cycles: float = parameter(
        1.0, 0, 1000, unit="1/s", doc="cycles for each second of delay", source="chosen here"
    )
    omission: float = parameter(0.01, 0, 1, doc="probability of an omission, at each output", source="chosen here")

    def begin(self, trials: Trials, rng: np.random.Generator) -> SerialState:
        length = trials.list_length
        if length > self.longest_list:
            raise InputError(
                f"Perturbation: lists of {length} items have too many orders; at most {self.longest_list} items"
            )
        # The columns are outputs: the item that was given, and -1 for an omission or an output to come.
        return SerialState(trials.paradigm, np.full((len(trials), length), UNKNOWN))

    def outcome_probabilities(self, state: SerialState) -> FloatArray:
        length = state.strength.shape[1]
        cycles = self.cycles + round(self.delay_cycles * state.paradigm.retention_interval)
        probability, every = order_probability(length, self.perturbation, cycles), orders(length)
        histories, history_of = np.unique(state.strength, axis=0, return_inverse=True)
        outcome = np.zeros((len(histories), length + 1))
        for row, history in enumerate(histories):
            known = np.flatnonzero(history != UNKNOWN)
            fits = (every[:, known] == history[known]).all(axis=1)
            weight = np.bincount(every[fits, state.due], weights=probability[fits], minlength=length)
            total = weight.sum()
            # After responses that no order explains, every item that was not given is equally likely.
            left = ~np.isin(np.arange(length), history)
            outcome[row, :length] = weight / total if total > 0 else left / max(left.sum(), 1)
        outcome[:, :length] *= 1 - self.omission
        outcome[:, length] = 1 - outcome[:, :length].sum(axis=1)
        return outcome[history_of.reshape(-1)]

    def after(self, state: SerialState, position: IntArray) -> None:
        rows, items = answered(position, state.strength.shape[1])
        state.strength[rows, state.due] = items


@lru_cache(maxsize=32)
def order_probability(length: int, perturbation: float, cycles: int) -> FloatArray:
    """(L!,) probability of each order of :func:`orders` after this number of cycles."""
    every = orders(length)
    index = {tuple(order): i for i, order in enumerate(every.tolist())}
    swaps = []
    for left in range(length - 1):
        changed = every.copy()
        changed[:, [left, left + 1]] = changed[:, [left + 1, left]]
        swaps.append(np.array([index[tuple(order)] for order in changed.tolist()]))
    probability = np.zeros(math.factorial(length))
    probability[0] = 1
    stay = 1 - perturbation / 2 * (length - 1)
    for _ in range(cycles):
        moved = sum((probability[swap] for swap in swaps), np.zeros_like(probability))
        probability = stay * probability + perturbation / 2 * moved
    return probability


@lru_cache(maxsize=8)
def orders(length: int) -> IntArray:
    """(L!, L) the item at each position, for every order; the first is the order of study."""
    return np.array(list(permutations(range(length))), dtype=np.int32)
