"""Two learning systems: a network that keeps a day's lists replays them at night to one that learns slowly.

The form is that of complementary learning systems (McClelland, McNaughton & O'Reilly, 1995, doi:10.1037/0033-295X.102.
3.419): the slow network never sees a list. It learns which word comes next in what the fast one recalls, and loses
what it learned before unless that is replayed among the new.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.free_recall import FreeRecall
from memsim.core.items import ItemPool
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.core.trials import Trials
from memsim.models.networks.cores.lstm import LSTM
from memsim.reproductions.essay.forgetting.options import NIGHTS, SHIPPED, ForgettingOptions
from memsim.running.execution import Cell, run_cells

WORDS, LISTS, LENGTH = 40, 8, 10
"""Words of a day, each of which is in two of its lists; as many words are of the other day, and never studied."""
REPLAYS = 40
"""Recalls of each list in a night."""
HIDDEN, LEARNING_RATE, BATCH = 64, 5e-4, 32
OWN, OTHER, NEW = 0, 1, 2
"""Words of the first day, of the second, and of none."""
GONE = -1
"""In place of a word, after the last one recalled."""


def replay_table(options: ForgettingOptions, seed: int) -> pd.DataFrame:
    """``seed``, and what :func:`replayed` gives, a row for each seed; without rows where nothing is replayed."""
    seeds = [seed + number for number in range(options.seeds if options.replay_iterations else 0)]
    cells = [
        Cell(replayed, {"seed": each, "iterations": options.replay_iterations}, f"replay training, seed {each}")
        for each in seeds
    ]
    return pd.DataFrame(
        [{"seed": each, **found} for each, found in zip(seeds, run_cells(cells, title="replay training"), strict=True)]
    )


def replayed(seed: int, iterations: int) -> dict[str, float]:
    """How well the slow network tells words of a day from words never studied (d'), after each night.

    ``untaught`` is before the first night, ``night`` after it, ``other_day`` after a night with the other day's lists
    alone. Of the second night, ``alone_first`` and ``alone_second`` are d' of the words of both days, and likewise for
    the other :data:`NIGHTS`. ``recalled`` is how many words of a list the fast network recalls.
    """
    rng = stream(seed, "replay training")
    words = rng.permutation(3 * WORDS).reshape(3, WORDS)
    days = [_lists(words[day], rng) for day in (OWN, OTHER)]
    nights = [recalled_again(lists, 3 * WORDS, 2 * seed + day) for day, lists in enumerate(days)]

    def knows(slow: SlowNetwork, day: int) -> float:
        return discrimination(slow.familiarity(), words[day], words[NEW])

    blank = SlowNetwork(3 * WORDS, seed)
    yoked = deepcopy(blank).learn([nights[OTHER]], iterations, seed)
    taught = deepcopy(blank).learn([nights[OWN]], iterations, seed)
    found = {
        "recalled": float((nights[OWN] != GONE).sum(1).mean()), "untaught": knows(blank, OWN),
        "other_day": knows(yoked, OWN), "night": knows(taught, OWN),
    }  # fmt: skip
    further = {"alone": [], "stored": [nights[OWN]], "dreamed": [taught.dream(LISTS * REPLAYS, seed)]}
    for name in NIGHTS:
        after = deepcopy(taught).learn([nights[OTHER], *further[name]], iterations, seed + 1)
        found |= {f"{name}_first": knows(after, OWN), f"{name}_second": knows(after, OTHER)}
    return found


def _lists(words: IntArray, rng: np.random.Generator) -> IntArray:
    """(LISTS, LENGTH) lists in which each of the words is equally often."""
    times = LISTS * LENGTH // len(words)
    return np.concatenate([rng.permutation(words).reshape(-1, LENGTH) for _ in range(times)])


def recalled_again(lists: IntArray, n_words: int, seed: int) -> IntArray:
    """(LISTS * REPLAYS, LENGTH) words in the order in which the network that ships recalls the lists, each anew."""
    from memsim.models.networks.network_models import DNC

    items = np.repeat(lists, REPLAYS, axis=0)
    task = FreeRecall(list_length=LENGTH)
    recalls = simulate(DNC(weights=SHIPPED, response_set="pool"), Trials(items, ItemPool.numbered(n_words), task), seed)
    positions = recalls.positions[:, :LENGTH]
    given = np.take_along_axis(items, np.maximum(positions, 1) - 1, axis=1)
    return np.where(positions > 0, given, GONE)


def discrimination(familiarity: FloatArray, old: IntArray, new: IntArray) -> float:
    """d': the difference of means between old and new words, in standard deviations (root of the mean variance)."""
    one, other = familiarity[old], familiarity[new]
    return float((one.mean() - other.mean()) / np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2))


class SlowNetwork(nn.Module):
    """An LSTM that predicts the next word of a list from those before; words have no features.

    Parameters
    ----------
    n_words : words that it can put out.
    seed : of its first weights.
    """

    def __init__(self, n_words: int, seed: int) -> None:
        super().__init__()
        self.n_words = n_words
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.core = LSTM(n_words + 1, n_words, hidden=HIDDEN)
        self.core.fused = True

    def inputs(self, words: Tensor) -> Tensor:
        """(T + 1, B, n_words + 1) the cue to begin, and then each of the words (T, B); nothing where they ended."""
        steps = torch.zeros(len(words) + 1, words.shape[1], self.n_words + 1)
        steps[0, :, -1] = 1
        shown = torch.nn.functional.one_hot(words.long().clamp(min=0), self.n_words).float()
        steps[1:, :, :-1] = shown * (words != GONE).unsqueeze(-1)
        return steps

    def learn(self, sources: Sequence[IntArray], iterations: int, seed: int) -> SlowNetwork:
        """Train on batches of lists, equally many from each of the sources."""
        rng = stream(seed, "batches")
        optimizer = torch.optim.Adam(self.core.parameters(), lr=LEARNING_RATE)
        for _ in range(iterations):
            drawn = [each[rng.integers(0, len(each), BATCH // len(sources))] for each in sources]
            words = torch.from_numpy(np.concatenate(drawn).T.copy())
            outputs = self.core.unroll(self.inputs(words[:-1]))[0]
            loss: Any = cross_entropy(outputs.flatten(0, 1), words.long().flatten(), ignore_index=GONE)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return self

    def familiarity(self) -> FloatArray:
        """(n_words,) the logarithm of the probability of each word as the second, over all words as the first."""
        with torch.no_grad():
            outputs = self.core.unroll(self.inputs(torch.arange(self.n_words)[None]))[0]
        return torch.log_softmax(outputs[1].double(), dim=-1).logsumexp(dim=0).numpy()

    def dream(self, n_lists: int, seed: int) -> IntArray:
        """(n_lists, LENGTH) lists without repetitions that it makes itself, word by word."""
        rng, words = stream(seed, "dreams"), np.zeros((n_lists, 0), dtype=np.int64)
        with torch.no_grad():
            for _ in range(LENGTH):
                outputs = self.core.unroll(self.inputs(torch.from_numpy(words.T.copy())))[0][-1].double()
                chances = torch.softmax(outputs, dim=-1).numpy()
                np.put_along_axis(chances, words, 0, axis=1)
                sums = chances.cumsum(axis=1)
                drawn = rng.random((n_lists, 1)) * sums[:, -1:]
                words = np.concatenate((words, (sums <= drawn).sum(axis=1)[:, None]), axis=1)
        return words.astype(np.int32)
