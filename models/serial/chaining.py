"""Associative chaining: every response cues the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, final

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.parameters import choice, parameter
from memsim.core.trials import Paradigm
from memsim.models.serial.noisy_choice import noisy_choice, strongest
from memsim.models.serial.serial_model import SerialState, answered
from memsim.models.serial.situation_model import ParameterPullback, SituationModel, values_of
from memsim.models.serial.situations import Situations

OURS = "chosen here, to show what chaining alone predicts"


@final
@dataclass(frozen=True)
class Chaining(SituationModel):
    """Items are linked to later items, most strongly to the next one; each response cues the next.

    With nodes 0, the start of the list, and 1 to L, the link from i to j is d^(j-1) ρ^(j-i-1) for j > i, and 0 for
    j < i. At each output the strongest of the items not yet given is chosen, under Gaussian noise of standard deviation
    G on each strength; if it does not reach T, the output is omitted.

    - ``closed`` loop: the cue is the last response, right or wrong. After an omission it is the item that was due,
      weaker by the factor ``repair``, as if an approximation of it had been retrieved (Lewandowsky & Murdock, 1989).
    - ``open`` loop: the cue is always the item that was due, weaker by ``repair`` where it was not given.

    This is a minimal chaining model; its links are not those of one published model.
    """

    citation: ClassVar = (
        "Lewandowsky, S., & Murdock, B. B. (1989). Memory for serial order. Psychological Review, 96, 25-57."
    )
    cues: ClassVar = ("forward",)
    by_last: ClassVar = True

    primacy: float = parameter(
        0.88, 0, 1, symbol="d", doc="link strength from one item to the next in the list", source=OURS
    )
    remote: float = parameter(0.45, 0, 1, symbol="ρ", doc="factor for each item that a link skips", source=OURS)
    noise: float = parameter(0.25, 0, 10, symbol="G", doc="standard deviation of noise", source=OURS)
    threshold: float = parameter(0.3, -10, 10, symbol="T", doc="strength below which an output is omitted", source=OURS)
    repair: float = parameter(0.6, 0, 1, doc="strength of a cue that was not given", source=OURS)
    loop: str = choice("closed", ("closed", "open"), "what cues the next item", OURS)

    def links(self, length: int) -> FloatArray:
        """(L + 1, L) from each node, the start first, to each item."""
        return links(self.primacy, self.remote, np.arange(length + 1), length)

    def outcome_probabilities(self, state: SerialState) -> FloatArray:
        n_trials, length = state.strength.shape
        node, factor = np.zeros(n_trials, dtype=np.int32), np.ones(n_trials)
        if state.last is not None:
            node, missed = self.cued_by(state.output, state.last, length)
            factor = np.where(missed, self.repair, 1.0)
        support = factor[:, None] * self.links(length)[node]
        return strongest(np.where(np.isneginf(state.strength), -np.inf, support), self.noise, self.threshold)

    def cued_by(self, output: Any, last: IntArray, length: int) -> tuple[IntArray, BoolArray]:
        """The node that is the cue after the outcome ``last``, and whether it was not given."""
        due = np.minimum(output, length)  # as a node: the item that was due at the last output
        missed = last == length if self.loop == "closed" else last != due - 1
        return np.where(missed | (self.loop == "open"), due, last + 1), missed

    def after(self, state: SerialState, position: IntArray) -> None:
        state.strength[answered(position, state.strength.shape[1])] = -np.inf

    @classmethod
    def of_situations(
        cls, models: Sequence[Self], paradigm: Paradigm, found: Situations, wanted: BoolArray
    ) -> tuple[FloatArray, ParameterPullback]:
        length, first, of = paradigm.list_length, found.last < 0, found.model
        primacy, remote, repair = (values_of(models, each)[of] for each in ("primacy", "remote", "repair"))
        node, missed = models[0].cued_by(found.output, found.last, length)
        node, missed = np.where(first, 0, node), missed & ~first
        factor = np.where(missed, repair, 1.0)[:, None]
        link = links(primacy, remote, node, length)
        noise, threshold = values_of(models, "noise")[of], values_of(models, "threshold")[of]
        probability, choice_pullback = noisy_choice(
            np.where(found.left, factor * link, -np.inf), noise, threshold, wanted
        )

        def pullback(by_probability: FloatArray) -> dict[str, FloatArray]:
            by_strength, by_noise, by_threshold = choice_pullback(by_probability)
            by_primacy, by_remote = link_slopes(primacy, remote, node, length)
            return {
                "primacy": (by_strength * factor * by_primacy).sum(axis=1),
                "remote": (by_strength * factor * by_remote).sum(axis=1),
                "repair": np.where(missed, (by_strength * link).sum(axis=1), 0),
                "noise": by_noise,
                "threshold": by_threshold,
            }

        return probability, pullback


def links(primacy: Any, remote: Any, node: Any, length: int) -> FloatArray:
    """(n, L) the strength of the link from each node to each item; ``primacy`` and ``remote`` are d and ρ of each."""
    item, skipped = np.arange(length), np.arange(length) - node[:, None]
    primacy, remote = np.reshape(primacy, (-1, 1)), np.reshape(remote, (-1, 1))
    return np.where(skipped >= 0, primacy**item * remote ** np.maximum(skipped, 0), 0.0)


def link_slopes(primacy: FloatArray, remote: FloatArray, node: Any, length: int) -> tuple[FloatArray, FloatArray]:
    """The derivatives of :func:`links` by d and by ρ."""
    item, skipped = np.arange(length), np.arange(length) - node[:, None]
    some = np.maximum(skipped, 0)
    primacy, remote = primacy[:, None], remote[:, None]
    by_primacy = item * primacy ** np.maximum(item - 1, 0) * remote**some
    by_remote = primacy**item * some * remote ** np.maximum(some - 1, 0)
    return np.where(skipped >= 0, by_primacy, 0.0), np.where(skipped >= 0, by_remote, 0.0)
