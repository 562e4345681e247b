"""A look into a network with external memory: where it writes and reads in one trial, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract
from memsim.core.names import shown
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.data.loading import load_recalls
from memsim.models.lookup import build_model
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.networks.reading import READ_MODES
from memsim.paradigms.registered import PARADIGMS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.core.trials import Paradigm
    from memsim.models.networks.memory import Weightings

STEPS = "study: serial position; test: ? is the cue, then the response just given"
LIST_LENGTH = 12
MOST_TRIALS = 100_000


def show(
    model: Any,
    paradigm: Paradigm | None = None,
    *,
    people: str | Path | Recalls | None = None,
    trial: int = 0,
    seed: int | None = None,
) -> Figure:
    """The weightings of every step of one trial of a network with external memory.

    Parameters
    ----------
    model : the network, such as :class:`memsim.models.DNC`, or its name: ``"DNC:serial"``, ``"DNC:mine.safetensors"``.
    paradigm : the task of which the network does a trial; by default a list of 12 items of the task that the network
        was trained for.
    people : recalls whose lists and responses the network is given instead of its own: Recalls, a data set's name,
        ``name:condition``, or a file.
    trial : which list, counted from 0.
    seed : of the lists and the simulation, 0 by default; it does not apply to ``people``.

    Returns
    -------
    Figure : write, allocation and read weightings and usage over steps, and the links after study and at the end.

    Raises
    ------
    InputError : the model has no external memory, there is no such trial, or a task or a seed is given with people.
    """
    network: Any = build_model(model) if isinstance(model, str) else model
    if not isinstance(network, NetworkModel):
        raise InputError(
            f"{type(network).__name__} is not a network with external memory; show DNC, or one of your own"
        )
    if isinstance(trial, bool) or not isinstance(trial, int) or trial < 0:
        raise InputError(f"trial={shown(trial)} must be a whole number of at least 0")
    if not {"free", "forward"} & set(network.cues):
        raise InputError(f"show: {network.label} recalls no lists, so there is no trial of it to draw; show DNC")
    if people is None and trial >= MOST_TRIALS:
        raise InputError(
            f"trial={shown(trial)} must be below {MOST_TRIALS:,}, since the lists before it are simulated too"
        )
    if people is not None:
        if paradigm is not None:
            raise InputError("show: the lists of people are of their own task; give a paradigm or people, not both")
        if seed is not None:
            raise InputError(f"show: seed={seed!r} does not apply with people, whose lists and responses are given")
        recalls = people if isinstance(people, Recalls) else load_recalls(str(people))
        if trial >= len(recalls):
            raise InputError(f"trial={trial} is beyond the {len(recalls):,} lists that there are, counted from 0")
        recalls, whose = recalls[[trial]], "responses given"
    else:
        task = paradigm or task_for(network, LIST_LENGTH)
        recalls, whose = simulate(network, task.trials(trial + 1, seed or 0), seed or 0)[[trial]], "responses its own"
    weightings = network.weightings(recalls)
    if not weightings:
        raise InputError(f"{network.label} has no external memory, so there is nothing to show")
    columns = scored_outcomes(recalls, network.repeats, network.intrusions).columns[0]
    columns = columns[columns != NO_EVENT]
    steps, phases = step_labels(recalls.trials.paradigm, columns, len(weightings))
    given = ", ".join(str(column + 1) for column in columns if column < recalls.list_length) or "none"
    title = f"{network.label}, list {trial}; {whose}: {given}"
    test = phases["Test"]
    order = slot_order(stacked(weightings, "write"))
    links = {
        "Links after study": matrix_of(weightings[test - 1], order),
        "Links at the end": matrix_of(weightings[-1], order),
    }
    return memory_figure(memory_strips(weightings, order), steps, links, phases=phases, steps_label=STEPS, title=title)


def task_for(network: NetworkModel, list_length: int) -> Paradigm:
    """The task that the network was trained for, with lists of this length."""
    name = "free_recall" if "free" in network.cues else "serial_recall"
    task: Paradigm = PARADIGMS.build(name, {"list_length": list_length})
    return task


def step_labels(paradigm: Paradigm, columns: IntArray, n_steps: int) -> tuple[list[str], dict[str, int]]:
    """What each step of the network was for, and where study and test begin.

    The serial position studied; a dot for distraction; a question mark for the cue; the serial position fed back.
    """
    labels = []
    for event in paradigm.presentation():
        labels += ["·"] * int(np.ceil(event.seconds)) if isinstance(event, Distract) else [str(event[0] + 1)]
    study = next(i for i, label in enumerate(labels) if label != "·")
    test = len(labels)
    fed_back = [str(column + 1) for column in columns if column < paradigm.list_length]
    return [*labels, "?", *fed_back][:n_steps], {"Study": study, "Test": test}


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
