"""A recurrent network in a recall experiment, in torch: vectors of items in, a choice among the studied items out.

The same steps train the network, with gradients, and run it as a model of memory, without.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from memsim.core.errors import InputError
from memsim.models.networks.machine import MemoryNetwork, NetworkConfig, NetworkState
from memsim.models.networks.memory import Weightings
from memsim.models.networks.weights import load_weights

STUDY, DISTRACT, RECALL = range(3)
"""Flags of an input, besides the item's vector: the purpose of the step."""


@dataclass
class Episode:
    """The state of a batch of lists during study and test."""

    state: NetworkState
    items: Tensor
    """(B, L, D) vectors of the studied items."""
    logits: Tensor
    """(B, L + 1) of each item as the next response and, last, of stopping; nothing before the cue."""
    seen: list[Weightings] | None = None
    """Weightings of every step so far; ``None`` where they are not kept."""
    left: Tensor | None = None
    """(B, L) items that may still be given; ``None`` where items may be given twice."""
    lures: Tensor | None = None
    """(P, D) vectors of all items of the pool; ``None`` where items that were not studied cannot intrude."""
    studied: Tensor | None = None
    """(B, L) numbers of the studied items in the pool, where there are lures."""
    lured: Tensor | None = None
    """(B, P) support of all items of the pool as the next response, where there are lures."""
    read_mode: str | None = None
    """The only way in which a lesioned memory is read at test; ``None`` without a lesion."""


class RecallNetwork(nn.Module):
    """A network that studies item vectors of length D and then names items one by one, or stops.

    Each step takes a vector and three flags: study (the item), distract (nothing), recall (the response just given;
    nothing at first). At test the output is a vector and a stop unit. The next response is a softmax over the studied
    items by the cosine of output and item, times a learned strength, and over stopping. Without ``repeats``, items
    that were recalled are no candidates.
    """

    def __init__(self, vector_size: int, config: dict[str, int | bool], *, repeats: bool = True) -> None:
        super().__init__()
        self.repeats = repeats
        self.vector_size = vector_size
        sizes = NetworkConfig(input_size=vector_size + 3, output_size=vector_size + 1, **config)  # type: ignore[arg-type]
        self.network = MemoryNetwork(sizes)
        self.strength = nn.Parameter(torch.tensor(2.0))

    def begin(self, items: Tensor) -> Episode:
        """An episode with the lists ``items`` (B, L, D)."""
        batch, length, _ = items.shape
        state = self.network.start(batch)
        left = None if self.repeats else torch.ones((batch, length), dtype=torch.bool, device=items.device)
        return Episode(state, items, items.new_zeros((batch, length + 1)), left=left)

    def study(self, episode: Episode, position: int) -> Episode:
        """All lists study their item at this position."""
        self._step(episode, episode.items[:, position], STUDY)
        return episode

    def distract(self, episode: Episode, steps: int) -> Episode:
        """Take this many steps without an item."""
        for _ in range(steps):
            self._step(episode, torch.zeros_like(episode.items[:, 0]), DISTRACT)
        return episode

    def cue(self, episode: Episode) -> Episode:
        """The test begins."""
        return self._ask(episode, torch.zeros_like(episode.items[:, 0]))

    def recalled(self, episode: Episode, position: Tensor) -> Episode:
        """Feed back the response: a 0-based position (B,), or L for none."""
        if episode.left is not None:
            columns = torch.arange(episode.left.shape[1], device=position.device)
            episode.left = episode.left & (columns != position[:, None])
        padded = functional.pad(episode.items, (0, 0, 0, 1))
        return self._ask(episode, padded[torch.arange(len(padded)), position])

    def _ask(self, episode: Episode, given: Tensor) -> Episode:
        output = self._step(episode, given, RECALL)
        similarity = functional.cosine_similarity(output[:, None, :-1], episode.items, dim=-1)
        strength = functional.softplus(self.strength) * 5
        support = strength * similarity
        if episode.lures is not None:
            episode.lured = strength * functional.normalize(output[:, :-1]) @ functional.normalize(episode.lures).T
        if episode.left is not None:
            support = support.masked_fill(~episode.left, -torch.inf)
        episode.logits = torch.cat((support, output[:, -1:]), dim=1)
        return episode

    def _step(self, episode: Episode, vectors: Tensor, flag: int) -> Tensor:
        flags = vectors.new_zeros((len(vectors), 3))
        flags[:, flag] = 1
        keep = episode.seen is not None
        output, episode.state, weightings = self.network.step(
            torch.cat((vectors, flags), dim=1),
            episode.state,
            keep=keep,
            read_mode=episode.read_mode if flag == RECALL else None,
        )
        if episode.seen is not None and weightings is not None:
            episode.seen.append(weightings)
        return output


@lru_cache(maxsize=16)
def trained_network(name: str, sha256: str) -> RecallNetwork:
    """The network with the weights ``name``, whose file has this checksum, in double precision.

    Raises
    ------
    InputError : the file has changed, or its weights do not fit the network that its record describes.
    """
    weights = load_weights(name)
    if weights.sha256 != sha256:
        raise InputError(
            f"the file of the weights {name!r} has changed since the model was made; build the model again"
        )
    record = weights.record
    try:
        with torch.device("meta"):  # shapes alone, which are compared with the file before memory is taken
            shapes = RecallNetwork(record["vector_size"], record["config"]).state_dict()
        if {name: each.shape for name, each in shapes.items()} != {k: v.shape for k, v in weights.tensors.items()}:
            raise InputError("the sizes in the record are not those of the weights")
        network = RecallNetwork(record["vector_size"], record["config"], repeats=record.get("repeats", True))
        network.load_state_dict(weights.tensors)
    except (RuntimeError, TypeError, InputError) as error:
        raise InputError(f"the weights {name!r} do not fit the network that their record describes: {error}") from error
    return network.double().eval()
