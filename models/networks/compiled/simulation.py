"""Simulated recall by a DNC or an LSTM, in single precision and compiled loops.

The random numbers are those of the steps, so choices differ only where rounding decides. Trials go through study and
recall in blocks whose states fit the cache; what an item adds to the gates is computed once for each item.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.events import Distract, Study
from memsim.core.loop import response_stream, simulated
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.models.networks.compiled import sequences
from memsim.models.networks.compiled.choices import choose
from memsim.models.networks.compiled.unrolled import Array, Packed, left_behind, taken_by, whole
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.memory import LIMIT
from memsim.models.networks.recall_network import DISTRACT, RECALL, STUDY, RecallNetwork
from memsim.models.networks.vectors import item_vectors

BLOCK = 256
"""Trials at a time, and twice as many without a memory, whose states take more of the cache."""
FEW = 4096
"""Items of a pool that are all looked up once, whether they are studied or not."""
TOGETHER = 512
"""Trials whose items are looked up together where the pool is larger, which bounds the memory that these take."""


def simulated_recalls(model: Any, trials: Trials, seed: int) -> Recalls | None:
    """The recalls of a network model whose core runs as compiled loops; ``None`` where an output is no number."""
    runner = _Runner(model, trials)
    paradigm, count = trials.paradigm, len(trials)
    limit, chance = paradigm.max_responses, response_stream(model, seed)
    draws = chance.random((limit, count))
    positions, going = np.zeros((count, limit), dtype=np.int32), np.ones(count, dtype=bool)
    for first in range(0, count, TOGETHER):
        part = slice(first, first + TOGETHER)
        if not runner.run(trials.items[part], draws[:, part], positions[part], going[part]):
            return None
    return simulated(model, trials, positions, ~going & paradigm.silence_ends, seed)


class _Runner:
    """The weights of a network as the loops take them, and the steps of the trials' task."""

    def __init__(self, model: Any, trials: Trials) -> None:
        network: RecallNetwork = model.network()
        core = network.network
        self.model, self.paradigm = model, trials.paradigm
        self.size, self.flags = network.vector_size, network.n_flags
        self.vectors = item_vectors(trials.pool, self.size).astype(np.float32)
        with torch.no_grad():
            self.strength = float(model.choice_strength * torch.nn.functional.softplus(network.strength) * 5)
            weights = [each.float().numpy() for each in core.sequence_weights()]
        inner, outer, inner_bias, outer_bias, project, out_bias, read_out = weights
        self.inner, self.bias = inner[:, : network.input_size], inner_bias + outer_bias
        self.packed = Packed.of(inner[:, network.input_size :], outer, project, out_bias, read_out)
        self.weights = self.packed.forward()
        self.limit = np.float32(LIMIT if isinstance(core, DNC) else np.inf)
        self.memory = core.empty_memory(1)
        self.outputs = len(read_out)
        self.start = self.start_of(self.vectors) if len(self.vectors) <= FEW else None

    def run(self, items: IntArray, draws: FloatArray, positions: IntArray, going: Any) -> bool:
        """Fill ``positions`` and ``going`` of trials; false if an output is no number."""
        if self.start is None:
            used, inverse = np.unique(items, return_inverse=True)
            own: IntArray = inverse.reshape(items.shape).astype(np.int32)
            vectors = self.vectors[used]
            start = self.start_of(vectors)
        else:
            own, vectors, start = items, self.vectors, self.start
        block = BLOCK if self.memory.memory.numel() else 2 * BLOCK
        for first in range(0, len(items), block):
            part = slice(first, first + block)
            if not self.run_block(own[part], vectors, start, draws[:, part], positions[part], going[part]):
                return False
        return True

    def start_of(self, vectors: Array) -> Array:
        """(2 U + 2, 4H) what is added to the gates by U items in study, in recall, by an empty step and by the cue."""
        of_flag = self.inner[:, self.size :].T + self.bias
        by_items = vectors @ self.inner[:, : self.size].T
        return np.concatenate(
            (by_items + of_flag[STUDY], by_items + of_flag[RECALL], of_flag[DISTRACT, None], of_flag[RECALL, None])
        )

    def run_block(
        self, items: IntArray, vectors: Array, start: Array, draws: FloatArray, positions: IntArray, going: Any
    ) -> bool:
        """Study and recall of a block of trials."""
        batch, length = items.shape
        rows, n_items, cue = whole(batch), len(vectors), len(start) - 1
        steps: list[Any] = []
        for event in self.paradigm.presentation():
            if isinstance(event, Study):
                steps.append(items[:, event.position])
            elif isinstance(event, Distract):
                steps += [cue - 1] * math.ceil(event.seconds)
        which = np.full((len(steps) + 1, rows), cue)
        for row, step in zip(which, steps, strict=False):
            row[:batch] = step
        arrays = [each.numpy() for each in left_behind(self.packed, 1, 2, batch, self.memory)]
        outputs, taken = np.empty((1, batch, self.outputs), np.float32), taken_by(self.packed, batch, self.memory)
        sequences.forward(0, which, self.limit, start, *self.weights, outputs, taken, *arrays)
        left, weights = np.ones((batch, length), dtype=bool), np.empty(length + 1, np.float32)
        done, which = len(which), which[:1]
        which[:] = cue
        for output in range(positions.shape[1]):
            sound = choose(
                outputs[0], vectors, items, self.strength, self.model.stop_bias, self.model.repeats, left,
                draws[output], self.paradigm.silence_ends, going, positions[:, output], which[0], n_items, cue,
                weights,
            )  # fmt: skip
            if not sound:
                return False
            if output + 1 == positions.shape[1] or not going.any():
                break
            sequences.forward(done + output, which, self.limit, start, *self.weights, outputs, taken, *arrays)
        return True
