"""Mixtures of histories: what each may have been predicts the events, and earlier events tell which one is true."""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.event_probabilities import Events


class Histories:
    """Possible histories of lists, such as encodings, or whether a whole list lapsed."""

    def __init__(self) -> None:
        self.joint: Events | None = None
        self.before: FloatArray | None = None

    def add(self, weight: Any, events: Events) -> None:
        """A history with this probability before the events, one number or (n_trials, 1)."""
        with np.errstate(divide="ignore"):
            first = np.broadcast_to(np.log(weight), (len(events.outcome), 1))
            before = np.concatenate((first, first + np.cumsum(np.log(events.outcome), axis=1)[:, :-1]), axis=1)
            joint = events.combined(lambda each: before + np.log(each))
        if self.joint is None or self.before is None:
            self.joint, self.before = joint, before
        else:
            self.joint = self.joint.combined(np.logaddexp, joint)
            self.before = np.logaddexp(self.before, before)

    def predicted(self) -> Events:
        """The probabilities of the events over all histories; 0 after an event that none of them allows."""
        assert self.joint is not None and self.before is not None
        before = np.where(np.isneginf(self.before), 0, self.before)
        return self.joint.combined(lambda joint: np.exp(joint - before))
