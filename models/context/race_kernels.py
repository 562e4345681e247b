"""A race of leaky competing accumulators (Usher & McClelland, 2001), compiled (numba)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from memsim.core.code.compiled import njit

THRESHOLD = 1.0
ROUNDING = 1e-6
"""Largest error, in seconds, of a sum of many steps."""
RESET = 0.95
"""The level to which the accumulator of a word already recalled is set back when it wins."""


class Race(NamedTuple):
    """The parameters of a race."""

    seconds_per_step: float
    rate: float
    """Share of the way to the input covered in a step, τ."""
    decay: float
    inhibition: float
    noise: float
    """Standard deviation of the noise of a step, η."""
    seconds: float
    """The duration of recall."""


@njit(cache=True)
def run_race(rng, race, support, recalled, done, elapsed, winner):  # type: ignore[no-untyped-def]
    """One race for each trial that is not ``done``: fill ``winner``, -1 where time ran out, and advance ``elapsed``."""
    n_trials, length = support.shape
    level = np.empty(length)
    for trial in range(n_trials):
        winner[trial] = -1
        if done[trial]:
            continue
        level[:] = 0.0
        while winner[trial] < 0 and elapsed[trial] + race.seconds_per_step <= race.seconds + ROUNDING:
            elapsed[trial] += race.seconds_per_step
            total = level.sum()
            highest = THRESHOLD
            for i in range(length):
                change = support[trial, i] - race.decay * level[i] - race.inhibition * (total - level[i])
                moved = level[i] + race.rate * change + race.noise * rng.standard_normal()
                level[i] = max(0.0, moved)
                if level[i] >= highest:
                    if recalled[trial, i]:
                        level[i] = RESET * THRESHOLD
                    else:
                        highest = level[i]
                        winner[trial] = i
