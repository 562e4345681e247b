"""The perturbation model (Estes, 1972): the order of items is kept, except that neighbours may change places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import ClassVar, Self, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.parameters import parameter
from memsim.core.trials import Paradigm, Trials
from memsim.models.serial.serial_model import SerialState, answered
from memsim.models.serial.situation_model import ParameterPullback, SituationModel, values_of
from memsim.models.serial.situations import Situations

UNKNOWN = -1


@final
@dataclass(frozen=True)
class Perturbation(SituationModel):
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
    by_ages: ClassVar = True
    termination_parameters: ClassVar = ("omission",)

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
        return SerialState(trials.paradigm, np.full((len(trials), length), float(UNKNOWN)))

    def outcome_probabilities(self, state: SerialState) -> FloatArray:
        length = state.strength.shape[1]
        cycles = self.total_cycles(state.paradigm)
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

    def total_cycles(self, paradigm: Paradigm) -> int:
        """Cycles from study to recall."""
        return self.cycles + round(self.delay_cycles * paradigm.retention_interval)

    @classmethod
    def of_situations(
        cls, models: Sequence[Self], paradigm: Paradigm, found: Situations, wanted: BoolArray
    ) -> tuple[FloatArray, ParameterPullback]:
        from memsim.models.serial.perturbation_kernels import fitting_orders  # takes long to import

        length = paradigm.list_length
        due = np.arange(length)[::-1] if paradigm.cue == "backward" else np.arange(length)
        given = np.full((len(found.output), length), UNKNOWN, dtype=np.int64)
        rows, items = np.nonzero(found.age)
        given[rows, due[found.output[rows] - found.age[rows, items]]] = items
        omission = values_of(models, "omission")[found.model][:, None]

        def shares(slopes: bool) -> tuple[FloatArray, FloatArray]:
            """The probability of each item at its output, and the slope of it, in the orders that fit the responses."""
            likely = [
                order_probabilities(length, each.perturbation, each.total_cycles(paradigm), slopes) for each in models
            ]
            weight, slope = fitting_orders(np.stack(likely), orders(length), given, due[found.output], found.model)
            total = weight.sum(axis=1, keepdims=True)
            fits, safe = total > 0, np.where(total > 0, total, 1)
            left = found.left / np.maximum(found.left.sum(axis=1, keepdims=True), 1)
            share = np.where(fits, weight / safe, left)
            return share, np.where(fits, (slope - share * slope.sum(axis=1, keepdims=True)) / safe, 0)

        share, _ = shares(slopes=False)
        probability = np.hstack((share * (1 - omission), 1 - share.sum(axis=1, keepdims=True) * (1 - omission)))

        def pullback(by_probability: FloatArray) -> dict[str, FloatArray]:
            by_share = by_probability[:, :-1] - by_probability[:, -1:]
            _, slope = shares(slopes=True)
            return {
                "perturbation": (by_share * slope * (1 - omission)).sum(axis=1),
                "omission": -(by_share * share).sum(axis=1),
            }

        return probability, pullback


def order_probability(length: int, perturbation: float, cycles: int) -> FloatArray:
    """(L!,) probability of each order of :func:`orders` after this number of cycles."""
    return order_probabilities(length, perturbation, cycles, False)[0]


@lru_cache(maxsize=32)
def order_probabilities(length: int, perturbation: float, cycles: int, slopes: bool) -> FloatArray:
    """(2, L!) the probability of each order, and its derivative by θ (0 without ``slopes``)."""
    from memsim.models.serial.perturbation_kernels import perturb  # takes long to import

    return perturb(swaps(length), perturbation, cycles, slopes)


@lru_cache(maxsize=8)
def orders(length: int) -> IntArray:
    """(L!, L) the item at each position, for every order; the first is the order of study."""
    return np.array(list(permutations(range(length))), dtype=np.int32)


@lru_cache(maxsize=8)
def swaps(length: int) -> IntArray:
    """(L - 1, L!) the index of the order that results where the items at a position and the next change places."""
    every = orders(length)
    # The number of an order in a system with base L tells orders apart, and rises with their index.
    codes = every.astype(np.int64) @ length ** np.arange(length)[::-1]
    result = np.empty((length - 1, len(every)), dtype=np.int32)
    for left in range(length - 1):
        changed = every.copy()
        changed[:, [left, left + 1]] = changed[:, [left + 1, left]]
        result[left] = np.searchsorted(codes, changed.astype(np.int64) @ length ** np.arange(length)[::-1])
    return result
