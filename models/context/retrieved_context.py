"""What all retrieved-context models share: context drifts, items are bound to it, and recalled items bring it back."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.events import Distract
from memsim.core.model import MemoryModel
from memsim.core.trials import Trials
from memsim.models.context.drift import ContextState, Region
from memsim.models.context.probing import Probing, studies_after_probes


@dataclass(frozen=True)
class RetrievedContextModel(MemoryModel[ContextState]):
    """Recall by a drifting context; a subclass defines study, and how context selects the next item.

    Forward serial recall begins in the context of the start of the list, reinstated whole (as in the context retrieval
    and updating model of Logan, 2021); backward recall begins in the context of the end of the list.
    """

    cues: ClassVar[tuple[str, ...]] = ("free", "forward", "backward")

    @property
    @abstractmethod
    def recall_rates(self) -> FloatArray:
        """(n_regions,) the rates at which a recalled item's context comes into temporal and source context."""

    @property
    @abstractmethod
    def distraction_drift(self) -> float:
        """The rate at which context drifts in each second of distraction: a parameter of the subclass."""

    def begin(self, trials: Trials, rng: np.random.Generator) -> ContextState:
        return self.state_at_start(trials)

    def state_at_start(self, trials: Trials, n_alike: int = 1, n_unrelated: int = 0) -> ContextState:
        """Context in the unit of the start of the list, with nothing bound to it.

        Parameters
        ----------
        n_alike : 1 if temporal context is the same in all trials, otherwise the number of trials.
        n_unrelated : unrelated units that enter context during study, besides those of distraction.
        """
        length, paradigm = trials.list_length, trials.paradigm
        n_unrelated += sum(isinstance(event, Distract) for event in paradigm.events())
        n_units, repeats = length + 1 + n_unrelated, bool(trials.repeated_items.any())
        probing = None
        if trials.probes is not None:
            probing = Probing(n_units, np.zeros(length, dtype=bool))
            n_units += trials.n_units - length
        if repeats or (probing is not None and studies_after_probes(paradigm)):
            n_alike = len(trials)
        temporal = Region.starting(n_alike, length, n_units, start=length)
        first = trials.first_presentation if repeats else None
        return ContextState(len(trials), temporal, first=first, probing=probing)

    def distract(self, state: ContextState, seconds: float) -> ContextState:
        kept = (1 - self.distraction_drift**2) ** (seconds / 2)
        if state.search is None or state.probing is not None:
            state.drift_away(kept)
        if state.search is not None:
            products = state.search.products.copy()
            products[:, 0] *= kept
            state.search.products = products
        return state

    def cue(self, state: ContextState, cue: str) -> ContextState:
        super().cue(state, cue)
        if cue == "forward":
            state.start_again(1.0)
        state.begin_search()
        return state

    def recalled(self, state: ContextState, position: IntArray) -> ContextState:
        rates = self.recall_rates
        if state.probing is None or state.search is not None:
            state.searching.bring_back(position, rates[: state.searching.products.shape[1]])
        if state.probing is not None:
            state.come_back(np.where(position < state.start_unit, position, -1), *rates)
        return state
