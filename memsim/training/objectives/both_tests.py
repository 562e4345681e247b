"""Recall and recognition of the same list, so that one set of weights does both tests."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from memsim.models.networks.recall_network import LOOKS
from memsim.training.objectives.lists import AnyOrder, InOrder, OldOrNew
from memsim.training.objectives.losses import judgment_loss, studied


class RecalledAndJudged(AnyOrder, OldOrNew):
    """A list is studied once; after a delay, probes are judged, and then the list is recalled, in any order.

    Probes leave the state as it is, so recall is the same with and without them. The loss is the mean of both, per
    output and per probe.
    """

    @property
    def most_steps(self) -> int:
        """Those of study, of the delay, of a probe, the cue, and each response as it is fed back."""
        return 2 * self.training.list_length + 2 + self.training.longest_delay + LOOKS

    def draw(self, longest: int) -> dict[str, Any]:
        """Lists, probes, the delay, and what is random in recall."""
        drawn = OldOrNew.draw(self, longest)
        return {**drawn, **self.of_recall(drawn["items"])}

    def loss_of(self, drawn: Any) -> Tensor:
        """See :func:`judgment_loss`, and the loss of recall."""
        episode = studied(self.network, drawn["items"], delay=drawn["delay"], wearing=self.wearing(drawn))
        judged = judgment_loss(self.network, episode, drawn["targets"], drawn["lures"])
        return (judged + self.recall(episode, drawn)) / 2


class OrderedAndJudged(RecalledAndJudged, InOrder):
    """The same with recall in the order of study."""
