"""Several tasks by one network with a cue for each: drawn for each batch, or one after another, with remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.core.listed_options import parts_in
from memsim.models.networks.cued_network import CuedNetwork
from memsim.training.objectives.lists import AnyOrder, ByCue, InOrder, InReverse, OfLists, OldOrNew
from memsim.training.settings import Training
from memsim.training.transfer.elastic import Anchor, anchored, penalty
from memsim.training.transfer.of_tasks import OfTasks
from memsim.training.transfer.scores import accuracies_of
from memsim.training.transfer.tournament import Tournament

KINDS: Mapping[str, type[OfLists]] = {
    "recall": AnyOrder, "serial": InOrder, "copy": InOrder, "backward": InReverse, "recognition": OldOrNew,
    "cued": ByCue,
}  # fmt: skip
"""By the name of a task, the objective that it has where a network is trained for it alone."""
JOINT = "joint"


class ManyTasks(OfTasks):
    """The losses of several tasks, one in each batch.

    ``plan`` says which: ``joint`` draws one of all tasks for each batch. Else it names tasks, as in ``recall,serial``,
    each of which has an equal share of the iterations, one after another; a task may come again. Three remedies
    against forgetting:

    - ``replay``: this share of batches is of the earlier tasks, each as likely, with new lists.
    - ``elastic``: weights are held where they were at the end of each earlier task, the more the more its loss
      depended on them (:mod:`memsim.training.transfer.elastic`).
    - ``modules``: the controller consists of modules. Each task finds two of them by a tournament and keeps them; later
      ones may use them, and change others (:mod:`memsim.training.transfer.tournament`).

    Lists held out are of all tasks in turn.

    Raises
    ------
    InputError : an unknown task, a plan without a task, with one that has no cue, or with more tasks than there are
        iterations, or a remedy without earlier tasks.
    """

    network: CuedNetwork
    recordable = False
    unrecordable = "its tasks take turns"

    def __init__(self, training: Training, generator: torch.Generator, device: str) -> None:
        super().__init__(training, generator, device)
        names = training.task_names
        self.plan = () if training.plan == JOINT else tuple(parts_in(training.plan))
        self._require_plan(names)
        self.network = CuedNetwork(
            training.vector_size, training.core(), training.sizes, names, training.modules
        ).to(device)  # fmt: skip
        self.core, self.input_size = self.network.network, self.network.input_size
        self.tasks = {name: KINDS[name](training, generator, device, self.network.view(name)) for name in names}
        self.phase = 0
        self.anchors: list[Anchor] = []
        self.tournament = Tournament(self.network) if training.modules else None
        if self.tournament:
            # It serves all tasks, so that none may change it.
            self.network.strength.requires_grad_(False)

    def _require_plan(self, names: tuple[str, ...]) -> None:
        training = self.training
        if not self.plan and training.plan != JOINT:
            raise InputError(
                f"Training: plan={training.plan!r} names no task; give 'joint', or tasks one after another such as "
                "'recall,serial'"
            )
        if strangers := [name for name in self.plan if name not in names]:
            raise InputError(
                f"Training: plan={training.plan!r}: {strangers[0]} is not among tasks={training.tasks!r}; name it "
                "there, or give plan='joint'"
            )
        if training.iterations < len(self.plan):
            raise InputError(
                f"Training: iterations={training.iterations} are too few for the {len(self.plan)} tasks of "
                f"plan={training.plan!r}, which are learned one after another; give {len(self.plan)} or more"
            )
        remedies = [name for name in ("replay", "elastic", "modules") if getattr(training, name)]
        if len(set(self.plan)) < 2 and set(remedies) - {"modules"}:
            raise InputError(
                f"Training: {remedies[0]}={getattr(training, remedies[0])} has no effect with plan={training.plan!r}, "
                "in which no task is earlier than another; give a plan such as 'recall,serial'"
            )
        if "modules" in remedies and (not self.plan or len(remedies) > 1 or len(set(self.plan)) < len(self.plan)):
            raise InputError(
                f"Training: modules={training.modules} are for a plan of different tasks, one after another, without "
                f"other remedies, not for plan={training.plan!r} with {', '.join(remedies)}; leave modules out, or the "
                "rest"
            )

    @property
    def kinds(self) -> int:
        """Those of the tasks."""
        return len(self.network.tasks)

    @property
    def most_steps(self) -> int:
        """Those of the task that takes the most."""
        return max(each.most_steps for each in self.tasks.values())

    def draw(self, longest: int) -> dict[str, Any]:
        """A batch of one task, by its name ``task``, the number of its cue."""
        for each in self.tasks.values():
            each.generator, each.full, each.progress = self.generator, self.full, self.progress
        name = self._next()
        return {"task": self.network.tasks.index(name), **self.tasks[name].draw(longest)}

    def _next(self) -> str:
        """The task of the next batch; where a new phase begins, what was learned before is made safe."""
        names = self.network.tasks
        if self.full or not self.plan:
            return names[self.kind_of_batch()]
        # Rounding must not end a phase an iteration late.
        place = self.progress * len(self.plan) + 1e-9
        while self.phase < int(place):
            self._end_phase()
        if self.tournament:
            self.tournament.take_turn(self.plan[self.phase], place - self.phase, self.generator)
        if self.phase and self.training.replay and self._share() < self.training.replay:
            earlier = list(dict.fromkeys(self.plan[: self.phase]))
            return earlier[self._below(len(earlier))]
        return self.plan[self.phase]

    def _end_phase(self) -> None:
        """The task of this phase is learned."""
        name = self.plan[self.phase]
        if self.training.elastic:
            own = self.tasks[name]
            weights = dict(self.network.named_parameters())
            self.anchors.append(anchored(lambda: own.loss(self.training.list_length), weights, self.training.batch))
        if self.tournament:
            self.tournament.keep(name, self.generator)
        self.phase += 1

    def loss_of(self, drawn: Any) -> Tensor:
        """The loss of the task of the batch and, in training, the penalty for the earlier ones."""
        given = dict(drawn)
        name = self.network.tasks[given.pop("task")]
        loss = self.tasks[name].loss_of(given)
        if self.full:
            return loss
        if self.tournament:
            self.tournament.saw(float(loss.detach()))
        if self.anchors:
            loss = loss + self.training.elastic * penalty(dict(self.network.named_parameters()), self.anchors)
        return loss

    def _below(self, n: int) -> int:
        return int(torch.randint(n, (), generator=self.generator))

    def _share(self) -> float:
        return float(torch.rand((), generator=self.generator))

    def about(self) -> dict[str, Any]:
        """The tasks in the order of their cues, and the modules of the controller."""
        modules = {"modules": self.training.modules} if self.training.modules else {}
        return {"repeats": True, "tasks": list(self.network.tasks), **modules}

    def scores(self) -> dict[str, dict[str, float]]:
        """By task, the share of outputs that are right, that of random choice, and of a network that makes no error."""
        found = accuracies_of(self, self.training.list_length)
        return {name: {"network": own, "chance": chance, "optimum": 1.0} for name, (own, chance) in found.items()}

    def carried(self) -> dict[str, Tensor]:
        """The phase, where weights are held, and the tournament."""
        held = {
            f"anchor.{index}.{kind}.{name}": tensor
            for index, anchor in enumerate(self.anchors)
            for kind, tensors in anchor._asdict().items()
            for name, tensor in tensors.items()
        }
        paths = self.tournament.state() if self.tournament else {}
        return {"phase": torch.tensor(self.phase), **held,
                **{f"tournament.{name}": tensor for name, tensor in paths.items()}}  # fmt: skip

    def carry(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from what :meth:`carried` gave; from nothing, as before the first batch."""
        self.phase = int(tensors["phase"]) if tensors else 0
        found: dict[int, dict[str, dict[str, Tensor]]] = {}
        for key, tensor in tensors.items():
            group, _, rest = key.partition(".")
            if group == "anchor":
                index, kind, name = rest.split(".", 2)
                found.setdefault(int(index), {}).setdefault(kind, {})[name] = tensor
        self.anchors = [Anchor(**found[index]) for index in sorted(found)]
        if self.tournament:
            own = {name.removeprefix("tournament."): each for name, each in tensors.items() if name.startswith("tour")}
            self.tournament.go_on(own)
