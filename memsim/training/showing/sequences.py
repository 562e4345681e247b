"""One sequence of a task through a core: what goes in, what comes out beside what is asked for, and the core within."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple, Unpack

import torch
from torch import Tensor, nn

from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.analysis.figures.page import Drawing
from memsim.core.arrays import FloatArray
from memsim.models.networks.cores.core import State
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.recall_network import Seen
from memsim.training.sequence_tasks.sequences import Sequences, SequenceTask
from memsim.training.showing.strips import panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = "step; ×: a wrong output; grey: no output is asked for"


class Watched(NamedTuple):
    """One sequence, and what a core made of it."""

    sequences: Sequences
    """A batch of one."""
    outputs: Tensor
    """(T, 1, outputs)."""
    seen: list[Seen]
    """Of every step."""


def watch(core: nn.Module, sequences: Sequences, state: State, without: Collection[str] = frozenset()) -> Watched:
    """Run a core step by step through a batch of one sequence, from this ``state`` on.

    ``without`` names parts of the core that are switched off.
    """
    outputs, seen = [], []
    with torch.no_grad():
        for inputs in sequences.inputs:
            output, state, weightings = take_step(core, inputs, state, without)
            outputs.append(output)
            seen.append(Seen(weightings, state))
    return Watched(sequences, torch.stack(outputs), seen)


def sequence_figure(
    core: nn.Module, task: SequenceTask, watched: Watched, title: str, **drawing: Unpack[Drawing]
) -> Figure:
    """What goes in, what is asked for, what comes out, and what the core declares, over the steps of a sequence.

    Outputs are probabilities, of a 1 or of each class, at the steps at which they count; those whose most likely value
    is not the right one are marked. Where the best predictor is not always sure, its probabilities are drawn, too.

    Parameters
    ----------
    watched : a sequence of the ``task``, as :func:`watch` gives it.
    title : of the figure; how many outputs are wrong is added.
    drawing : as in :func:`memsim.analysis.memory_figure`.
    """
    phases = task.phases(watched.sequences)
    strips, links = panels(watched.seen, core, phases.get("Test"))
    steps = [str(number + 1) for number in range(len(watched.seen))]
    return memory_figure(
        [*input_strips(task, watched.sequences), *output_strips(task, watched), *strips], steps, links, phases=phases,
        steps_label=STEPS, title=f"{title}; {mistakes(task, watched)}", **drawing,
    )  # fmt: skip


def input_strips(task: SequenceTask, sequences: Sequences) -> list[Strip]:
    """What goes in, in its parts."""
    given = torch.split(sequences.inputs[:, 0], [part.size for part in task.input_parts], dim=1)
    return [
        Strip(part.title, each.numpy().T, part.rows, part.row)
        for part, each in zip(task.input_parts, given, strict=True)
    ]


def output_strips(task: SequenceTask, watched: Watched) -> list[Strip]:
    """What is asked for, what comes out, and what the best predictor would put out, where it is not always sure."""
    logits, sequences = task.choices(watched.outputs, watched.sequences)
    best, _ = task.choices(task.optimum(watched.sequences), watched.sequences)
    strips = [
        ("Asked for", sequences.targets, None),
        ("Put out", task.probabilities(logits), task.wrong(logits, sequences)[:, 0].numpy().T),
    ]
    ideal = task.probabilities(best)
    if not torch.allclose(ideal.to(sequences.targets)[sequences.counted], sequences.targets[sequences.counted]):
        strips.append(("Best prediction", ideal, None))
    return [
        Strip(title, _counted(values, sequences), row=task.output_row, marked=marked)
        for title, values, marked in strips
    ]


def mistakes(task: SequenceTask, watched: Watched) -> str:
    """How many outputs are wrong, in words; of the best predictor too, where that has some."""
    given, best = (
        task.n_wrong(*task.choices(outputs, watched.sequences))
        for outputs in (watched.outputs, task.optimum(watched.sequences))
    )
    said = f"{given} of {task.n_answers(watched.sequences)} {task.asked_for} wrong"
    return f"{said} (the best predictor: {best})" if best else said


def _counted(values: Tensor, sequences: Sequences) -> FloatArray:
    """(outputs, T) the values at the steps that count; NaN at others."""
    kept: FloatArray = values.where(sequences.counted[..., None], torch.nan)[:, 0].numpy().T
    return kept
