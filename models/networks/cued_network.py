"""One network for several tasks, with a cue that says which task it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Self

import torch
from torch import Tensor

from memsim.models.networks.cores.modular import divided
from memsim.models.networks.recall_network import Episode, RecallNetwork
from memsim.models.networks.tasks import CUED_TASKS, require_tasks, together


class CuedNetwork(RecallNetwork):
    """A network that does several tasks, of which a cue, one more flag for each, says at every step which one it is.

    Inputs and outputs are those that any of its tasks needs: two vectors side by side if one studies pairs, the flag
    and the logit of probes if one judges. In the task ``copy`` the network is not shown its responses.

    Parameters
    ----------
    core : a class of cores.
    sizes : of the core, by name, where they are not its defaults.
    tasks : the names of the tasks, in the order of their cues.
    modules : of how many modules the controller consists, of which each task uses some; 0 for a controller without.

    Raises
    ------
    InputError : a task that may have no cue, or one that is named twice, or modules of a core that has none.
    """

    def __init__(
        self, vector_size: int, core: type[Any], sizes: Mapping[str, Any], tasks: Sequence[str], modules: int = 0
    ) -> None:
        names = require_tasks(list(tasks))
        super().__init__(
            vector_size,
            divided(core) if modules else core,
            sizes,
            task=together([CUED_TASKS[name] for name in names]),
            n_cues=len(names),
        )
        if modules:
            self.network.divide(modules, len(names), self.input_size)
        self.tasks = names
        self.doing: int | None = None

    def view(self, task: str) -> Self:
        """The network, with the same weights, in one of its tasks."""
        view = copy(self)
        view.doing = self.tasks.index(task)
        return view

    def begin(self, items: Tensor) -> Episode:
        """As of any network; the cue of the task is on from the first step."""
        episode = super().begin(items)
        episode.cue = self.doing
        return episode

    def fed_back(self, episode: Episode, position: Tensor) -> Tensor:
        """The response, unless the task is one in which it is not shown."""
        if episode.cue is None or CUED_TASKS[self.tasks[episode.cue]].feedback:
            return super().fed_back(episode, position)
        return torch.full_like(position, episode.items.shape[1])
