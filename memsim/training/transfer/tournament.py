"""Modules that a task finds by a tournament, keeps, and leaves to later tasks (PathNet; Fernando et al., 2017), in
little.

A path is two modules of the controller. Each task begins with a population of random paths. In a generation two of
them are trained in turn; the one with the larger loss is replaced by a copy of the other in which one module may be
another. In the last quarter of the task the last winner is trained alone. Then its modules are kept as they are, and
all others begin anew.

References
----------
Fernando, C., Banarse, D., Blundell, C., et al. (2017). PathNet: Evolution channels gradient descent in super neural
networks. arXiv:1701.08734.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from memsim.models.networks.cores.modular import ACTIVE, Modular
from memsim.models.networks.cued_network import CuedNetwork

GENERATIONS, CONTESTED = 8, 6
"""Equal parts of the iterations of a task, and those in which two paths are compared."""
POPULATION = 4
"""Paths."""


class Tournament:
    """Which modules the task that is learned uses now.

    Parameters
    ----------
    network : with a controller of modules.
    """

    def __init__(self, network: CuedNetwork) -> None:
        core = network.network
        assert isinstance(core, Modular)
        self.core, self.tasks = core, network.tasks
        self.generation, self.winner, self.half = -1, 0, 0
        self.go_on({})

    def take_turn(self, task: str, share: float, generator: torch.Generator) -> None:
        """Set the path for the next batch; ``share`` of the iterations of the task are done."""
        generation = int(share * GENERATIONS)
        if self.generation < 0:
            self.population = torch.stack([self._random(generator) for _ in range(POPULATION)])
        if generation != self.generation:
            if self.generation >= 0:
                self._decide(generator)
            self.generation = generation
            self.rivals = torch.randperm(POPULATION, generator=generator)[:2]
            self.losses = torch.zeros(2, dtype=torch.double)
            self.seen = torch.zeros(2, dtype=torch.long)
        self.half = int(share * 2 * GENERATIONS) % 2
        row = self.rivals[self.half] if generation < CONTESTED else torch.tensor(self.winner)
        self.core.take_path(self.tasks.index(task), self.population[row].tolist())

    def saw(self, loss: float) -> None:
        """The loss of a batch of the path that was set."""
        self.losses[self.half] += loss
        self.seen[self.half] += 1

    def keep(self, task: str, generator: torch.Generator) -> None:
        """The task is learned: its modules are kept, and the next task begins with new paths."""
        self.core.freeze(self.tasks.index(task), generator)
        self.go_on({})

    def _decide(self, generator: torch.Generator) -> None:
        """The path with the larger loss becomes a copy of the other one, with a module changed in half of the cases."""
        if self.generation >= CONTESTED or not bool((self.seen > 0).all()):
            return
        better = int((self.losses / self.seen).argmin())
        won, lost = int(self.rivals[better]), int(self.rivals[1 - better])
        self.winner = won
        path = self.population[won].clone()
        if torch.rand((), generator=generator) < 0.5:
            others = torch.tensor([i for i in range(self.core.n_modules) if i not in path.tolist()], dtype=torch.long)
            if len(others):
                place = int(torch.randint(ACTIVE, (), generator=generator))
                path[place] = others[int(torch.randint(len(others), (), generator=generator))]
        self.population[lost] = path

    def _random(self, generator: torch.Generator) -> Tensor:
        return torch.randperm(self.core.n_modules, generator=generator)[:ACTIVE]

    def state(self) -> dict[str, Tensor]:
        """All that is needed to go on."""
        numbers = torch.tensor([self.generation, self.winner, self.half])
        return {"population": self.population, "rivals": self.rivals, "losses": self.losses, "seen": self.seen,
                "numbers": numbers}  # fmt: skip

    def go_on(self, state: Mapping[str, Tensor]) -> None:
        """Continue from a state; from nothing, as before the first batch of a task."""
        blank = {"population": torch.zeros((POPULATION, ACTIVE), dtype=torch.long), "rivals": torch.tensor([0, 1]),
                 "losses": torch.zeros(2, dtype=torch.double), "seen": torch.zeros(2, dtype=torch.long),
                 "numbers": torch.tensor([-1, 0, 0])}  # fmt: skip
        now = {name: each.clone() for name, each in {**blank, **state}.items()}
        self.population, self.rivals = now["population"], now["rivals"]
        self.losses, self.seen = now["losses"], now["seen"]
        self.generation, self.winner, self.half = now["numbers"].tolist()
