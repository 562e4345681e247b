"""What a network is trained for: its lists, and the loss of a batch of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.data.loading import load_recalls
from memsim.models.networks.cores.driving import state_sizes, unrolled
from memsim.models.networks.cores.lstm import Controlled
from memsim.models.networks.network_steps import presentation_steps
from memsim.models.networks.people_seen import people_of
from memsim.models.networks.recall_network import LOOKS, RecallNetwork
from memsim.models.networks.tasks import TASKS
from memsim.models.networks.vectors import item_vectors
from memsim.training.bit_tasks import Bits, copy_loss, essay_lists, essay_recall_loss, repeat_copy
from memsim.training.losses import cued_loss, judgment_loss, recall_loss, sequence_loss
from memsim.training.settings import Training

MOST_ASKED = 4
"""Of the items or pairs of a list, in an iteration of training."""


class Objective:
    """Lists to train on and their loss. ``generator`` draws the lists and the network's choices."""

    network: nn.Module
    core: nn.Module
    """The core within, or the network itself."""
    input_size: int
    """Of the core."""
    full = False
    """Whether lists are as long as they may be, as those held out are."""

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        self.training, self.generator, self.device = training, generator, device

    def loss(self, longest: int) -> Tensor:
        """The loss of one batch, of lists of at most ``longest`` items."""
        raise NotImplementedError

    @property
    def most_steps(self) -> int:
        """The most steps that a list takes."""
        raise NotImplementedError

    def held_out_loss(self) -> float | None:
        """The loss of the subjects held out, where there are people."""
        return None

    def about(self) -> dict[str, Any]:
        """What the record of the weights holds besides the settings."""
        return {}

    def carried(self) -> dict[str, Tensor]:
        """What the next batch needs of the last one, for a checkpoint."""
        return {}

    def carry(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from what :meth:`carried` gave."""

    def up_to(self, longest: int) -> int:
        """A random number from 1 to ``longest``."""
        return longest if self.full else int(torch.randint(1, longest + 1, (), generator=self.generator))


class AnyOrder(Objective):
    """Every studied item once, in any order, then stopping."""

    network: RecallNetwork
    repeats = True
    """Whether an item that was recalled stays a candidate, so that the network has to learn not to repeat."""

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        super().__init__(training, generator, device)
        self.network = RecallNetwork(
            training.vector_size, training.core(), training.sizes, repeats=self.repeats, task=TASKS[training.objective]
        ).to(device)
        self.core, self.input_size = self.network.network, self.network.input_size

    @property
    def most_steps(self) -> int:
        """Those of study, the cue, and each response as it is fed back."""
        return 2 * self.training.list_length + 2

    def loss(self, longest: int) -> Tensor:
        """See :func:`recall_loss`."""
        return recall_loss(self.network, self.items(longest), self.generator)

    def about(self) -> dict[str, Any]:
        """Whether the network may repeat."""
        return {"repeats": self.repeats}

    def items(self, longest: int) -> Tensor:
        """(B, L, D) random signs, L from 1 to ``longest``."""
        shape = (self.training.batch, self.up_to(longest), self.training.vector_size)
        return self.signs(shape).to(self.device)

    def signs(self, shape: tuple[int, ...]) -> Tensor:
        """Random vectors of unit length, of numbers that differ in nothing but their sign."""
        return (2 * torch.randint(2, shape, generator=self.generator) - 1) / shape[-1] ** 0.5


class InOrder(AnyOrder):
    """The items in the order of study, then stopping."""

    def loss(self, longest: int) -> Tensor:
        """See :func:`sequence_loss`."""
        items = self.items(longest)
        batch, length, _ = items.shape
        return sequence_loss(self.network, items, torch.arange(length + 1, device=self.device).expand(batch, -1))


class OldOrNew(AnyOrder):
    """Which probes were studied; as many were as were not, which are drawn from the same distribution."""

    def loss(self, longest: int) -> Tensor:
        """See :func:`memsim.training.losses.judgment_loss`."""
        items = self.items(longest)
        n_targets = min(items.shape[1], MOST_ASKED)
        targets = self.some(items.shape[1], n_targets)
        lures = self.signs((len(items), n_targets, items.shape[2])).to(self.device)
        return judgment_loss(self.network, items, targets, lures, self.delay())

    @property
    def most_steps(self) -> int:
        """Those of study, of the delay, and of a probe; pairs take fewer."""
        return self.training.list_length + self.training.longest_delay + LOOKS

    def some(self, n_items: int, n_drawn: int) -> Tensor:
        """(B, n_drawn) random numbers below ``n_items``, none of them twice in a row of the tensor."""
        drawn = torch.rand((self.training.batch, n_items), generator=self.generator).argsort(dim=1)
        return drawn[:, :n_drawn].to(self.device)

    def delay(self) -> int:
        """A random number of steps of distraction between study and test."""
        return self.up_to(self.training.longest_delay + 1) - 1


class ByCue(OldOrNew):
    """The other item of a pair, given one of its items, and no response to an item that was not studied."""

    def items(self, longest: int) -> Tensor:
        """(B, L, D) random signs of 1 to ``longest`` / 2 pairs."""
        shape = (self.training.batch, 2 * self.up_to(max(longest // 2, 1)), self.training.vector_size)
        return self.signs(shape).to(self.device)

    def loss(self, longest: int) -> Tensor:
        """See :func:`memsim.training.losses.cued_loss`."""
        items = self.items(longest)
        batch, length, size = items.shape
        pairs = self.some(length // 2, min(length // 2, MOST_ASKED))
        # The side of each cue, and in the last column that of the cue that was not studied.
        sides = torch.randint(2, (batch, pairs.shape[1] + 1), generator=self.generator).to(self.device)
        if self.training.directions == "forward":
            sides = torch.zeros_like(sides)
        return cued_loss(self.network, items, pairs, sides, self.signs((batch, size)).to(self.device), self.delay())


class Imitation(AnyOrder):
    """What people recalled, and when they stopped; some subjects are held out. Repeats are left out."""

    repeats = False

    def __init__(self, training: Training, generator: torch.Generator, device: str, people: Recalls) -> None:
        super().__init__(training, generator, device)
        people.trials.require_different_items("imitation")
        self.people = people
        subjects = people.trials.subjects
        n_held = min(max(1, round(training.held_out * len(subjects))), len(subjects) - 1)
        if n_held < 1:
            raise InputError("imitation needs at least two subjects, one of them to hold out")
        held = stream(training.seed, "held out").choice(len(subjects), n_held, replace=False)
        self.held = np.isin(people.trials.subject_codes, held)
        vectors = item_vectors(people.trials.pool, training.vector_size)[people.trials.items]
        self.vectors = torch.from_numpy(vectors).to(torch.get_default_dtype())
        self.columns = torch.from_numpy(scored_outcomes(people, self.repeats).columns.astype(np.int64))
        self.trained_on = torch.from_numpy(np.flatnonzero(~self.held))

    @property
    def most_steps(self) -> int:
        """Those of the task that people did, the cue, and each of their responses."""
        return presentation_steps(self.people.trials.paradigm) + 1 + self.columns.shape[1]

    def loss(self, longest: int) -> Tensor:
        """See :func:`sequence_loss`; people's lists are as long as they are."""
        drawn = torch.randint(len(self.trained_on), (self.training.batch,), generator=self.generator)
        rows = self.trained_on[drawn]
        return self._of(rows, self._vectors(rows))

    def held_out_loss(self) -> float:
        """Mean loss (nats per event) of the subjects held out."""
        with torch.no_grad():
            rows = torch.from_numpy(np.flatnonzero(self.held))
            return float(self._of(rows, self.vectors[rows]))

    def about(self) -> dict[str, Any]:
        """The people, the subjects held out, and those trained on."""
        return {**super().about(), "people": people_of(self.people, self.held)}

    def _vectors(self, rows: Tensor) -> Tensor:
        """Item vectors of the lists in ``rows``; new ones where items have no features, or lists would be memorised."""
        known = self.vectors[rows]
        return known if self.people.trials.pool.features is not None else self.signs(known.shape)

    def _of(self, rows: Tensor, vectors: Tensor) -> Tensor:
        columns = self.columns[rows].to(self.device)
        return sequence_loss(self.network, vectors.to(self.device), columns, self.people.trials.paradigm)


class BitTask(Objective):
    """Bits in, bits out, without feedback of responses."""

    network: nn.Module
    more_in, more_out = 0, 0

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        super().__init__(training, generator, device)
        bits = training.vector_size
        self.input_size = bits + self.more_in
        self.network = training.core()(self.input_size, bits + self.more_out, **training.config()).to(device)
        self.core = self.network

    def loss(self, longest: int) -> Tensor:
        """The mean over bits, see :func:`memsim.training.bit_tasks.copy_loss`."""
        task = self.task(longest)
        return copy_loss(unrolled(self.network, task.inputs)[0], task)

    def task(self, longest: int) -> Bits:
        """A batch of sequences."""
        raise NotImplementedError


class RepeatCopy(BitTask):
    """See :func:`memsim.training.bit_tasks.repeat_copy`."""

    more_in, more_out = 2, 1

    @property
    def most_steps(self) -> int:
        """Those of the start, the vectors, the number of copies, the copies, and the end."""
        return 3 + self.training.list_length * (1 + self.training.copies)

    def task(self, longest: int) -> Bits:
        """Sequences of 1 to ``longest`` vectors, 1 to ``copies`` copies."""
        training, length = self.training, self.up_to(longest)
        copies = self.up_to(training.copies)
        task = repeat_copy(training.batch, length, training.vector_size, copies, training.copies, self.generator)
        return Bits(*(tensor.to(self.device) for tensor in task))


class EssayCopy(BitTask):
    """The essay's lists, to be put out in order; the network is made as the essay's was."""

    network: Controlled

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        super().__init__(training, generator, device)
        network = self.network
        if not isinstance(network, Controlled):
            raise InputError(
                f"objective={training.objective!r} is for DNC and LSTM, whose controller goes on from list to list as "
                f"in the essay, not for {training.network}; give network='DNC'"
            )
        # Projections without bias, one bias in the controller: 81,212 numbers are trained.
        for bias in (network.project.bias, *(cell.get_parameter("bias_hh") for cell in network.cells)):
            nn.init.zeros_(bias.requires_grad_(False))
        for projection in filter(None, (network.project, getattr(network, "read_out", None))):
            nn.init.trunc_normal_(projection.weight, std=0.075, a=-0.15, b=0.15)
        self.controller: tuple[tuple[Tensor, Tensor], ...] | None = None

    def loss(self, longest: int) -> Tensor:
        """The mean over bits; the controller's state goes on from list to list, as in the essay."""
        task = self.task(longest)
        return self.loss_of(self.outputs(task), task)

    def outputs(self, task: Bits) -> Tensor:
        """Run the network: an empty memory, the controller as the last batch left it."""
        state = self.network.start(task.inputs.shape[1])
        if self.controller is not None:
            state = state._replace(controller=self.controller)
        logits, state = self.network(task.inputs, state)
        self.controller = tuple((output.detach(), cell.detach()) for output, cell in state.controller)
        return logits

    def loss_of(self, logits: Tensor, task: Bits) -> Tensor:
        """See :func:`memsim.training.bit_tasks.copy_loss`."""
        return copy_loss(logits, task)

    def task(self, longest: int) -> Bits:
        """Lists of 1 to ``longest`` items, 1 to ``copies`` of them one after another."""
        training = self.training
        length, segments = self.up_to(longest), self.up_to(self.segments())
        task = essay_lists(training.batch, length, training.vector_size, segments, self.generator)
        return Bits(*(tensor.to(self.device) for tensor in task))

    @property
    def most_steps(self) -> int:
        """See :func:`memsim.training.bit_tasks.essay_sequence`."""
        return self.segments() * (2 * self.training.list_length + 3)

    def segments(self) -> int:
        """How many lists one after another there are at most."""
        return self.training.copies

    def carried(self) -> dict[str, Tensor]:
        """The state of the controller."""
        layers = self.controller or ()
        return {f"{i}.{k}": tensor for i, layer in enumerate(layers) for k, tensor in enumerate(layer)}

    def carry(self, tensors: Mapping[str, Tensor]) -> None:
        """Set the state of the controller."""
        layers = range(len(tensors) // 2)
        self.controller = tuple((tensors[f"{i}.0"], tensors[f"{i}.1"]) for i in layers) or None


class EssayRecall(EssayCopy):
    """One of the essay's lists, to be put out in any order: its free recall."""

    def loss_of(self, logits: Tensor, task: Bits) -> Tensor:
        """See :func:`memsim.training.bit_tasks.essay_recall_loss`."""
        return essay_recall_loss(logits, task, self.training.list_length)

    def segments(self) -> int:
        """One."""
        return 1


OBJECTIVES: dict[str, type[Objective]] = {
    "recall": AnyOrder, "serial": InOrder, "imitation": Imitation, "recognition": OldOrNew, "cued": ByCue,
    "repeat-copy": RepeatCopy, "essay-copy": EssayCopy, "essay-recall": EssayRecall,
}  # fmt: skip


MOST_NUMBERS = 2**27
"""In the states of the lists of an iteration, of which training keeps one for every step."""


def make_objective(training: Training, generator: torch.Generator, device: str, people: Recalls | None) -> Objective:
    """The objective, with people for imitation: those given, or those that :attr:`Training.people` names."""
    objective = _objective(training, generator, device, people)
    at_start, more = state_sizes(objective.core, objective.input_size)
    size = at_start + objective.most_steps * more
    if training.batch * size > MOST_NUMBERS:
        raise InputError(
            f"Training: the states of batch={training.batch} lists are {training.batch * size:,} numbers ({size:,} for "
            f"each list, by the sizes of {training.network}), more than {MOST_NUMBERS:,}, too many for the memory; "
            "take smaller sizes or fewer lists"
        )
    return objective


def _objective(training: Training, generator: torch.Generator, device: str, people: Recalls | None) -> Objective:
    if training.objective != "imitation":
        if people is not None:
            raise InputError(f"people are for the objective imitation; {training.objective} trains on random lists")
        return OBJECTIVES[training.objective](training, generator, device)
    if people is None and training.people:
        people = load_recalls(training.people)
    if people is None:
        raise InputError("the objective imitation needs people: give people=, such as the data set peers_notask")
    return Imitation(training, generator, device, people)
