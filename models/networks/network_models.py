"""Trained networks as models of memory: the differentiable neural computer (DNC; Graves et al., 2016) and the LSTM."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.loop import present
from memsim.core.model import MemoryModel
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.parameters import choice, parameter
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Trials
from memsim.models.networks.weights import SUFFIX, Weights, find_weights, load_weights

if TYPE_CHECKING:
    from memsim.models.networks.memory import Weightings
    from memsim.models.networks.recall_network import Episode, RecallNetwork

TRAINED = "as trained"
READ_MODES = ("backward", "content", "forward")
"""Those of ``memsim.models.networks.memory``, which imports torch."""
TOGETHER = 2048
"""Trials that the network takes at a time, so that what a step needs for a while stays small."""

Episodes: TypeAlias = "list[Episode]"
"""The state: trials in parts of :data:`TOGETHER`."""


def item_vectors(pool: ItemPool, size: int) -> FloatArray:
    """(n_items, size) vectors of unit length: the pool's features, or for a pool without them random signs.

    The random signs depend on nothing but ``size`` and the item's number, so an item always has the same vector.

    Raises
    ------
    InputError : the pool has features of another number, or a row of zeros.
    """
    if pool.features is None:
        signs = stream(0, "item vectors", size).integers(0, 2, size=(len(pool), size))
        return (2 * signs - 1) / math.sqrt(size)
    if pool.features.shape[1] != size:
        raise InputError(
            f"the network was trained on items of {size} features, the pool's have {pool.features.shape[1]}; "
            "give the pool as many, or none, or train a network on these"
        )
    length = np.linalg.norm(pool.features, axis=1, keepdims=True)
    if (length == 0).any():
        raise InputError(f"item {int(np.argmin(length))} of the pool has only zeros as features")
    return pool.features / length


@dataclass(frozen=True)
class NetworkModel(MemoryModel[Episodes]):
    """A recurrent network that was trained to recall; a subclass names its kind and the weights that ship."""

    citation: ClassVar = (
        "Graves, A., Wayne, G., Reynolds, M., et al. (2016). Hybrid computing using a neural network with dynamic "
        "external memory. Nature, 538, 471-476."
    )
    repeats: ClassVar[bool] = True
    trained_as: ClassVar[tuple[str, str]]
    """What the record of fitting weights says: the kind of network, and the objective of training."""

    weights: str = ""
    """The file of weights, or the name of those that ship."""
    choice_strength: float = parameter(
        1.0, 0, 100, symbol="κ", doc="factor of how strongly similarity guides choice", source=TRAINED
    )
    stop_bias: float = parameter(0.0, -50, 50, symbol="b", doc="added to the stop unit", source=TRAINED)
    response_set: str = choice(
        "list",
        ("list", "pool"),
        "responses are items of the list, or of the whole pool, so that others intrude",
        TRAINED,
    )
    read_mode: str = choice(
        "all",
        ("all", *READ_MODES, "none"),
        "how a DNC may read its memory at test: as trained, or a lesion leaves one way, or none",
        TRAINED,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.weights, str) or not self.weights:
            raise InputError(
                f"{type(self).__name__}: weights={self.weights!r} must name a file of weights, or weights that ship"
            )

    @classmethod
    def preset(cls, name: str) -> Self:
        """As of any model; a name that ends in ``.safetensors`` is a file of weights."""
        return cls(weights=name) if name.endswith(SUFFIX) else super().preset(name)

    def values(self) -> dict[str, Any]:
        return {"weights": self.weights, "weights_sha256": _loaded(self.weights).sha256, **super().values()}

    @property
    def n_features(self) -> int:
        return int(_loaded(self.weights).record["vector_size"])

    def network(self) -> RecallNetwork:
        """The network with its weights, in double precision.

        Raises
        ------
        InputError : the weights are of another kind of network, or were trained otherwise.
        """
        _, record, sha256 = _loaded(self.weights)
        if (record["network"], record["objective"]) != self.trained_as or record.get("repeats", True) != self.repeats:
            raise InputError(
                f"{type(self).__name__} is a {self.trained_as[0]} network trained by {self.trained_as[1]}, the weights "
                f"{self.weights!r} are of a {record['network']} network trained by {record['objective']}"
            )
        return _network(self.weights, sha256)

    def begin(self, trials: Trials, rng: np.random.Generator) -> Episodes:
        import torch

        network = self.network()
        vectors = torch.from_numpy(item_vectors(trials.pool, network.vector_size)[trials.items])
        with torch.inference_mode():
            state = [network.begin(part) for part in torch.split(vectors, TOGETHER)]
        for episode, items in zip(state, np.split(trials.items, range(TOGETHER, len(trials), TOGETHER)), strict=True):
            if self.intrusions:
                episode.lures = torch.from_numpy(item_vectors(trials.pool, network.vector_size))
                episode.studied = torch.from_numpy(items.astype(np.int64))
            episode.read_mode = None if self.read_mode == "all" else self.read_mode
        return state

    def study(self, state: Episodes, position: int) -> Episodes:
        return self._each(state, "study", [position] * len(state))

    def distract(self, state: Episodes, seconds: float) -> Episodes:
        return self._each(state, "distract", [math.ceil(seconds)] * len(state))

    def cue(self, state: Episodes, cue: str) -> Episodes:
        super().cue(state, cue)
        return self._each(state, "cue")

    def outcome_probabilities(self, state: Episodes) -> FloatArray:
        logits = np.concatenate([episode.logits.numpy() for episode in state])
        with np.errstate(invalid="ignore"):
            support = self.choice_strength * logits[:, :-1]
        logits[:, :-1] = np.where(np.isneginf(logits[:, :-1]), -np.inf, support)
        logits[:, -1] += self.stop_bias
        if self.intrusions:
            logits = np.concatenate((logits, self._intrusion(state)), axis=1)
        weight = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    @property
    def intrusions(self) -> bool:  # type: ignore[override]
        """Whether responses come from the whole pool."""
        return self.response_set == "pool"

    def _intrusion(self, state: Episodes) -> FloatArray:
        """(n_trials, 1) the logit of an item that was not studied: of all of the pool together."""
        found = []
        for episode in state:
            assert episode.lured is not None and episode.studied is not None
            support = self.choice_strength * episode.lured
            found.append(support.scatter(1, episode.studied, -np.inf).logsumexp(1, keepdim=True).numpy())
        return np.concatenate(found)

    def recalled(self, state: Episodes, position: IntArray) -> Episodes:
        import torch

        length = state[0].items.shape[1]
        # An intrusion is fed back as nothing: which item it was is not known.
        given = torch.from_numpy(np.minimum(position, length).astype(np.int64))
        return self._each(state, "recalled", torch.split(given, TOGETHER))

    def weightings(self, recalls: Recalls) -> list[Weightings]:
        """Where memory was addressed at every step of trials with these responses; empty for a network without memory.

        Steps are those of study and distraction, the cue, and each response, as it is fed back. Responses
        that the model cannot produce are left out by the rule of :func:`memsim.core.outcomes.scored_outcomes`.
        """
        if len(recalls) > TOGETHER:
            raise InputError(f"weightings of at most {TOGETHER:,} lists at a time; there are {len(recalls):,}")
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
        with torch.inference_mode():
            for index, episode in enumerate(state):
                state[index] = take(episode) if values is None else take(episode, values[index])
        return state


def _loaded(name: str) -> Weights:
    """The weights, read again where the file has changed."""
    return _loaded_when(name, find_weights(name).stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _loaded_when(name: str, changed: int) -> Weights:
    return load_weights(name)


@lru_cache(maxsize=16)
def _network(name: str, sha256: str) -> RecallNetwork:
    from memsim.models.networks.recall_network import RecallNetwork

    weights = _loaded(name)
    record = weights.record
    try:
        network = RecallNetwork(record["vector_size"], record["config"], repeats=record.get("repeats", True))
        network.load_state_dict(weights.tensors)
    except (RuntimeError, TypeError, InputError) as error:
        raise InputError(f"the weights {name!r} do not fit the network that their record describes: {error}") from error
    return network.double().eval()


@dataclass(frozen=True)
class DNC(NetworkModel):
    """A differentiable neural computer that was trained to recall lists in any order; it has seen no human data.

    An LSTM controller writes to and reads from N slots of external memory (Graves et al., 2016; the equations stand in
    ``memsim.models.networks.memory``). Items are vectors: the pool's features, or random signs for a pool without
    features.

    1. Study. Each item's vector is one step of input; a second of distraction is one empty step.
    2. Test. Each step gives a vector o and a stop unit z. The next response is item i with probability proportional
       to exp(κ s cos(o, v_i)), s learned in training, or none with exp(z + b). It may repeat an item.
    3. The vector of the response is the next input.

    Training: random lists, each recall counted right if it is a studied item not yet recalled, stopping when all have
    been, so whatever order and errors it shows are its own. The record of the weights tells all of it.

    The network that ships leans on its LSTM: with ``read_mode="none"``, which lets it read nothing at test, it still
    recalls .70 of 12 items, against .93, and the LSTM alone, trained likewise, .92. Its read heads look at many slots
    at once. Both are seen with ``memsim show``.
    """

    trained_as: ClassVar = ("dnc", "recall")
    weights: str = "dnc-recall"


@dataclass(frozen=True)
class LSTM(NetworkModel):
    """The control of the DNC: its controller alone, an LSTM without external memory, trained to recall in the same way.

    See :class:`DNC` for how items come in and responses come out. It has seen no human data.
    """

    citation: ClassVar = (
        "Hochreiter, S., & Schmidhuber, J. (1997). Long short-term memory. Neural Computation, 9, 1735-1780."
    )
    trained_as: ClassVar = ("lstm", "recall")
    weights: str = "lstm-recall"


@dataclass(frozen=True)
class DNCPeople(NetworkModel):
    """A DNC that was trained on people: it maximises the likelihood of human recall sequences, so it imitates.

    The network is that of :class:`DNC`, but an item that was recalled is out of the choice. Its record says whose
    recalls it was trained on, and how well it did on people held out. What it shows of human memory was in its training
    data, which sets it apart from a model that predicts.
    """

    repeats: ClassVar[bool] = False
    trained_as: ClassVar = ("dnc", "imitation")
    weights: str = "dnc-people"


@dataclass(frozen=True)
class LSTMPeople(NetworkModel):
    """The control of :class:`DNCPeople`, without external memory, trained on people likewise.

    None ships: ``memsim train lstm --preset lstm-people`` makes weights.
    """

    citation: ClassVar = LSTM.citation
    repeats: ClassVar[bool] = False
    trained_as: ClassVar = ("lstm", "imitation")


@dataclass(frozen=True)
class DNCSerial(NetworkModel):
    """A DNC that was trained on serial recall: the items in the order of study; it has seen no human data.

    See :class:`DNC` for how items come in and responses come out. No response counts as an omission, and recall goes
    on. ``read_mode`` lesions it: reading forward along the links is what chaining needs, by content what a code of
    position in the contents needs.
    """

    cues: ClassVar = ("forward",)
    trained_as: ClassVar = ("dnc", "serial")
    weights: str = "dnc-serial"


@dataclass(frozen=True)
class LSTMSerial(NetworkModel):
    """The control of :class:`DNCSerial`, without external memory, trained likewise; it has seen no human data."""

    citation: ClassVar = LSTM.citation
    cues: ClassVar = ("forward",)
    trained_as: ClassVar = ("lstm", "serial")
    weights: str = "lstm-serial"
