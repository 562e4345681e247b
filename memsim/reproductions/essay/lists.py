"""The network of the essay of Greydanus (2017) on lists of patterns: what it puts out, and estimators of recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from memsim.analysis.recall.indices import edge_sizes, edges, middle_positions
from memsim.core.arrays import INTRUSION, BoolArray, FloatArray, IntArray
from memsim.core.items import ItemPool
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Trials
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.weights import Weights
from memsim.paradigms import FreeRecall
from memsim.training.sequence_tasks.essay import essay_sequence

BITS, TRAINED_LENGTH, LENGTH = 6, 5, 12
"""Bits of a pattern (the last marks the end of the list), items in the longest list of training, items at test."""
CHAINS, LISTS = 500, 10
"""Simulated participants, and lists of each after one that does not count. The state of the controller continues from
list to list, as it did in the essay's training and test."""


class Lesion(NamedTuple):
    """What is switched off at test."""

    without: frozenset[str] = frozenset()
    """:attr:`DNC.parts`."""
    at_outputs: bool = False
    """Whether only at the outputs, or at all steps."""


LESIONS = {
    "intact": Lesion(),
    "content alone": Lesion(frozenset({"backward", "forward"})),
    "forward links alone": Lesion(frozenset({"backward", "content"})),
    "links alone at outputs": Lesion(frozenset({"content"}), at_outputs=True),
    "no reading": Lesion(frozenset({"reading"})),
}
"""Lesions by what is left of reading. Links lead on from what was read, so alone at all steps they lead nowhere."""
PATTERNS = np.array([[pattern >> bit & 1 for bit in range(BITS - 1)] for pattern in range(32)], dtype=np.float64)


@dataclass(frozen=True)
class Run:
    """The outputs of a network for many lists."""

    logits: FloatArray
    """(n_lists, length, bits) at the steps of output."""
    items: FloatArray
    """(n_lists, length, bits) the patterns of the lists."""


def network_of(weights: Weights) -> DNC:
    """The essay's network with these weights."""
    network = DNC(BITS, BITS, **weights.record["config"])
    network.load_state_dict(weights.tensors)
    return network.eval()


def run_lists(
    network: DNC, length: int, seed: int, *, distinct: bool, lesion: Lesion = LESIONS["intact"], lists: int = LISTS
) -> Run:
    """Run all lists, drawn as in the essay, or with ``distinct`` patterns, none of them twice in a list.

    ``lists`` is how many each participant has, after one that does not count.
    """
    rng = stream(seed, "essay lists", length, distinct)
    logits, items = [], []
    controller = network.start(CHAINS).controller
    for number in range(lists + 1):
        if distinct:
            drawn = rng.permuted(np.tile(np.arange(32), (CHAINS, 1)), axis=1)[:, :length]
        else:
            drawn = rng.integers(0, 32, (CHAINS, length))
        task = essay_sequence(torch.from_numpy(PATTERNS[drawn]).swapaxes(0, 1)[None])
        state, outputs = network.start(CHAINS)._replace(controller=controller), []
        with torch.inference_mode():
            for inputs, asked in zip(task.inputs, task.counted[:, 0].tolist(), strict=True):
                without = lesion.without if asked or not lesion.at_outputs else ()
                output, state, _ = take_step(network, inputs, state, without)
                outputs.append(output)
        output, controller = torch.stack(outputs), state.controller
        if number == 0:
            continue
        logits.append(output[task.counted[:, 0]].numpy().swapaxes(0, 1))
        items.append(task.targets[task.counted[:, 0]].numpy().swapaxes(0, 1))
    return Run(np.concatenate(logits).astype(np.float64), np.concatenate(items).astype(np.float64))


def nearest_items(run: Run, rng: np.random.Generator, *, sigmoid: bool) -> IntArray:
    """(n_lists, length) 0-based position of the studied item nearest to each output; ties are broken at random.

    The essay used the logits themselves as bits, clipped to [0, 1]; ``sigmoid`` adds the function that was missing.
    """
    bits = 1 / (1 + np.exp(-run.logits)) if sigmoid else run.logits.clip(0, 1)
    distance = np.square(bits[:, :, None] - run.items[:, None]).sum(axis=-1)
    nearest = distance <= distance.min(axis=-1, keepdims=True) + 1e-12
    return np.where(nearest, rng.random(distance.shape), -1).argmax(axis=-1).astype(np.int32)


def item_of_output(run: Run, rng: np.random.Generator, output: int, *, sigmoid: bool) -> FloatArray:
    """(length,) share of lists in which each position is nearest to this output: the essay's "recall probability"."""
    nearest = nearest_items(run, rng, sigmoid=sigmoid)[:, output]
    return np.bincount(nearest, minlength=run.items.shape[1]) / len(nearest)


def exact_recall(run: Run) -> FloatArray:
    """(length,) share of items that an output equals, by position."""
    return _equal(run).any(axis=1).mean(axis=0)


def matches_nothing(run: Run) -> float:
    """Share of outputs that equal no item of the list."""
    return float(1 - _equal(run).any(axis=2).mean())


def _equal(run: Run) -> BoolArray:
    """(n_lists, length, length) whether each output equals each item."""
    bits = run.logits > 0
    return (bits[:, :, None] == (run.items[:, None] > 0.5)).all(axis=-1)


def sampled_recalls(run: Run, rng: np.random.Generator) -> Recalls:
    """Recalls in which every output is a pattern that is drawn with the probabilities of its bits.

    A pattern that was not on the list is an intrusion. Lists must hold no pattern twice; no output counts as silence.
    """
    bits = rng.random(run.logits.shape) < 1 / (1 + np.exp(-run.logits))
    equal = (bits[:, :, None] == (run.items[:, None] > 0.5)).all(axis=-1)
    positions = np.where(equal.any(axis=-1), equal.argmax(axis=-1) + 1, INTRUSION).astype(np.int32)
    items = (run.items[..., :-1] @ 2 ** np.arange(BITS - 1)).astype(np.int32)
    task = FreeRecall(list_length=items.shape[1], output_limit=items.shape[1])
    # The rows are the first list of every participant, then the second of every participant, and so on.
    subject = np.tile(np.arange(1, CHAINS + 1), LISTS)
    order = np.argsort(subject, kind="stable")
    trials = Trials(items[order], ItemPool(np.arange(32), PATTERNS), task, subject[order])
    return Recalls(trials, positions[order], stopped=np.zeros(len(items), dtype=bool))


def edge_errors(curve: FloatArray, lists: int) -> tuple[float, float]:
    """Standard errors of :func:`edges` for a ``curve`` of shares that were counted over this number of lists."""
    first, last = edge_sizes(len(curve))
    middle = curve[middle_positions(len(curve), first, last)]
    found = []
    for side, difference in zip((curve[:first], curve[-last:]), edges(curve), strict=True):
        square = side.sum() / len(side) ** 2 + middle.sum() / len(middle) ** 2
        found.append(float(np.sqrt((square - difference**2) / lists)))
    return found[0], found[1]
