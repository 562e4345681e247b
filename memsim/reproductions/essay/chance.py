"""How often outputs that know nothing equal an item of the essay of Greydanus (2017)."""

from __future__ import annotations

import numpy as np

from memsim.reproductions.essay.lists import BITS, CHAINS, LISTS, PATTERNS, Run


def chance(outputs: int, patterns: int = len(PATTERNS)) -> float:
    """Probability that at least one of so many outputs equals an item: 1 - (1 - 1 / patterns) ** outputs.

    Each output is a pattern drawn at random, independently of the item and of the other outputs.
    """
    return float(1 - (1 - 1 / patterns) ** outputs)


def chance_of_outputs(run: Run) -> float:
    """Probability that a random item equals one of these very outputs: the number of different patterns among them.

    Outputs that differ from each other hit more items than :func:`chance` says, those that repeat each other or are
    no pattern hit fewer. It is the mean over lists of the number of different patterns, over the number of patterns.
    """
    bits = run.logits > 0
    codes = bits[..., :-1] @ 2 ** np.arange(bits.shape[2] - 1)
    hit = np.zeros((len(codes), len(PATTERNS)), dtype=bool)
    lists, outputs = np.nonzero(~bits[..., -1])
    hit[lists, codes[lists, outputs]] = True
    return float(hit.mean())


def random_run(length: int, rng: np.random.Generator) -> Run:
    """As many lists as a network is given, with random patterns as outputs."""
    items, outputs = np.zeros((2, CHAINS * LISTS, length, BITS))
    items[..., :-1] = PATTERNS[rng.integers(0, len(PATTERNS), items.shape[:2])]
    outputs[..., :-1] = PATTERNS[rng.integers(0, len(PATTERNS), items.shape[:2])]
    return Run(2 * outputs - 1, items)
