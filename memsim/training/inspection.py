"""``memsim show``: one trial of a network with external memory, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.events import Study
from memsim.core.loop import simulate
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.models.networks.network_models import READ_MODES, NetworkModel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.core.trials import Paradigm
    from memsim.models.networks.memory import Weightings

STEPS = "study: serial position; test: ? is the cue, then the response just given"


def show(model: Any, source: Paradigm | Recalls, trial: int = 0, seed: int = 0) -> Figure:
    """The weightings of every step of one trial of ``model``.

    Parameters
    ----------
    model : a network with external memory, such as :class:`memsim.models.DNC`.
    source : a task, of which the model does trial number ``trial`` by itself; or recalls of people or of another model,
        whose responses it is given instead of its own.

    Raises
    ------
    InputError : the model has no external memory, or there is no such trial.
    """
    if not isinstance(model, NetworkModel):
        raise InputError(f"{type(model).__name__} is not a network with external memory; show DNC, or one of your own")
    if isinstance(trial, bool) or not isinstance(trial, int) or trial < 0:
        raise InputError(f"trial={trial!r} must be a whole number of at least 0")
    if isinstance(source, Recalls):
        if trial >= len(source):
            raise InputError(f"trial={trial} is beyond the {len(source):,} lists that there are, counted from 0")
        recalls, whose = source[[trial]], "responses given"
    else:
        recalls, whose = simulate(model, source.trials(trial + 1, seed), seed)[[trial]], "responses its own"
    weightings = model.weightings(recalls)
    if not weightings:
        raise InputError(f"{type(model).__name__} has no external memory, so there is nothing to show")
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns[0]
    columns = columns[columns != NO_EVENT]
    steps, phases = step_labels(recalls.trials.paradigm, columns, len(weightings))
    given = ", ".join(str(column + 1) for column in columns if column < recalls.list_length) or "none"
    title = f"{type(model).__name__}, list {trial}; {whose}: {given}"
    test = phases["Test"]
    order = slot_order(stacked(weightings, "write"))
    links = {
        "Links after study": matrix_of(weightings[test - 1], order),
        "Links at the end": matrix_of(weightings[-1], order),
    }
    return memory_figure(memory_strips(weightings, order), steps, links, phases=phases, steps_label=STEPS, title=title)


def step_labels(paradigm: Paradigm, columns: IntArray, n_steps: int) -> tuple[list[str], dict[str, int]]:
    """What each step of the network was for, and where study and test begin.

    The serial position studied; a dot for distraction; a question mark for the cue; the serial position fed back.
    """
    labels = []
    for event in paradigm.presentation():
        labels += [str(event.position + 1)] if isinstance(event, Study) else ["·"] * int(np.ceil(event.seconds))
    test = len(labels)
    fed_back = [str(column + 1) for column in columns if column < paradigm.list_length]
    return [*labels, "?", *fed_back][:n_steps], {"Study": 0, "Test": test}


def memory_strips(weightings: Sequence[Weightings], order: IntArray) -> list[Strip]:
    """Write, allocation, usage and, of every head, read weightings over the steps of the first trial of a batch."""
    strips = [
        Strip(f"{name.capitalize()} weighting" if name != "usage" else "Usage", stacked(weightings, name)[order])
        for name in ("write", "allocation", "usage")
    ]
    heads = weightings[0].reads.shape[1]
    for head in range(heads):
        label = f", head {head + 1}" if heads > 1 else ""
        for name, title in (
            ("reads", "Read weighting"),
            ("backward", "Backward along the links"),
            ("forward", "Forward along the links"),
        ):
            strips.append(Strip(title + label, stacked(weightings, name, head)[order]))
        strips.append(Strip("Read mode" + label, stacked(weightings, "read_modes", head), READ_MODES))
    return strips


def stacked(weightings: Sequence[Weightings], name: str, head: int | None = None) -> FloatArray:
    """(n, n_steps) of one weighting of the first trial."""
    each = (getattr(seen, name)[0] for seen in weightings)
    return np.stack([(tensor if head is None else tensor[head]).numpy() for tensor in each], axis=1)


def slot_order(write: FloatArray) -> IntArray:
    """Slots in the order in which they were written most, so that a list shows as a diagonal."""
    return np.argsort(write.argmax(axis=1), kind="stable").astype(np.int32)


def matrix_of(weightings: Weightings, order: IntArray) -> FloatArray:
    """The link matrix of the first trial, with slots in that order."""
    return weightings.links[0].numpy()[np.ix_(order, order)]
