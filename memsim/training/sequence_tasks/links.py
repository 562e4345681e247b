"""Questions that need several links of a chain: rain, coat, car, window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from memsim.core.errors import InputError
from memsim.training.sequence_tasks.sequences import ClassTask, Part, Sequences, random_bits
from memsim.training.tallies import tally_choices

MOST_LINKS = 3
"""The most links that a question asks for."""


@dataclass(frozen=True)
class Links(ClassTask):
    """Chains of words are studied as pairs of neighbours, all pairs in random order; then a question names the first
    word of a chain, and how many links to follow from it: 1, 2 or 3, with even odds.

    "Rain, coat", "car, window", "coat, car": the word three links from rain is window. A pair is one step, with a word
    on either side; the question is one step, with its word where the first word of a pair is, and the number of links.
    With ``answer_steps`` of 1 the answer is given in the step of the question itself, whatever the number of links.
    With 3 it is given in as many steps as there are links to follow, of which those after the question are empty. A
    word is a vector of random signs, which no other list has; all words of a list differ. A pair leads to the word of
    one link alone; so with one pass over the pairs in one step, those of two and three links are known only if chains
    were already put together in study.

    The output is a vector, and the answer a softmax over all words but the first of each chain by their product with
    it; in training the words of other lists are among the candidates. The score is the share of right answers, and so
    for each number of links; chance is one over these words. Guessing among the last words of chains, which are the
    first of no pair, is right for three links in chains of four with a chance of one over the number of chains.

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
    longest: ClassVar = MOST_LINKS + 1
    varied: ClassVar = False
    output_row: ClassVar = "word"
    split: ClassVar = {1: "one link", 2: "two links", 3: "three links"}

    vector_size: int = 16
    """Features of a word."""
    chains: int = 2
    """In a list."""
    answer_steps: int = 1
    """The most steps from the question to the answer, both among them; there is one for each link."""

    @property
    def n_inputs(self) -> int:
        """The features of a word on either side, and the numbers of links."""
        return 2 * self.vector_size + MOST_LINKS

    @property
    def n_outputs(self) -> int:
        """The features of a word."""
        return self.vector_size

    def require_length(self, length: int) -> None:
        """There are vectors enough for the words of a list to differ, as nearly all random ones do."""
        super().require_length(length)
        n_words = self.chains * length
        if 2**self.vector_size < 4 * n_words**2:
            raise InputError(
                f"Links: {self.chains} chains of {length} words are too many for vectors of "
                f"vector_size={self.vector_size} signs, of which two would often be the same; 2 to the power of "
                "vector_size must be at least 4 times the square of the number of words, so give a shorter "
                "list_length, or train with a larger vector_size"
            )

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The first and the second word of a pair, and the number of links that the question asks for."""
        return (
            Part("First words", self.vector_size, "feature"),
            Part("Second words", self.vector_size, "feature"),
            Part("Links to follow", MOST_LINKS, rows=tuple(str(n + 1) for n in range(MOST_LINKS))),
        )

    def steps(self, length: int) -> int:
        """One for each pair, and those of the question and the answer."""
        return self.chains * (length - 1) + self.answer_steps

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of lists of chains of ``length`` words."""
        n_pairs, size, rows = self.chains * (length - 1), self.vector_size, torch.arange(batch)
        chains = self.words(batch, self.chains * length, generator).view(batch, self.chains, length, size)
        order = torch.rand((batch, n_pairs), generator=generator).argsort(dim=1).T
        asked = torch.randint(self.chains, (batch,), generator=generator)
        links = torch.randint(1, MOST_LINKS + 1, (batch,), generator=generator)
        steps = self.steps(length)
        inputs, targets = torch.zeros((steps, batch, self.n_inputs)), torch.zeros((steps, batch, size))
        inputs[:n_pairs, :, :size] = chains[:, :, :-1].reshape(batch, n_pairs, size)[rows, order]
        inputs[:n_pairs, :, size : 2 * size] = chains[:, :, 1:].reshape(batch, n_pairs, size)[rows, order]
        inputs[n_pairs, :, :size] = chains[rows, asked, 0]
        inputs[n_pairs, :, 2 * size :] = one_hot(links - 1, MOST_LINKS)
        answers = n_pairs + links.clamp(max=self.answer_steps) - 1
        targets[answers, rows] = chains[rows, asked, links]
        counted = torch.arange(steps)[:, None] == answers
        return Sequences(inputs, targets, counted, links * counted)

    def words(self, batch: int, n_words: int, generator: torch.Generator) -> Tensor:
        """(batch, n_words, vector_size) random signs, of which no two of a list are the same."""
        signs = 2 * random_bits((batch, n_words, self.vector_size), generator) - 1
        while (same := _same(signs)).any():
            again = random_bits((int(same.sum()), n_words, self.vector_size), generator)
            signs[same] = 2 * again - 1
        return signs

    def loss(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """Mean cross-entropy (nats per answer) of a choice among the words of all lists of the batch.

        So what to put out is learned before which of the words; within a list alone, neither helps without the other.
        """
        words, targets = self.offered(sequences), sequences.targets.sum(dim=0)
        places = torch.arange(len(words), device=words.device)
        right = places * words.shape[1] + (words @ targets[..., None])[..., 0].argmax(dim=1)
        every = words.flatten(0, 1)
        chosen = self.answers(logits, sequences) @ every.T
        # Another list may hold the right word as well.
        same = (targets @ every.T > self.vector_size - 0.5).scatter(1, right[:, None], False)
        chosen = chosen.masked_fill(same, -torch.inf)
        tally_choices(chosen, right)
        return cross_entropy(chosen, right)

    def scores(self, logits: Tensor, sequences: Sequences) -> dict[str, float]:
        """``right``, the share of right answers, and that of each number of links."""
        return super().scores(*self.choices(logits, sequences))

    def choices(self, outputs: Tensor, sequences: Sequences) -> tuple[Tensor, Sequences]:
        """The answers as a choice of one of several classes, the words but the first of each chain.

        ``outputs`` (T, B, vector_size) are those of a network; logits are (T, B, words).
        """
        words = self.offered(sequences)
        offered, same = (torch.einsum("bwd, tbd -> tbw", words, each) for each in (outputs, sequences.targets))
        return offered, sequences._replace(targets=(same > self.vector_size - 0.5).to(offered.dtype))

    def answers(self, outputs: Tensor, sequences: Sequences) -> Tensor:
        """(B, vector_size) the output of each list in the step of its answer."""
        return outputs.where(sequences.counted[..., None], 0).sum(dim=0)

    def offered(self, sequences: Sequences) -> Tensor:
        """(B, words, vector_size) the words of each list but the first of each chain, in the order of their pairs."""
        n_pairs, size = len(sequences.inputs) - self.answer_steps, self.vector_size
        return sequences.inputs[:n_pairs, :, size : 2 * size].transpose(0, 1)


def _same(signs: Tensor) -> Tensor:
    """(B,) whether two of the vectors (B, n, D) of signs are the same."""
    equal = signs @ signs.transpose(1, 2) > signs.shape[2] - 0.5
    return equal.sum(dim=(1, 2)) > signs.shape[1]
