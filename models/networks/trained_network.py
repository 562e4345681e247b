"""What a trained network is as a model of memory: its weights, and what follows from their record."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from memsim.core.errors import InputError, NoEffectError
from memsim.core.limits import SECONDS
from memsim.core.names import shown
from memsim.core.oldness import OldnessScale
from memsim.core.parameters import choice, parameter, text
from memsim.models.networks.cores.declarations import parts_named
from memsim.models.networks.cores.named_cores import core_of, names_file, require_kind
from memsim.models.networks.tasks import CUED_TASKS, MANY_TASKS, TASKS, Task, require_tasks, tasks_of, together
from memsim.models.networks.training_range import beyond_training
from memsim.models.networks.wear.levers import NAMES, Levers, Wear
from memsim.models.networks.wear.rests import Rest, Resting
from memsim.models.networks.weights import SUFFIX, read_header

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm
    from memsim.models.networks.recall_network import RecallNetwork

TRAINED = "as trained"
UNHURT = "as trained: nothing is switched off"
MOST_SLOTS = 128
"""To which the rows of a memory may be changed after training; links take the square of it for each trial."""
CHOICE = ("choice_strength", "stop_bias")
"""The parameters of recall."""


@dataclass(frozen=True)
class TrainedNetwork(OldnessScale, Levers, Resting):
    """A core with trained weights; a subclass may name the core and the weights that ship.

    What it can do follows from the record of its weights: the tasks that it was trained for, whether it may give an
    item twice, and whose recalls it has seen.
    """

    presets_are_models: ClassVar = True
    termination_parameters: ClassVar = ("stop_bias",)
    without_gradient: ClassVar = (*Wear._fields, *Rest._fields, "response_time")
    kind: ClassVar[str] = ""
    """The core that the weights must be of, as their record names it; empty for any."""

    weights: str = ""
    """The file of weights, or the name of those that ship."""
    weights_sha256: str = field(default="", repr=False)
    """The checksum of the weights; where it is given, the file must have it."""
    record: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    """How the weights were made."""
    choice_strength: float = parameter(
        1.0, 0, 100, symbol="κ", doc="factor of how strongly similarity guides choice", source=TRAINED
    )
    stop_bias: float = parameter(0.0, -50, 50, symbol="b", doc="added to the stop unit", source=TRAINED)
    response_set: str = choice(
        "list",
        ("list", "pool"),
        "responses are items of the list, or of the whole pool, which allows intrusions",
        TRAINED,
    )
    precision: str = choice(
        "single",
        ("single", "double"),
        "of large simulations, which single precision makes faster; all else is double",
        TRAINED,
    )
    without: str = text(
        "", "a lesion: parts of the core that are switched off, such as memory or content,backward", UNHURT
    )
    lesioned: str = choice("test", ("test", "study", "both"), "when the lesion holds", UNHURT)
    core: str = ""
    """File and class of a core that a user wrote, ``mine.py:MyCore``; empty for a registered core."""
    _: KW_ONLY
    doing: str = ""
    """Of a network with several tasks, the one whose cue is on; if not given, the first that the paradigm asks for."""
    criterion: float = parameter(
        0.0, None, None, symbol="C", doc="boundary between new and old, in logits", source=TRAINED
    )
    worn: str = choice(
        "given",
        ("given", "trained"),
        "the levers of wear are those given here, which is a lesion unless they were in training; or those of training",
        "none",
    )
    response_time: float = parameter(
        1.0, 0, SECONDS, unit="s", doc="of a step of the test, for which the state wears", source="chosen here"
    )
    slots: int | None = parameter(
        None, 1, MOST_SLOTS, integer=True, doc="rows of the memory; if not given, as in training", source=TRAINED
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        if not isinstance(self.weights, str) or not self.weights:
            raise InputError(f"{name}: weights={self.weights!r} must name a file of weights, or weights that ship")
        record, sha256 = read_header(self.weights)
        if self.kind and self.core:
            raise InputError(f"{name}: core={self.core!r} is for Network; {name} runs weights of the core {self.kind}")
        if self.kind:
            require_kind(record, self.weights, self.kind)
        if self.core or names_file(record["network"]) or "network_sha256" in record:
            core_of(record, self.weights, self.core)
        if record["objective"] == MANY_TASKS:
            require_tasks(record.get("tasks"))
        elif record["objective"] not in TASKS:
            raise InputError(
                f"{name}: the weights {self.weights!r} were trained by {record['objective']}, in which no list is "
                f"studied, so that no task of memory can be run with them; train for one of {', '.join(TASKS)} and "
                f"{MANY_TASKS}, as by memsim train {record['network']} --objective recall. Weights of a task of "
                f"sequences are drawn by memsim show {self.core or record['network']}:{self.weights}"
            )
        if self.weights_sha256 not in ("", sha256):
            raise InputError(
                f"{name}: the file of the weights {self.weights!r} has the checksum {sha256}, not "
                f"{self.weights_sha256}: it has changed; leave weights_sha256 out to take it as it is now"
            )
        object.__setattr__(self, "weights_sha256", sha256)
        object.__setattr__(self, "record", record)
        self._require_parts()
        if self.doing and self.doing not in record.get("tasks", ()):
            have = ", ".join(record.get("tasks", ())) or "none, since they were trained for one task"
            raise InputError(
                f"{name}: doing={self.doing!r} has no cue in the weights {self.weights!r} (they have: {have})"
            )
        self._require_levers()

    @classmethod
    def set_elsewhere(cls, name: str, value: Any) -> str:
        """Sizes of the core are set in training."""
        from memsim.models.networks.cores.declared_sizes import sizes_of  # torch
        from memsim.models.networks.cores.named_cores import find_core

        size = (
            next((each for each in sizes_of(find_core(cls.kind).cls) if each.name == name), None) if cls.kind else None
        )
        if size is None:
            return ""
        wanted = value if isinstance(value, str) else shown(value)
        return f": it is a size of the core, set in training (memsim train {cls.kind} --size {name}={wanted})."

    def _require_levers(self) -> None:
        given = {name: getattr(self, name) for name in NAMES if getattr(self, name) != getattr(Levers, name)}
        if self.worn == "trained" and given:
            raise NoEffectError(
                f"{type(self).__name__}: {', '.join(f'{name}={value!r}' for name, value in given.items())} has no "
                "effect with worn='trained', which takes the levers of training; give worn='given', or leave it out"
            )
        if self.is_worn or self.slots is not None:
            from memsim.models.networks.wear.wearing import require_roles

            core = self.network().network
            require_roles(core, self.wear, self.given_rest, self.record["network"])
            of_lists = {"carry_over": self.wear.carry_over, "later_items": self.given_rest.later_items}
            for lever, value in of_lists.items() if self.task.pairs else ():
                if value:
                    raise NoEffectError(
                        f"{type(self).__name__}: {lever}={value!r} is of lists of single items, and this network "
                        "studies pairs; leave it out"
                    )

    def beyond(self, paradigm: Paradigm) -> list[str]:
        return beyond_training(self.record, paradigm)

    @property
    def wear(self) -> Wear:
        """The levers of wear, as they are given or as in training."""
        if self.worn == "given":
            return self.given_wear
        return Wear(**{name: self.record["training"].get(name, 0.0) for name in NAMES})

    @property
    def is_worn(self) -> bool:
        """Whether anything changes the state of the network between its steps."""
        return self.wear.is_active or self.given_rest.changes

    @property
    def likelihood(self) -> Literal["exact", "sampled", "none"]:  # type: ignore[override]
        """``"sampled"`` where noise or sleep changes the state, or other lists are studied; else ``"exact"``."""
        is_random = self.wear.is_random or self.given_rest.changes or self.wear.carry_over > 0
        return "sampled" if is_random else "exact"

    def _require_parts(self) -> None:
        if not self.switched_off:
            if self.without or self.lesioned != "test":
                raise NoEffectError(
                    f"{type(self).__name__}: without={self.without!r} names no part of the core, so that "
                    f"lesioned={self.lesioned!r} and without have no effect; name parts, as in without='memory', or "
                    "leave both out"
                )
            return
        from memsim.models.networks.cores.driving import require_parts

        require_parts(self.network().network, self.record["network"], self.without)

    @classmethod
    def preset(cls, name: str) -> Self:
        """As of any model; a name that ends in ``.safetensors`` is a file of weights."""
        of_file = isinstance(name, str) and name.endswith(SUFFIX)
        return cls(weights=name) if of_file else super().preset(name)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; new weights bring their own checksum."""
        return super().replace(**({"weights_sha256": ""} if "weights" in changes else {}), **changes)

    def values(self) -> dict[str, Any]:
        own = {name: value for name in ("core", "doing") if (value := getattr(self, name))}
        return {"weights": self.weights, "weights_sha256": self.weights_sha256, **own, **super().values()}

    @property
    def switched_off(self) -> frozenset[str]:
        """The parts that ``without`` names."""
        return parts_named(self.without)

    @property
    def label(self) -> str:
        """The network as one types it: ``DNC``, ``DNC:people``, ``GRU:mine.safetensors``."""
        if not self.kind:
            return f"{self.core or self.record['network']}:{self.weights}"
        presets = {preset.values["weights"]: f":{name}" for name, preset in self.presets.items()}
        own = "" if self.weights == type(self).weights else f":{self.weights}"
        return type(self).__name__ + presets.get(self.weights, own)

    @property
    def training_summary(self) -> str:
        """A sentence on what the network was trained, and whether on people."""
        people = self.record.get("people")
        if people is None:
            return f"Trained on random lists by the objective {self.record['objective']}; it has seen no human data."
        dataset = ":".join(str(people[key]) for key in ("dataset", "condition") if key in people) or "recalls of people"
        return f"Trained to imitate people: {dataset}, without {len(people['held_out'])} subjects held out."

    @property
    def task(self) -> Task:
        """All that the network was trained for, or that task which it is doing."""
        return together(self.tasks)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that the network was trained for, one by one."""
        return (CUED_TASKS[self.doing],) if self.doing else tasks_of(self.record)

    def task_at(self, cue: int | None) -> Task:
        """The task whose cue is on, or all that the network does where there is none."""
        return self.task if cue is None else tasks_of(self.record)[cue]

    @property
    def judging_cue(self) -> int | None:
        """The number of the cue for probes; ``None`` where there is none, or ``doing`` says which cue is on."""
        several = self.record["objective"] == MANY_TASKS and not self.doing
        return next((i for i, task in enumerate(self.tasks) if task.probes), None) if several else None

    def cue_of(self, paradigm: Paradigm) -> int | None:
        """The number of the cue that is on in a paradigm; ``None`` of a network that has no cues.

        Where things are recalled it is the cue of their recall; among tasks with the same recall it is that of the
        first which shows the network its responses.
        """
        if self.record["objective"] != MANY_TASKS:
            return None
        names = (
            [self.doing] if self.doing else sorted(self.record["tasks"], key=lambda name: not CUED_TASKS[name].feedback)
        )
        for name in names:
            task = CUED_TASKS[name]
            if (paradigm.cue in task.cues) if paradigm.cue else (paradigm.judged in task.probes):
                return self.record["tasks"].index(name)
        raise InputError(
            f"{self.label}: {', '.join(names)} {'is' if len(names) == 1 else 'are'} no task in which "
            f"{type(paradigm).__name__} is done; it was trained for {', '.join(self.record['tasks'])}"
        )

    @property
    def cues(self) -> tuple[str, ...]:  # type: ignore[override]
        """The recall that the network was trained for."""
        return self.task.cues

    @property
    def probes(self) -> tuple[str, ...]:  # type: ignore[override]
        """The judgments that the network was trained for."""
        return self.task.probes

    @property
    def outputs_of(self) -> tuple[Hashable, ...]:
        """All that the output of the network depends on besides what it is given, by which outputs are kept.

        Those of a network that wears are not kept: in a fit of its levers each would be needed only once.
        """
        return self.weights_sha256, self.core, self.without, self.lesioned, self.slots, self.doing

    @property
    def takes_repeated_items(self) -> bool:  # type: ignore[override]
        """Whether lists may hold an item twice: those of networks that only judge probes, or recall pairs."""
        return all(task.pairs or not task.cues for task in self.tasks)

    @property
    def judges_repeated_items(self) -> bool:  # type: ignore[override]
        """Whether lists may hold an item twice where their items are judged."""
        return bool(self.task.probes)

    @property
    def fitted(self) -> Mapping[str, tuple[float, float] | None]:  # type: ignore[override]
        """The parameters that have an influence on what the network does."""
        judging = self.criteria_parameters if self.task.probes else ()
        return dict.fromkeys((*(CHOICE if self.task.cues else ()), *judging))

    @property
    def repeats(self) -> bool:  # type: ignore[override]
        """Whether the network was trained with all items to choose from at every output."""
        return bool(self.record.get("repeats", True))

    @property
    def intrusions(self) -> bool:  # type: ignore[override]
        """Whether responses come from the whole pool."""
        return self.response_set == "pool"

    @property
    def stream_name(self) -> str:
        """Networks that were trained by different objectives draw different random numbers."""
        return self.record["network"].rpartition(":")[2] + self.task.stream

    @property
    def n_features(self) -> int:
        return int(self.record["vector_size"])

    def network(self) -> RecallNetwork:
        """The network with its weights, in double precision.

        Raises
        ------
        InputError : the weights do not fit the network that their record describes, or have changed since this model
            was made.
        """
        from memsim.models.networks.loaded_network import trained_network

        return trained_network(self.weights, self.weights_sha256, self.core, self.slots)
