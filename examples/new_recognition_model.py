"""A model of recognition of your own: memory for how recently an item was studied.

Check it with ``memsim check examples/new_recognition_model.py``, and run it beside others with
``memsim run examples/new_recognition_model.py SummedSimilarity --paradigm recognition``.
"""

from dataclasses import dataclass

import numpy as np

from memsim import Normal, RecognitionModel, parameter


@dataclass(frozen=True)
class Recency(RecognitionModel):
    """The strength of an item is 1 when it is studied, and falls by a constant share with each item after it."""

    kept: float = parameter(0.9, 0, 1, doc="share of strength that is kept over one further item")
    criterion: float = parameter(0.5, 0, 1, doc="strength from which an item is called old")
    criterion_noise: float = parameter(0.3, 0.001, 10, doc="standard deviation of the criterion")

    def begin(self, trials, rng):
        return np.zeros((len(trials), trials.n_units)), trials.first_presentation

    def study(self, state, position):
        strength, unit = state
        strength *= self.kept
        strength[np.arange(len(unit)), unit[:, position]] = 1
        return strength, unit

    def familiarity(self, state, probe):
        return Normal(state[0][np.arange(len(probe.units)), probe.units[:, 0]])
