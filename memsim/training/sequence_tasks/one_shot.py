"""One-shot classification with labels that are new in every episode (Santoro et al., 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, one_hot

from memsim.training.sequence_tasks.sequences import ClassTask, Part, Sequences, random_bits

NOISE = 0.5
"""The standard deviation of each feature of an instance around its class."""


@dataclass(frozen=True)
class OneShot(ClassTask):
    """Instances of random classes, whose labels are to be named; the right one is shown with the next instance.

    A class is a vector of random signs, an instance of it that vector with normal noise of standard deviation ½ in
    every feature. Classes and labels are new in every sequence, so they must be bound within it. A class is drawn anew
    for every instance. The score is the share of right labels by how often the class was shown, the present instance
    included: at the first one can only guess, at best among the labels that were not named so far.

    The optimum is a Bayesian who knows how sequences are made. For each label with instances x_1, ..., x_k, each
    feature of the class is +1 with log odds (2 / σ²) Σ x_j, and the probability of the present instance is a mixture of
    two normal distributions in each feature; a label without instances has even odds.

    References
    ----------
    Santoro, Bartunov, Botvinick, Wierstra and Lillicrap (2016), ICML, with drawn characters (Omniglot), 5 labels and
    episodes of 50. Random vectors in the place of characters are ours, so that nothing need be learned about images.
    """

    citation: ClassVar = (
        "Santoro, A., Bartunov, S., Botvinick, M., Wierstra, D., & Lillicrap, T. (2016). Meta-learning with "
        "memory-augmented neural networks. Proceedings of ICML, 1842-1850."
    )
    longest: ClassVar = 30
    varied: ClassVar = False
    output_row: ClassVar = "label"
    split: ClassVar = {1: "first instance", 2: "second instance", 5: "fifth instance", 10: "tenth instance"}

    vector_size: int = 16
    """Features of an instance."""
    classes: int = 5
    """Classes of an episode."""

    @property
    def n_inputs(self) -> int:
        """The instance, and the label of the one before."""
        return self.vector_size + self.classes

    @property
    def n_outputs(self) -> int:
        """The labels."""
        return self.classes

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """The instance, and the label of the one before."""
        return (
            Part("Instances", self.vector_size, "feature"),
            Part("Labels of the instances before", self.classes, "label"),
        )

    def steps(self, length: int) -> int:
        """One for each instance."""
        return length

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of episodes of ``length`` instances."""
        means = 2 * random_bits((batch, self.classes, self.vector_size), generator) - 1
        drawn = torch.randint(self.classes, (length, batch), generator=generator)
        noise = NOISE * torch.randn((length, batch, self.vector_size), generator=generator)
        labels = one_hot(drawn, self.classes).to(torch.get_default_dtype())
        before = torch.cat((torch.zeros_like(labels[:1]), labels[:-1]))
        instances = means[torch.arange(batch), drawn] + noise
        numbers = (labels.cumsum(dim=0) * labels).sum(dim=2).long()
        return Sequences(torch.cat((instances, before), dim=2), labels, numbers > 0, numbers)

    def phases(self, sequences: Sequences) -> dict[str, int]:
        """None: labels are asked for from the start."""
        return {}

    def optimum(self, sequences: Sequences) -> Tensor:
        """Logarithms of the posterior probabilities, up to a constant."""
        instances = sequences.inputs[..., : self.vector_size].double() / NOISE**2
        odds = instances.new_zeros((instances.shape[1], self.classes, self.vector_size))
        logits = []
        for instance, label in zip(instances[:, :, None], sequences.targets, strict=True):
            mixture = torch.logaddexp(logsigmoid(odds) + instance, logsigmoid(-odds) - instance)
            logits.append(mixture.sum(dim=2))
            odds = odds + 2 * label[..., None] * instance
        return torch.stack(logits)
