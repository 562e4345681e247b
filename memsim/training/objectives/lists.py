"""Random lists of item vectors: recall in any order or in that of study, recognition, and cued recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from memsim.models.networks.recall_network import LOOKS, Episode, RecallNetwork
from memsim.models.networks.tasks import TASKS
from memsim.models.networks.wear.rests import Rest
from memsim.models.networks.wear.wearing import Wearing, require_roles
from memsim.training.objectives.losses import (
    cued_loss,
    judgment_loss,
    recall_loss,
    recall_losses,
    sequence_loss,
    sequence_losses,
    studied,
    studied_pairs,
    waiting_times,
)
from memsim.training.objectives.objective import Objective
from memsim.training.settings import Training

MOST_ASKED = 4
"""Of the items or pairs of a list, in an iteration of training."""
CREDIT_FROM, CREDIT_UNTIL = 0.5, 0.75
"""The shares of training between which the credit for stopping rises; with it from the start, networks only stop."""


class OfLists(Objective):
    """Random lists of item vectors."""

    network: RecallNetwork
    repeats = True
    """Whether an item that was recalled stays a candidate, so that the network has to learn not to repeat."""

    def __init__(
        self, training: Training, generator: torch.Generator, device: str, network: RecallNetwork | None = None
    ) -> None:
        super().__init__(training, generator, device)
        self.network = network or RecallNetwork(
            training.vector_size, training.core(), training.sizes, repeats=self.repeats, task=TASKS[training.objective]
        ).to(device)
        self.core, self.input_size = self.network.network, self.network.input_size
        require_roles(self.core, training.given_wear, Rest(), training.network)
        self.recordable = not training.given_wear.is_random
        self.unrecordable = "noise of what wears is drawn anew in each run (row_noise, write_noise, state_noise, flush)"

    def noise(self) -> dict[str, int]:
        """The seed of the noise by which the state wears, where there is some.

        It is drawn by torch's own generator, so that lists are the same with noise and without.
        """
        wears = self.training.given_wear.is_random
        return {"noise": int(torch.randint(2**62, ()))} if wears else {}

    def wearing(self, drawn: Any, times: Sequence[float] = ()) -> Wearing | None:
        """What wears the state of a batch; ``times`` are the seconds of study, one for each item if not given."""
        wear = self.training.given_wear
        if not wear.is_active:
            return None
        return Wearing(self.core, wear, seed=drawn.get("noise", 0), times=times)

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


class AnyOrder(OfLists):
    """Every studied item once, in any order, then stopping."""

    draws_responses: ClassVar[bool] = True
    """Whether the responses that are fed back are random."""

    @property
    def most_steps(self) -> int:
        """Those of study, the cue, and each response as it is fed back."""
        return 2 * self.training.list_length + 2

    def draw(self, longest: int) -> dict[str, Any]:
        """Lists, and what :meth:`of_recall` gives."""
        items = self.items(longest)
        return {"items": items, **self.of_recall(items), **self.noise()}

    def loss_of(self, drawn: Any) -> Tensor:
        """See :func:`recall_loss`."""
        return self.recall(studied(self.network, drawn["items"], wearing=self.wearing(drawn)), drawn)

    def losses_of(self, drawn: Any) -> Tensor:
        """See :meth:`Objective.losses_of`."""
        episode = studied(self.network, drawn["items"])
        return self.recalls(episode, drawn).mean(dim=0)

    def of_recall(self, items: Tensor) -> dict[str, Tensor]:
        """What is random in the recall of ``items`` (B, L, D): times by which responses are drawn, and strangers.

        Strangers are candidates where responses are from a pool: the same for all lists of a batch.
        """
        drawn = {}
        if self.training.response_set == "pool":
            drawn["strangers"] = self.signs((self.training.lures, self.training.vector_size)).to(self.device)
        if self.draws_responses:
            drawn["waits"] = waiting_times(len(items), items.shape[1], self.generator).to(self.device)
        if self.training.stop_credit:
            drawn["credit"] = torch.tensor(self.credit, device=self.device)
        return drawn

    def recall(self, episode: Episode, drawn: Any) -> Tensor:
        """The loss of the recall of a list that was studied."""
        episode.lures = drawn.get("strangers")
        return recall_loss(self.network, episode, drawn["waits"], drawn.get("credit"))

    def recalls(self, episode: Episode, drawn: Any) -> Tensor:
        """The loss (n, B) of each list at every output."""
        episode.lures = drawn.get("strangers")
        return recall_losses(self.network, episode, drawn["waits"], drawn.get("credit"))

    @property
    def credit(self) -> float:
        """The credit for stopping by now: none in the first half of training, all in the last quarter."""
        risen = (self.progress - CREDIT_FROM) / (CREDIT_UNTIL - CREDIT_FROM)
        return self.training.stop_credit * min(max(risen, 0.0), 1.0)


class InOrder(AnyOrder):
    """The items in the order of study, then stopping."""

    draws_responses = False

    def recall(self, episode: Episode, drawn: Any) -> Tensor:
        """See :func:`sequence_loss`."""
        episode.lures = drawn.get("strangers")
        return sequence_loss(self.network, episode, self.in_order(episode))

    def recalls(self, episode: Episode, drawn: Any) -> Tensor:
        """See :func:`sequence_losses`."""
        episode.lures = drawn.get("strangers")
        return sequence_losses(self.network, episode, self.in_order(episode))

    def in_order(self, episode: Episode) -> Tensor:
        """(B, L + 1) the items of each list, and stopping."""
        batch, length, _ = episode.items.shape
        return self.order(length).expand(batch, -1)

    def order(self, length: int) -> Tensor:
        """(L + 1,) positions as they are to be recalled, and L for stopping."""
        return torch.arange(length + 1, device=self.device)


class InReverse(InOrder):
    """The items in the reverse order of study, then stopping."""

    def order(self, length: int) -> Tensor:
        """(L + 1,) positions from the last to the first, and L for stopping."""
        return torch.cat((torch.arange(length, device=self.device).flip(0), torch.tensor([length], device=self.device)))


class OldOrNew(OfLists):
    """Which probes were studied; as many were as were not, which are drawn from the same distribution."""

    def draw(self, longest: int) -> dict[str, Any]:
        """Lists, probes, and the delay between them."""
        items = self.items(longest)
        targets, lures = self.probes(items)
        return {"items": items, "targets": targets, "lures": lures, "delay": self.delay(), **self.noise()}

    def loss_of(self, drawn: Any) -> Tensor:
        """See :func:`judgment_loss`."""
        episode = studied(self.network, drawn["items"], delay=drawn["delay"], wearing=self.wearing(drawn))
        return judgment_loss(self.network, episode, drawn["targets"], drawn["lures"])

    def probes(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """The positions of old items (B, P), and as many new items (B, P, D)."""
        n_targets = min(items.shape[1], MOST_ASKED)
        targets = self.some(items.shape[1], n_targets)
        return targets, self.signs((len(items), n_targets, items.shape[2])).to(self.device)

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

    def draw(self, longest: int) -> dict[str, Any]:
        """Pairs, their cues, one cue more that was not studied, and the delay between them."""
        items = self.items(longest)
        batch, length, size = items.shape
        pairs = self.some(length // 2, min(length // 2, MOST_ASKED))
        # The side of each cue, and in the last column that of the cue that was not studied.
        sides = torch.randint(2, (batch, pairs.shape[1] + 1), generator=self.generator).to(self.device)
        if self.training.directions == "forward":
            sides = torch.zeros_like(sides)
        lure = self.signs((batch, size)).to(self.device)
        return {
            "items": items, "pairs": pairs, "sides": sides, "lure": lure, "delay": self.delay(), **self.noise(),
        }  # fmt: skip

    def loss_of(self, drawn: Any) -> Tensor:
        """See :func:`cued_loss`."""
        episode = studied_pairs(self.network, drawn["items"], drawn["delay"], self.wearing(drawn))
        return cued_loss(self.network, episode, drawn["pairs"], drawn["sides"], drawn["lure"])
