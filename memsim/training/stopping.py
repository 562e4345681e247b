"""When training ends before its last iteration, and which weights are kept: those that did best on lists held out."""

from __future__ import annotations

from typing import Any

from memsim.training.criteria import Criterion
from memsim.training.measuring import Measures


class Stopping:
    """The best measure of lists held out so far, when it was, and whether training ends.

    Parameters
    ----------
    until : training ends when this is reached; ``None`` never. It says whether accuracy or loss is what counts.
    patience : training ends when the best measure was this many iterations ago; 0 never.
    """

    def __init__(self, until: Criterion | None, patience: int) -> None:
        self.until, self.patience = until, patience
        self.measure = until.measure if until else "loss"
        self.best: dict[str, float] = {}
        self.best_at, self.since = 0, 0
        self.why = ""

    def is_best(self, iteration: int, measures: Measures, full_length: bool) -> bool:
        """Take new measures, and say whether they are the best so far; those that are no better, are not.

        Patience counts from when the lists of training have their full length.
        """
        now = {name: value for name, value in measures._asdict().items() if value is not None}
        sign = 1 if self.measure == "loss" else -1
        better = not self.best or sign * now[self.measure] < sign * self.best[self.measure]
        if better:
            self.best, self.best_at = now, iteration
        if better or not full_length:
            self.since = iteration
        if self.until and sign * now[self.measure] <= sign * self.until.value:
            self.why = "until"
        elif self.patience and iteration - self.since >= self.patience:
            self.why = "patience"
        return better

    def state(self) -> dict[str, Any]:
        """All that is needed to go on, as JSON holds it."""
        return {name: getattr(self, name) for name in ("best", "best_at", "since", "why")}

    def go_on(self, state: dict[str, Any]) -> None:
        """Continue from a state."""
        for name in self.state():
            setattr(self, name, state[name])
