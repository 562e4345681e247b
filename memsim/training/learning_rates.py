"""The learning rate over iterations, as a share of the largest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from memsim.training.settings import Training


def share_of_rate(training: Training, iteration: int) -> float:
    """The learning rate of an iteration, counted from 0, as a share of that of the settings.

    It rises in equal steps over the ``warmup`` iterations, to 1 at the last of them. After these, with i the
    iterations since and n those that there are in all: ``constant``, 1; ``cosine``, (1 + cos(pi i / n)) / 2; ``step``,
    step_factor to the power of the whole part of i / step_every.
    """
    since = iteration - training.warmup
    if since < 0:
        return (iteration + 1) / training.warmup
    if training.schedule == "cosine":
        return float(0.5 * (1 + np.cos(np.pi * (since / (training.iterations - training.warmup)))))
    if training.schedule == "step":
        return float(training.step_factor ** (since // training.step_every))
    return 1.0
