"""Questions that need several links of a chain: rain, coat, car, window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from memsim.core.errors import InputError
from memsim.training.sequence_tasks.sequences import ClassTask, Sequences

MOST_LINKS = 3
"""The most links that a question asks for."""


@dataclass(frozen=True)
class Links(ClassTask):
    """Chains of words are studied as pairs of neighbours, all pairs in random order; then a question names the first
    word of a chain, and how many links to follow from it: 1, 2 or 3, with even odds.

    "Rain, coat", "car, window", "coat, car": the word three links from rain is window. A pair is one step, with a word
    on either side; the question is one step, with its word where the first word of a pair is, and the number of links.
    The answer is given ``answer_steps`` steps from the question on, which is the step of the question itself where it
    is 1; more are empty. All words of a list differ. A pair leads to the word of one link alone; so with one pass over
    the pairs in one step, those of two and three links are known only if chains were already put together in study.

    The score is the share of right answers, and so for each number of links; chance is one over the words there are.
    Guessing among the last words of chains, which are the first of no pair, is right for three links in chains of four
    with a chance of one over the number of chains.

    References
    ----------
    Question and answer in the form of Sukhbaatar et al. (2015), NIPS; the chains are those of the essay (Greydanus,
    2017), which misses networks that "traverse several memories in a single time step".
    """

    citation: ClassVar = (
        "Greydanus, S. (2017). Differentiable memory and the brain. greydanus.github.io; Sukhbaatar, S., Szlam, A., "
        "Weston, J., & Fergus, R. (2015). End-to-end memory networks. Advances in Neural Information Processing "
        "Systems, 28, 2440-2448."
    )
    shortest: ClassVar = MOST_LINKS + 1
    varied: ClassVar = False
    split: ClassVar = {1: "one link", 2: "two links", 3: "three links"}

    vector_size: int = 16
    """Words that there are; each is an input of its own on either side."""
    chains: int = 2
    """In a list."""
    answer_steps: int = 1
    """Steps from the question to the answer, both among them."""

    @property
    def n_inputs(self) -> int:
        """The words on either side, and the numbers of links."""
        return 2 * self.vector_size + MOST_LINKS

    @property
    def n_outputs(self) -> int:
        """The words."""
        return self.vector_size

    def require_length(self, length: int) -> None:
        """No word comes twice in a list."""
        super().require_length(length)
        if self.chains * length > self.vector_size:
            raise InputError(
                f"Links: chains={self.chains} of {length} different words have more than the "
                f"vector_size={self.vector_size} that there are; give a larger vector_size, or fewer or shorter chains"
            )

    def steps(self, length: int) -> int:
        """One for each pair, and those of the question and the answer."""
        return self.chains * (length - 1) + self.answer_steps

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of lists of chains of ``length`` words."""
        n_pairs, words = self.chains * (length - 1), self.vector_size

        def shuffled(n: int) -> Tensor:
            return torch.rand((batch, n), generator=generator).argsort(dim=1)

        chains = shuffled(words)[:, : self.chains * length].view(batch, self.chains, length)
        order = shuffled(n_pairs)
        sides = (chains[..., :-1], chains[..., 1:])
        first, second = (side.reshape(batch, n_pairs).gather(1, order).T for side in sides)
        asked = torch.randint(self.chains, (batch,), generator=generator)
        links = torch.randint(1, MOST_LINKS + 1, (batch,), generator=generator)
        rows = torch.arange(batch)
        steps = self.steps(length)
        inputs, targets = torch.zeros((steps, batch, self.n_inputs)), torch.zeros((steps, batch, words))
        inputs[:n_pairs, :, :words] = one_hot(first, words).float()
        inputs[:n_pairs, :, words : 2 * words] = one_hot(second, words).float()
        inputs[n_pairs, :, :words] = one_hot(chains[rows, asked, 0], words).float()
        inputs[n_pairs, :, 2 * words :] = one_hot(links - 1, MOST_LINKS).float()
        targets[-1] = one_hot(chains[rows, asked, links], words).float()
        counted = torch.arange(steps).eq(steps - 1)[:, None].expand(-1, batch)
        return Sequences(inputs, targets, counted, links * counted)
