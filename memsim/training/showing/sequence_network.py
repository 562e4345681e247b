"""A network that was trained on a task of sequences, from its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from memsim.core.errors import InputError, NoEffectError
from memsim.core.limits import STATE_NUMBERS
from memsim.core.parameters import Parameterized, parameter, text
from memsim.core.seeding import stream
from memsim.models.lookup import core_and_weights
from memsim.models.networks.cores.declarations import parts_named
from memsim.models.networks.cores.named_cores import canonical, core_of, names_file, require_kind
from memsim.models.networks.network_models import Network
from memsim.models.networks.tasks import MANY_TASKS, TASKS
from memsim.models.networks.trained_network import MOST_SLOTS, TRAINED, UNHURT
from memsim.models.networks.weights import read_header
from memsim.training.objectives.registered import OBJECTIVES
from memsim.training.settings import Training

if TYPE_CHECKING:
    from torch import nn

    from memsim.training.objectives.sequence_objective import SequenceObjective
    from memsim.training.showing.sequences import Watched

MOST_STEPS = 1000
"""Of a sequence that is drawn; of more, a step would take less than a dot."""


@dataclass(frozen=True)
class SequenceNetwork(Parameterized):
    """A core with weights of a task of sequences, such as ``copy``; it studies no lists, so it is no model of memory.

    Raises
    ------
    InputError : the weights are of another core or another kind of objective, or ``without`` names no part of the core.
    """

    weights: str = ""
    """The file of weights, or the name of those that ship."""
    core: str = ""
    """File and class of a core that a user wrote, ``mine.py:MyCore``; a registered core need not be named."""
    without: str = text("", "a lesion, in all steps: parts of the core that are switched off, such as memory", UNHURT)
    slots: int | None = parameter(
        None, 1, MOST_SLOTS, integer=True, doc="rows of the memory; if not given, as in training", source=TRAINED
    )
    record: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    """How the weights were made."""
    weights_sha256: str = field(init=False, repr=False)
    """Their checksum."""

    def __post_init__(self) -> None:
        super().__post_init__()
        record, sha256 = read_header(self.weights)
        if self.core and not names_file(self.core):
            require_kind(record, self.weights, canonical(self.core))
        core_of(record, self.weights, self.core)
        if not is_of_sequences(record["objective"]):
            raise InputError(
                f"the weights {self.weights!r} were trained by {record['objective']}, which is no task of sequences"
            )
        object.__setattr__(self, "record", record)
        object.__setattr__(self, "weights_sha256", sha256)
        if self.without and not parts_named(self.without):
            raise NoEffectError(
                f"without={self.without!r} names no part of the core; name parts, as in without='memory', or leave it "
                "out"
            )
        if self.without or self.slots is not None:
            from memsim.models.networks.cores.driving import require_parts

            require_parts(self.network(), record["network"], self.without)

    @classmethod
    def set_elsewhere(cls, name: str, value: Any) -> str:
        """What only networks have that study lists."""
        if name not in {each.name for each in Network.parameters()}:
            return ""
        return (
            ", which only networks that study lists have, and these weights are of a task of sequences; leave it out."
        )

    @property
    def label(self) -> str:
        """The network as one types it: ``NTM:ntm-copy.safetensors``."""
        return f"{self.core or self.record['network']}:{self.weights}"

    def settings(self, **changes: Any) -> Training:
        """The settings of training that the core and the task depend on, by the record.

        Raises
        ------
        InputError : one is out of its range.
        """
        from memsim.training.objectives.sequence_objective import task_class

        objective, trained = self.record["objective"], self.record.get("training", {})
        task = task_class(objective)
        if task is None or not isinstance(trained, Mapping):
            raise InputError(f"the weights {self.weights!r} have a record that does not say what their task was")
        names = {"list_length", *(each.name for each in fields(task) if each.init)}
        given = {"network": self.core or self.record["network"], "objective": objective, "sizes": self._config()}
        return Training(**given, batch=1, **{name: trained[name] for name in names & {*trained}}, **changes)

    def _config(self) -> Mapping[str, Any]:
        """The sizes of the core."""
        if self.slots is None:
            config: Mapping[str, Any] = self.record["config"]
            return config
        from memsim.models.networks.loaded_network import with_slots

        return with_slots(self.record, self.slots)["config"]

    def network(self) -> nn.Module:
        """The core with its weights.

        Raises
        ------
        InputError : the weights do not fit the core and the task that their record describes, or have changed.
        """
        from memsim.models.networks.loaded_network import loaded
        from memsim.training.objectives.sequence_objective import task_of

        task = task_of(self.settings())

        def made(core: type[Any], record: Mapping[str, Any]) -> nn.Module:
            network: nn.Module = core(task.n_inputs, task.n_outputs, **record["config"])
            return network

        return loaded(self.weights, self.weights_sha256, self.core, self.slots, made).eval()

    def objective(self, list_length: int | None = None) -> SequenceObjective:
        """The objective of training with this network, for lists of this length; by default the longest of training.

        Raises
        ------
        InputError : as :meth:`network`, and for a length that the task does not have, or that is too long to be drawn.
        """
        import torch

        from memsim.training.objectives.making import make_objective
        from memsim.training.objectives.sequence_objective import SequenceObjective, task_of

        settings = self.settings()
        if list_length is not None:
            settings = settings.replace(list_length=list_length, first_length=list_length)
        network, steps = self.network(), task_of(settings).steps(settings.list_length)
        if steps > MOST_STEPS:
            raise InputError(
                f"list_length={settings.list_length:,}: a sequence of {settings.objective} has {steps:,} steps then, "
                f"and at most {MOST_STEPS:,} are drawn; give a shorter one"
            )
        objective = make_objective(settings, torch.Generator(), "cpu", None)
        assert isinstance(objective, SequenceObjective)
        objective.network.load_state_dict(network.state_dict())
        objective.network.eval()
        _require_memory(objective, steps)
        return objective

    def watched(self, objective: SequenceObjective, trial: int = 0, seed: int = 0) -> Watched:
        """One sequence of an :meth:`objective`, as long as its longest, through the network.

        Sequence ``trial`` is drawn apart from all others of the seed. The kinds of sequences of the task, such as
        numbers of copies, come in turn.
        """
        import torch

        from memsim.training.showing.sequences import watch

        task, length = objective.task, objective.training.list_length
        objective.generator.manual_seed(int(stream(seed, "sequence", trial).integers(2**63)))
        before, sequences = (task.of_kind(trial % task.kinds, 1, length, objective.generator) for _ in range(2))
        objective.carry({})
        with torch.no_grad():
            objective.loss_of(before._asdict())  # from which the essay's networks carry on their controller's state
        return watch(objective.network, sequences, objective.start(1), parts_named(self.without))


def sequence_network(spec: str) -> SequenceNetwork | None:
    """The network that ``spec`` names by its weights, ``NTM:ntm-copy.safetensors``; ``None`` if it is of no sequences.

    Raises
    ------
    InputError : there are no such weights, or they are of another core.
    """
    found = core_and_weights(spec)
    if found is None or not is_of_sequences(read_header(found.weights).record["objective"]):
        return None
    return SequenceNetwork(found.weights, found.core)


def is_of_sequences(objective: str) -> bool:
    """Whether an objective is a task of sequences."""
    if objective in (*TASKS, MANY_TASKS) or objective not in OBJECTIVES.names():
        return False
    from memsim.training.objectives.sequence_objective import task_class

    return task_class(objective) is not None


def _require_memory(objective: SequenceObjective, steps: int) -> None:
    """Raise :class:`InputError` where the states of all steps together take too much memory."""
    from memsim.models.networks.cores.driving import state_sizes

    at_start, more = state_sizes(objective.core, objective.input_size)
    numbers = steps * at_start + more * steps * (steps + 1) // 2
    if numbers > STATE_NUMBERS:
        raise InputError(
            f"list_length={objective.training.list_length:,}: the states of {steps:,} steps are {numbers:,} numbers, "
            f"more than {STATE_NUMBERS:,}, too many for the memory; give a shorter one"
        )
