"""How often outputs that know nothing equal an item of the essay of Greydanus (2017)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from memsim.reproductions.essay.lists import BITS, CHAINS, LISTS, PATTERNS, Run


def chance(outputs: int, patterns: int = len(PATTERNS)) -> float:
    """Probability that at least one of so many outputs equals an item: 1 - (1 - 1 / patterns) ** outputs.

    Each output is a pattern drawn at random, independently of the item and of the other outputs.
    """
    return float(1 - (1 - 1 / patterns) ** outputs)


class Late(NamedTuple):
    """How often outputs equal those late items of lists that no early item equals."""

    hit: float
    """The share of these items that an output equals."""
    expected: float
    """The share if outputs knew nothing of them: of the patterns that no early item has, those that were put out."""


def late_items(run: Run) -> Late:
    """See :class:`Late`; late are the last half of the positions.

    In a list with early patterns E and different outputs O, a late item that is not in E is hit with probability
    |O - E| / (32 - |E|), if it is independent of the outputs.
    """
    bits = run.logits > 0
    power = 2 ** np.arange(bits.shape[2] - 1)
    lists = np.arange(len(bits))[:, None]
    put_out, early = np.zeros((2, len(bits), len(PATTERNS)), dtype=bool)
    where, outputs = np.nonzero(~bits[..., -1])
    put_out[where, (bits[..., :-1] @ power)[where, outputs]] = True
    items = (run.items[..., :-1] @ power).astype(int)
    middle = items.shape[1] // 2
    early[lists, items[:, :middle]] = True
    late = items[:, middle:]
    counted = ~early[lists, late]
    by_list = (put_out & ~early).sum(axis=1) / (len(PATTERNS) - early.sum(axis=1))
    hit = put_out[lists, late][counted]
    return Late(float(hit.mean()), float(np.broadcast_to(by_list[:, None], late.shape)[counted].mean()))


def random_run(length: int, rng: np.random.Generator) -> Run:
    """As many lists as a network is given, with random patterns as outputs."""
    items, outputs = np.zeros((2, CHAINS * LISTS, length, BITS))
    items[..., :-1] = PATTERNS[rng.integers(0, len(PATTERNS), items.shape[:2])]
    outputs[..., :-1] = PATTERNS[rng.integers(0, len(PATTERNS), items.shape[:2])]
    return Run(2 * outputs - 1, items)
