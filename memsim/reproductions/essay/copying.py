"""The repeat-copy task of the essay of Greydanus (2017): its error, and a picture of one trial."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import torch
from matplotlib.figure import Figure

from memsim.analysis.figures.page import Drawing
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.weights import load_weights
from memsim.reproductions.essay.lists import BITS, TRAINED_LENGTH, network_of
from memsim.training.sequence_tasks.essay import EssayCopy
from memsim.training.showing.sequences import Watched, sequence_figure, watch

TASK = EssayCopy(BITS)
COPIES = 300
"""Trials of each length and number of lists."""


def copy_trial(seed: int) -> tuple[DNC, Watched]:
    """The network, and one trial of it with three lists of five."""
    network = network_of(load_weights("greydanus2017-copy"))
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        before = network(TASK.of_lists(1, TRAINED_LENGTH, 3, generator).inputs)[1]
    sequences = TASK.of_lists(1, TRAINED_LENGTH, 3, generator)
    return network, watch(network, sequences, network.start(1)._replace(controller=before.controller))


def copy_figure(seed: int, **drawing: Unpack[Drawing]) -> Figure:
    """The essay's picture of a trial: input, target, output, and where the memory was addressed."""
    network, watched = copy_trial(seed)
    title = "A DNC in the essay's repeat-copy task: three lists of five, each to be recalled in order"
    return sequence_figure(network, TASK, watched, title, **drawing)


def copy_error(seed: int) -> float:
    """Share of wrong bits in :data:`COPIES` trials of every length and number of lists that was trained."""
    network = network_of(load_weights("greydanus2017-copy"))
    generator = torch.Generator().manual_seed(seed)
    errors = []
    with torch.inference_mode():
        state = network(TASK.of_lists(COPIES, TRAINED_LENGTH, 1, generator).inputs)[1]
        for length in range(1, TRAINED_LENGTH + 1):
            for lists in range(1, 4):
                task = TASK.of_lists(COPIES, length, lists, generator)
                output, state = network(task.inputs, network.start(COPIES)._replace(controller=state.controller))
                errors.append(TASK.scores(output, task)["wrong bits"])
    return float(np.mean(errors))
