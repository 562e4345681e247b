"""Recall and recognition of the same list, so that one set of weights does both tests."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from memsim.models.networks.recall_network import LOOKS
from memsim.training.objectives.lists import AnyOrder, InOrder, OldOrNew
from memsim.training.objectives.losses import judgment_loss, studied


class RecalledAndJudged(AnyOrder, OldOrNew):
    """A list is studied once; after a delay probes are judged, and the list is recalled, in any order.

    ``probed`` says whether recall follows the probes, or comes before them, between study and the delay; with
    ``either`` that is drawn for each batch. Probes leave the state as it is, so that recall after them is the same with
    and without them; recall does not, so that a network has to learn what to keep for probes that come after it. The
    loss is the mean of both, per output and per probe.
    """

    @property
    def most_steps(self) -> int:
        """Those of study, of the delay, of a probe, the cue, and each response as it is fed back."""
        return 2 * self.training.list_length + 2 + self.training.longest_delay + LOOKS

    def draw(self, longest: int) -> dict[str, Any]:
        """Lists, probes, the delay, what is random in recall, and whether recall comes first."""
        drawn = OldOrNew.draw(self, longest)
        return {**drawn, **self.of_recall(drawn["items"]), "recalled_first": self.recalled_first()}

    def recalled_first(self) -> bool:
        """Whether the list of this batch is recalled before its probes are judged."""
        return bool(self.kind_of_batch()) if self.training.probed == "either" else self.training.probed == "after"

    @property
    def kinds(self) -> int:
        """Those of the orders of both tests."""
        return 2 if self.training.probed == "either" else 1

    def loss_of(self, drawn: Any) -> Tensor:
        """See :func:`judgment_loss`, and the loss of recall."""
        first, delay = drawn["recalled_first"], drawn["delay"]
        episode = studied(self.network, drawn["items"], delay=0 if first else delay, wearing=self.wearing(drawn))
        recalled = []
        if first:
            recalled.append(self.recall(episode, drawn))
            episode = self.network.present(episode, [None] * delay)
        judged = judgment_loss(self.network, episode, drawn["targets"], drawn["lures"])
        (loss,) = recalled or [self.recall(episode, drawn)]
        return (judged + loss) / 2


class OrderedAndJudged(RecalledAndJudged, InOrder):
    """The same with recall in the order of study."""
