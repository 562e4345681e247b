"""A recurrent network as a model of memory: its weights, and the steps of a trial that they take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.evidence import Evidence, Logistic
from memsim.core.loop import present
from memsim.core.oldness import OldnessScale
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.parameters import choice, parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.seeding import stream
from memsim.core.trials import Trials
from memsim.models.networks.tasks import TASKS, Task
from memsim.models.networks.threads import one_thread
from memsim.models.networks.vectors import item_vectors
from memsim.models.networks.weights import SUFFIX, read_header

if TYPE_CHECKING:
    from torch import Tensor

    from memsim.models.networks.memory import Weightings
    from memsim.models.networks.recall_network import Episode, RecallNetwork

TRAINED = "as trained"
MOST_STEPS = 100_000
"""Of distraction at a time; a second is a step."""
MOST_LINKS = 2**27
"""Between slots, over the trials at a time: a gigabyte."""
CHOICE = ("choice_strength", "stop_bias")
"""The parameters of recall."""
TOGETHER = 2048
"""Trials that the network takes at a time, which bounds the memory that a step needs."""

Episodes: TypeAlias = "list[Episode]"
"""The state: trials in parts of :data:`TOGETHER`."""


@dataclass(frozen=True)
class NetworkModel(OldnessScale):
    """A recurrent network that was trained on a task; a subclass names its kind and the weights that ship.

    What it can do follows from the record of its weights: the tasks that it was trained for, whether it may give an
    item twice, and whose recalls it has seen.

    A network that judges probes puts out a logit l; the evidence that a probe is old is logistic around it, with the
    scale 1, so that P(old) = 1 / (1 + exp(C - l)), and C = 0 is as trained. Nothing else is random. Neither probes nor
    cues change what is remembered.
    """

    presets_are_models: ClassVar = True
    termination_parameters: ClassVar = ("stop_bias",)
    kind: ClassVar[str]
    """The kind of network, as the record of its weights names it."""

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
    _: KW_ONLY
    criterion: float = parameter(
        0.0, None, None, symbol="C", doc="boundary between new and old, in logits", source=TRAINED
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        if not isinstance(self.weights, str) or not self.weights:
            raise InputError(f"{name}: weights={self.weights!r} must name a file of weights, or weights that ship")
        record, sha256 = read_header(self.weights)
        if record["network"] != self.kind:
            raise InputError(
                f"{name}: the weights {self.weights!r} are of a network of kind {record['network']}, not {self.kind}; "
                f"run them as {str(record['network']).upper()}"
            )
        if record["objective"] not in TASKS:
            raise InputError(
                f"{name}: the weights {self.weights!r} were trained by {record['objective']}, on sequences of bits; "
                f"a network that studies lists is trained by {', '.join(TASKS)}"
            )
        if self.weights_sha256 not in ("", sha256):
            raise InputError(
                f"{name}: the file of the weights {self.weights!r} has the checksum {sha256}, not "
                f"{self.weights_sha256}: it has changed; leave weights_sha256 out to take it as it is now"
            )
        object.__setattr__(self, "weights_sha256", sha256)
        object.__setattr__(self, "record", record)

    @classmethod
    def preset(cls, name: str) -> Self:
        """As of any model; a name that ends in ``.safetensors`` is a file of weights."""
        return cls(weights=name) if name.endswith(SUFFIX) else super().preset(name)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; new weights bring their own checksum."""
        return super().replace(**({"weights_sha256": ""} if "weights" in changes else {}), **changes)

    def values(self) -> dict[str, Any]:
        return {"weights": self.weights, "weights_sha256": self.weights_sha256, **super().values()}

    @property
    def label(self) -> str:
        """The network as one types it: ``DNC``, ``DNC:people``, ``DNC:mine.safetensors``."""
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
        """What the network was trained for."""
        return TASKS[self.record["objective"]]

    @property
    def cues(self) -> tuple[str, ...]:  # type: ignore[override]
        """The recall that the network was trained for."""
        return self.task.cues

    @property
    def probes(self) -> tuple[str, ...]:  # type: ignore[override]
        """The judgments that the network was trained for."""
        return self.task.probes

    @property
    def takes_repeated_items(self) -> bool:  # type: ignore[override]
        """Whether lists may hold an item twice: those of networks that judge probes, or recall pairs."""
        return bool(self.task.probes) or self.task.pairs

    @property
    def fitted(self) -> Mapping[str, tuple[float, float] | None]:  # type: ignore[override]
        """The parameters that have an influence on what the network does."""
        return dict.fromkeys(self.criteria_parameters if self.task.probes else CHOICE)

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
        return type(self).__name__ + self.task.stream

    @property
    def n_features(self) -> int:
        return int(self.record["vector_size"])

    @property
    def together(self) -> int:
        """Trials that the network takes at a time; the links between slots take memory by their number squared."""
        slots = int(self.record["config"].get("slots", 0))
        return max(1, min(TOGETHER, MOST_LINKS // max(slots, 1) ** 2))

    def network(self) -> RecallNetwork:
        """The network with its weights, in double precision.

        Raises
        ------
        InputError : the weights do not fit the network that their record describes, or have changed since this model
            was made.
        """
        from memsim.models.networks.recall_network import trained_network

        return trained_network(self.weights, self.weights_sha256)

    def begin(self, trials: Trials, rng: np.random.Generator) -> Episodes:
        import torch

        network = self.network()
        vectors = torch.from_numpy(item_vectors(trials.pool, network.vector_size)[trials.items])
        with torch.inference_mode(), one_thread():
            state = [network.begin(part) for part in torch.split(vectors, self.together)]
        parts = np.split(trials.items, range(self.together, len(trials), self.together))
        pool = torch.from_numpy(item_vectors(trials.pool, network.vector_size))
        for episode, items in zip(state, parts, strict=True) if self.intrusions else ():
            episode.lures = pool
            episode.studied = torch.from_numpy(items.astype(np.int64))
        if trials.probes is None:
            return state
        is_first = trials.first_presentation == np.arange(trials.list_length)
        for episode, first in zip(state, torch.split(torch.from_numpy(is_first), self.together), strict=True):
            episode.pool = pool
            episode.left = first if self.task.pairs else episode.left
        return state

    def study(self, state: Episodes, position: int) -> Episodes:
        return self._each(state, "study", [position] * len(state))

    def study_pair(self, state: Episodes, first: int, second: int) -> Episodes:
        if not self.task.pairs:
            return super().study_pair(state, first, second)  # which raises
        return self._each(state, "study_pair", [(first, second)] * len(state))

    def distract(self, state: Episodes, seconds: float) -> Episodes:
        if seconds > MOST_STEPS:
            raise InputError(
                f"{type(self).__name__}: {seconds:g} s of distraction are as many steps of the network, more than "
                f"{MOST_STEPS:,}; shorten the task"
            )
        return self._each(state, "distract", [math.ceil(seconds)] * len(state))

    def cue(self, state: Episodes, cue: str) -> Episodes:
        super().cue(state, cue)
        return self._each(state, "cue")

    def cue_item(self, state: Episodes, probe: ProbeBatch) -> Episodes:
        if not self.task.pairs:
            return super().cue_item(state, probe)  # which raises
        import torch

        length = state[0].items.shape[1]
        # The cue is on one side; its unit is its position in the list, unless it is a lure.
        unit = probe.units.max(axis=1)
        positions = torch.from_numpy(np.where(unit < 0, length, np.minimum(unit, length)).astype(np.int64))
        network, cues = self.network(), self._vectors(state, probe.items)
        with torch.inference_mode(), one_thread():
            for episode, shown, position in zip(state, cues, torch.split(positions, self.together), strict=True):
                asked = network.cue_items(episode, shown[:, None], position[:, None])
                episode.logits, episode.lured = asked.logits, asked.lured
        return state

    def familiarity(self, state: Episodes, probe: ProbeBatch) -> Evidence:
        if not self.task.probes:
            return super().familiarity(state, probe)  # which raises
        import torch

        network, probes = self.network(), self._vectors(state, probe.items)
        with torch.inference_mode(), one_thread():
            logits = [network.judge(episode, shown)[:, 0] for episode, shown in zip(state, probes, strict=True)]
        return Logistic(torch.cat(logits).numpy())

    def idle_parameters(self, n_ratings: int) -> tuple[str, ...]:
        """Those of recall, besides those of the scale."""
        return (*(CHOICE if n_ratings else ()), *super().idle_parameters(n_ratings))

    def _vectors(self, state: Episodes, items: IntArray) -> list[Tensor]:
        """For each part of the trials, (n_trials, n_sides, D) vectors of items of the pool; zeros for an empty side."""
        import torch

        pool = state[0].pool
        assert pool is not None, "a test with probes has a pool"
        given = torch.from_numpy(items.astype(np.int64))
        vectors = pool[given.clamp(min=0)] * (given >= 0)[:, :, None]
        return list(torch.split(vectors, self.together))

    def outcome_probabilities(self, state: Episodes) -> FloatArray:
        logits, _ = self.logits(state)
        weight = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    def logits(self, state: Episodes) -> tuple[FloatArray, FloatArray]:
        """(n_trials, n_outcomes) the logits of the outcomes, and their derivatives by ``choice_strength``."""
        logits = np.concatenate([episode.logits.numpy() for episode in state])
        is_candidate = ~np.isneginf(logits)
        similar = np.where(is_candidate, logits, 0)
        similar[:, -1] = 0
        stop = logits[:, -1] + self.stop_bias
        logits = np.where(is_candidate, self.choice_strength * similar, -np.inf)
        logits[:, -1] = stop
        if not self.intrusions:
            return logits, similar
        others = [self._others(episode) for episode in state]
        stranger, its_slope = (np.concatenate(each) for each in zip(*others, strict=True))
        return np.concatenate((logits, stranger), axis=1), np.concatenate((similar, its_slope), axis=1)

    def _others(self, episode: Episode) -> tuple[FloatArray, FloatArray]:
        """(n_trials, 1) the logit of an item that was not studied, of all of the pool together, and its derivative."""
        assert episode.lured is not None and episode.studied is not None
        support = (self.choice_strength * episode.lured).scatter(1, episode.studied, -np.inf)
        mean = (support.softmax(1) * episode.lured).sum(1, keepdim=True)
        return support.logsumexp(1, keepdim=True).numpy(), mean.numpy()

    def fast_gradient(self, recalls: Recalls, rng: np.random.Generator) -> tuple[Events, Pullback] | None:
        from memsim.models.networks.choice_slopes import events_and_pullback

        paradigm = recalls.trials.paradigm
        return None if paradigm.forced or paradigm.cued_by_item else events_and_pullback(self, recalls, rng)

    def recalled(self, state: Episodes, position: IntArray) -> Episodes:
        if self.task.pairs:
            return state
        import torch

        length = state[0].items.shape[1]
        # An intrusion is fed back as nothing: which item it was is not known.
        given = torch.from_numpy(np.minimum(position, length).astype(np.int64))
        return self._each(state, "recalled", torch.split(given, self.together))

    def weightings(self, recalls: Recalls) -> list[Weightings]:
        """Where memory was addressed at every step of trials with these responses; empty for a network without memory.

        The steps are those of study and distraction, the cue, and each response as it is fed back. Responses that the
        model cannot produce are left out by the rule of :func:`memsim.core.outcomes.scored_outcomes`.
        """
        if len(recalls) > TOGETHER:
            raise InputError(f"weightings of at most {TOGETHER:,} lists at a time; there are {len(recalls):,}")
        require_taken(self, recalls.trials)
        state = self.begin(recalls.trials, stream(0))
        seen: list[Weightings] = []
        state[0].seen = seen
        state = present(self, state, recalls.trials.paradigm)
        columns = scored_outcomes(recalls, self.repeats, self.intrusions).columns
        for column in columns.T:
            responded = (column != NO_EVENT) & (column != recalls.list_length)
            if not responded.any():
                break
            state = self.recalled(state, np.where(responded, column, recalls.list_length))
        return seen

    def _each(self, state: Episodes, step: str, values: Sequence[Any] | None = None) -> Episodes:
        """Take a step of the network for each part of the trials."""
        import torch

        take = getattr(self.network(), step)
        with torch.inference_mode(), one_thread():
            for index, episode in enumerate(state):
                arguments: Any = () if values is None else values[index]
                state[index] = take(episode, *(arguments if isinstance(arguments, tuple) else (arguments,)))
        return state
