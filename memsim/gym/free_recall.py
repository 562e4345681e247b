"""Value-directed free recall: the agent's own memory holds what it stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from memsim.core.arrays import BoolArray
from memsim.gym.lists_for_reward import STORE, ListTask
from memsim.gym.task import Indices, State


@dataclass(frozen=True)
class ValueDirectedRecall(ListTask):
    """Free recall of words with values, as in Castel et al. (2002): 12 words worth 1 to 12 points.

    Any studied word earns its value when it is recalled first; what was stored is the agent's own affair, whose memory
    the action at study gates. With ``value_shown="test"`` nothing is known of values at study, so that selective
    storing is not possible: the control. See :class:`memsim.gym.lists_for_reward.ListTask` for observations and
    actions.

    References
    ----------
    Castel, Benjamin, Craik and Watkins (2002), Memory & Cognition, 30, 1078-1085. Penalty, pool and stopping are ours.
    """

    citation: ClassVar = (
        "Castel, A. D., Benjamin, A. S., Craik, F. I. M., & Watkins, M. J. (2002). The effects of aging on selectivity "
        "and control in short-term recall. Memory & Cognition, 30, 1078-1085."
    )

    def store(self, state: State, rows: Indices, positions: Indices) -> None:
        """Note the choice."""
        state["stored"][rows, positions] = True

    def reportable(self, state: State) -> BoolArray:
        """All of the list."""
        return np.ones_like(state["stored"])

    def writes(self, state: State, actions: Indices) -> BoolArray | None:
        """At study, where an item is stored."""
        study = self.phases(state)[0]
        return (actions == STORE) | ~study if self.storing and study.any() else None
