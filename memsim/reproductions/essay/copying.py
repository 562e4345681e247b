"""The repeat-copy task of the essay of Greydanus (2017): its error, and a picture of one trial."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import torch
from matplotlib.figure import Figure

from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.analysis.figures.page import Drawing
from memsim.core.arrays import FloatArray
from memsim.models.networks.cores.core import Weightings
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.weights import load_weights
from memsim.reproductions.essay.lists import BITS, TRAINED_LENGTH, network_of
from memsim.training.inspection import cell_order, weighting_strips
from memsim.training.sequence_tasks.essay import EssayCopy
from memsim.training.sequence_tasks.sequences import Sequences

TASK = EssayCopy(BITS)
COPIES = 300
"""Trials of each length and number of lists."""


def copy_trial(seed: int) -> tuple[Sequences, FloatArray, list[Weightings]]:
    """One trial with three lists of five: the sequence, the (bits, steps) output, and the weightings of each step."""
    network = network_of(load_weights("greydanus2017-copy"))
    generator = torch.Generator().manual_seed(seed)
    outputs, weightings = [], list[Weightings]()
    with torch.inference_mode():
        before = network(TASK.of_lists(1, TRAINED_LENGTH, 3, generator).inputs)[1]
        task = TASK.of_lists(1, TRAINED_LENGTH, 3, generator)
        state = network.start(1)._replace(controller=before.controller)
        for inputs in task.inputs:
            output, state, step = network.step(inputs, state)
            outputs.append(output.sigmoid()[0].numpy())
            weightings.append(step)
    return task, np.stack(outputs, axis=1), weightings


def copy_figure(seed: int, **drawing: Unpack[Drawing]) -> Figure:
    """The essay's picture of a trial: input, target, output, and where the memory was addressed."""
    task, outputs, weightings = copy_trial(seed)
    bits = [
        Strip("Input", task.inputs[:, 0].numpy().T, row="bit"),
        Strip("Target", task.targets[:, 0].numpy().T, row="bit"),
        Strip("Output", outputs, row="bit"),
    ]
    items = [str(i + 1) for i in range(TRAINED_LENGTH)]
    steps = [" ", *items, "|", " ", *items] * 3
    phases = {f"List {i + 1}": i * len(steps) // 3 for i in range(3)}
    return memory_figure(
        [*bits, *weighting_strips(weightings, cell_order(weightings), DNC.rows)], steps, phases=phases,
        steps_label="items presented, the end marker |, outputs",
        title="A DNC in the essay's repeat-copy task: three lists of five, each to be recalled in order", **drawing,
    )  # fmt: skip


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
