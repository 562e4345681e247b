"""The shape of every task of sequences: inputs, targets, which outputs count, the score, and what is known of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from memsim.core.errors import InputError
from memsim.training.tallies import tally_binary, tally_choices

CERTAIN = 100.0
"""The logit of a prediction that is sure: its loss is 0 to the last bit."""


class Sequences(NamedTuple):
    """A batch of sequences, all of one length."""

    inputs: Tensor
    """(T, B, inputs)."""
    targets: Tensor
    """(T, B, outputs): bits, or a 1 at the right one of several classes."""
    counted: Tensor
    """(T, B) whether the output at the step counts."""
    numbers: Tensor | None = None
    """(T, B) how often the same was asked before, from 1 on, by which a score may be split."""

    def to(self, device: str) -> Sequences:
        """The same on a device."""
        numbers = None if self.numbers is None else self.numbers.to(device)
        return Sequences(self.inputs.to(device), self.targets.to(device), self.counted.to(device), numbers)


class Part(NamedTuple):
    """Some of the numbers that go in or come out at every step, as they are drawn."""

    title: str
    size: int
    row: str = ""
    """What each number is, if they have no names."""
    rows: tuple[str, ...] = ()
    """The names of the numbers, if they have some."""


@dataclass(frozen=True)
class SequenceTask:
    """A task of sequences. Its fields are settings of training, by their names.

    A subclass is a :class:`BitTask` or a :class:`ClassTask`; it makes sequences, and says what an optimal predictor
    would put out where that is not the target itself.
    """

    citation: ClassVar[str] = ""
    """The publication that the task is from."""
    shortest: ClassVar[int] = 1
    """The least length of a list."""
    longest: ClassVar[int] = 20
    """The length of the longest list, and of those that are scored, where training is not told another."""
    grows: ClassVar[bool] = False
    """Whether lists are short at first, where training is not told so. Where even the best loss is far above 0, as of
    predictions of random bits, lists would never grow; no task here needs it."""
    varied: ClassVar[bool] = True
    """Whether lengths vary in training, from :attr:`shortest` on; else every list is of the longest."""
    asked_for: ClassVar[str] = "answers"
    """What is counted, of what is asked for."""
    output_row: ClassVar[str] = "output"
    """What each number of what is asked for is (:meth:`choices`)."""

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The settings of training that are not given: the fields, and the length of the longest list."""
        return {**{each.name: each.default for each in fields(cls) if each.init}, "list_length": cls.longest}

    @property
    def kinds(self) -> int:
        """How many kinds of batches there are, such as numbers of copies; a score is the mean over all of them."""
        return 1

    @property
    def n_inputs(self) -> int:
        """Numbers in at every step."""
        raise NotImplementedError

    @property
    def n_outputs(self) -> int:
        """Numbers out at every step."""
        raise NotImplementedError

    @property
    def input_parts(self) -> tuple[Part, ...]:
        """What goes in, in order."""
        return (Part("Inputs", self.n_inputs, "input"),)

    def steps(self, length: int) -> int:
        """The most steps of a sequence of this length."""
        raise NotImplementedError

    def sequences(self, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """A batch of random sequences of this length: items, facts or bits."""
        raise NotImplementedError

    def of_kind(self, kind: int, batch: int, length: int, generator: torch.Generator) -> Sequences:
        """The same, of one of the :attr:`kinds`, from 0 on."""
        return self.sequences(batch, length, generator)

    def require_length(self, length: int) -> None:
        """Raise :class:`InputError` for a length that the task does not have."""
        if length < self.shortest:
            raise InputError(
                f"{type(self).__name__}: a length of {length} is below {self.shortest}, the least of the task; give a "
                f"list_length, and in training a first_length, of {self.shortest} or more"
            )

    def chance(self, sequences: Sequences) -> Tensor:
        """(T, B, outputs) logits of one who knows nothing."""
        return torch.zeros_like(sequences.targets)

    def optimum(self, sequences: Sequences) -> Tensor:
        """(T, B, outputs) logits of the best that can be done."""
        raise NotImplementedError

    def loss(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """Mean loss in nats, of a bit or of a class, over the outputs that count."""
        raise NotImplementedError

    def scores(self, logits: Tensor, sequences: Sequences) -> dict[str, float]:
        """How good the outputs are, by the name of the measure; the first is the one of the publication."""
        raise NotImplementedError

    def choices(self, outputs: Tensor, sequences: Sequences) -> tuple[Tensor, Sequences]:
        """The outputs of a network as logits of what is asked for, and the sequences with these as their targets.

        They are what they are, unless the answer is a choice among things of the sequence itself.
        """
        return outputs, sequences

    def probabilities(self, logits: Tensor) -> Tensor:
        """(T, B, outputs) those of a 1, or of each class."""
        raise NotImplementedError

    def wrong(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """(T, B, outputs) whether an output counts, and its most likely value, or its choice, is not the right one."""
        raise NotImplementedError

    def n_wrong(self, logits: Tensor, sequences: Sequences) -> int:
        """How many bits or answers are wrong."""
        raise NotImplementedError

    def n_answers(self, sequences: Sequences) -> int:
        """How many bits or answers are asked for."""
        raise NotImplementedError

    def phases(self, sequences: Sequences) -> dict[str, int]:
        """The first steps of the phases of a sequence, by name; empty where outputs are asked for from the start."""
        return {"Study": 0, "Test": int(sequences.counted[:, 0].int().argmax())}


class BitTask(SequenceTask):
    """A task whose outputs are bits."""

    asked_for: ClassVar = "bits"
    output_row: ClassVar = "bit"

    def optimum(self, sequences: Sequences) -> Tensor:
        """The targets."""
        return CERTAIN * (2 * sequences.targets - 1)

    def loss(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """Mean binary cross-entropy (nats per bit)."""
        tally_binary(logits, sequences.targets, sequences.counted)
        nats = binary_cross_entropy_with_logits(logits, sequences.targets, reduction="none").mean(dim=2)
        return _mean(nats, sequences.counted)

    def scores(self, logits: Tensor, sequences: Sequences) -> dict[str, float]:
        """``bits per sequence``, the cross-entropy of all that counts; ``wrong bits`` and ``flawless``, shares."""
        nats = binary_cross_entropy_with_logits(logits, sequences.targets, reduction="none")
        wrong = self.wrong(logits, sequences)
        return {
            "bits per sequence": float((nats * sequences.counted[..., None]).sum()) / math.log(2) / logits.shape[1],
            "wrong bits": self.n_wrong(logits, sequences) / self.n_answers(sequences),
            "flawless": 1 - float(wrong.any(dim=2).any(dim=0).float().mean()),
        }

    def probabilities(self, logits: Tensor) -> Tensor:
        """Those of a 1."""
        return logits.sigmoid()

    def wrong(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """Bits whose most likely value is not the right one."""
        return ((logits > 0) != (sequences.targets > 0.5)) & sequences.counted[..., None]

    def n_wrong(self, logits: Tensor, sequences: Sequences) -> int:
        """The wrong bits."""
        return int(self.wrong(logits, sequences).sum())

    def n_answers(self, sequences: Sequences) -> int:
        """The bits."""
        return int(sequences.counted.sum()) * sequences.targets.shape[2]


class ClassTask(SequenceTask):
    """A task whose output is one of several classes."""

    split: ClassVar[Mapping[int, str]] = {}
    """Measures by the :attr:`Sequences.numbers` of the outputs that they are taken over."""
    output_row: ClassVar[str] = "class"

    def optimum(self, sequences: Sequences) -> Tensor:
        """The targets."""
        return CERTAIN * sequences.targets

    def loss(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """Mean cross-entropy (nats per answer)."""
        right = sequences.targets.argmax(dim=2).where(sequences.counted, -1)
        tally_choices(logits.flatten(0, 1), right.flatten())
        nats = -(sequences.targets * logits.log_softmax(dim=2)).sum(dim=2)
        return _mean(nats, sequences.counted)

    def scores(self, logits: Tensor, sequences: Sequences) -> dict[str, float]:
        """``right``, the share of right answers among those that count; then those of :attr:`split`.

        Classes with the same largest logit share the answer.
        """
        best = _largest(logits)
        right = (best * sequences.targets).sum(dim=2) / best.sum(dim=2)
        found = {"right": float(right[sequences.counted].mean())}
        for number, name in self.split.items():
            assert sequences.numbers is not None
            found[name] = float(right[sequences.counted & (sequences.numbers == number)].mean())
        return found

    def probabilities(self, logits: Tensor) -> Tensor:
        """Those of each class."""
        return logits.softmax(dim=2)

    def wrong(self, logits: Tensor, sequences: Sequences) -> Tensor:
        """The classes that are most likely, and not the right one."""
        return _largest(logits) & (sequences.targets < 0.5) & sequences.counted[..., None]

    def n_wrong(self, logits: Tensor, sequences: Sequences) -> int:
        """The answers of which the right one is not the single most likely one."""
        return int(self.wrong(logits, sequences).any(dim=2).sum())

    def n_answers(self, sequences: Sequences) -> int:
        """The steps at which an answer counts."""
        return int(sequences.counted.sum())


def _largest(logits: Tensor) -> Tensor:
    """Whether a class has the largest logit of its step; several may."""
    return logits == logits.amax(dim=2, keepdim=True)


def _mean(nats: Tensor, counted: Tensor) -> Tensor:
    """The mean of those that count; without selecting them, which would have to wait for a GPU."""
    return nats.where(counted, 0).sum() / counted.sum()


def random_bits(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Bits, each 0 or 1 with probability one half."""
    return torch.randint(2, shape, generator=generator).to(torch.get_default_dtype())


def after(n_before: int, steps: int, batch: int) -> Tensor:
    """(steps, batch) whether a step comes after the first ``n_before``."""
    return torch.arange(steps).ge(n_before)[:, None].expand(-1, batch)
