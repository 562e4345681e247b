"""Models whose memory answers leave as it is, so that all probes of a test can be judged at once."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import IntArray
from memsim.core.events import Distract, Probe, Study, StudyPair
from memsim.core.evidence import Evidence
from memsim.core.probes import ABSENT, ProbeBatch
from memsim.core.recognition_model import RecognitionModel
from memsim.core.trials import Trials


class ManyProbes(NamedTuple):
    """Probes of a batch of trials; items and units are (n_trials, n_probes, 1 or 2), as in a :class:`ProbeBatch`."""

    items: IntArray
    units: IntArray
    about: IntArray
    """(n_trials, n_probes) the list asked about; -1 for all."""
    stored: IntArray
    """(n_probes,) the number of traces that were stored before each probe."""
    moment: IntArray
    """(n_probes,) the number of events of study and of distraction before each probe."""


@dataclass
class Stored:
    """How far a trial has come: part of the state of a model of this kind."""

    stored: int = 0
    """The number of traces so far."""
    moment: int = 0
    """The number of events of study and of distraction so far."""


@dataclass(frozen=True)
class FixedMemory(RecognitionModel):
    """A model that lays down one trace for each event of study, and does not change when probes are judged.

    It draws all traces in ``begin``, in a state that derives from :class:`Stored`, and defines :meth:`evidence_of`.
    """

    @abstractmethod
    def evidence_of(self, state: Any, probes: ManyProbes) -> Evidence:
        """The evidence of probes, whose rows are the probes of the first trial, then those of the second, ..."""

    def study(self, state: Any, position: int) -> Any:
        state.stored += 1
        state.moment += 1
        return state

    def distract(self, state: Any, seconds: float) -> Any:
        state.moment += 1
        return state

    def familiarity(self, state: Any, probe: ProbeBatch) -> Evidence:
        return self.evidence_of(state, one_probe(state, probe))

    def fast_evidence(self, trials: Trials, rng: np.random.Generator) -> Evidence:
        return self.evidence_of(self.begin(trials, rng), all_probes(trials))


def one_probe(state: Stored, probe: ProbeBatch) -> ManyProbes:
    """The probe that is judged now."""
    stored, moment = np.array([[state.stored], [state.moment]], dtype=np.int32)
    return ManyProbes(probe.items[:, None], probe.units[:, None], probe.about[:, None], stored, moment)


def all_probes(trials: Trials) -> ManyProbes:
    """All probes of ``trials``, in the order of the test."""
    assert trials.probes is not None
    about = trials.probes.about
    if about is None:
        about = np.full(trials.probes.items.shape[:2], ABSENT, np.int32)
    stored, moment = np.zeros((2, trials.paradigm.n_probes), dtype=np.int32)
    now = Stored()
    for event in trials.paradigm.events():
        if isinstance(event, Probe):
            stored[event.number], moment[event.number] = now.stored, now.moment
        else:
            now.stored += isinstance(event, Study | StudyPair)
            now.moment += isinstance(event, Study | StudyPair | Distract)
    return ManyProbes(trials.probes.items, trials.units_of_probes, about, stored, moment)


def studied_vectors(vectors: Any, trials: Trials) -> Any:
    """(n_trials, list_length, n_features) vectors of listed items, of (n_trials, n_units, n_features) of units."""
    if trials.repeated_items.any():
        return np.take_along_axis(vectors, trials.first_presentation[:, :, None], axis=1)
    return vectors[:, : trials.list_length]


def positions_of_traces(trials: Trials) -> list[tuple[int, ...]]:
    """The serial positions of each trace, in the order of study: one of an item, two of a pair."""
    return [tuple(event) for event in trials.paradigm.events() if isinstance(event, Study | StudyPair)]
