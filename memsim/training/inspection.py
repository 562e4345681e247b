"""A look into a network: one trial of it, step by step, as a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from memsim.analysis.figures.memory import memory_figure
from memsim.analysis.figures.page import Drawing
from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract
from memsim.core.judgments import Judgments
from memsim.core.names import shown
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.data.loading import load_recalls
from memsim.models.lookup import build_model
from memsim.models.networks.network_steps import NetworkModel
from memsim.paradigms.registered import PARADIGMS
from memsim.training.showing.sequence_network import SequenceNetwork, sequence_network
from memsim.training.showing.strips import panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.core.trials import Paradigm
    from memsim.training.objectives.sequence_objective import SequenceObjective

STEPS = "study: serial position; test: ? is the cue, then the response just given"
PROBED = "study: serial position, of a pair its first; test: that of each {}, + if it was not studied, looked at twice"
LIST_LENGTH = 12


def show(
    model: Any,
    paradigm: Paradigm | None = None,
    *,
    people: str | Path | Recalls | None = None,
    list_length: int | None = None,
    trial: int = 0,
    seed: int | None = None,
    **drawing: Unpack[Drawing],
) -> Figure:
    """The weightings of every step of one trial of a network; without external memory, the state of its controller.

    Of a network that judges probes, or recalls partners of cues, the test has the steps of each of these. Of one that
    was trained on a task of sequences, a trial is one random sequence, and its inputs, what is asked for, and the
    outputs stand above the weightings (:func:`memsim.training.showing.sequences.sequence_figure`).

    Parameters
    ----------
    model : the network, such as :class:`memsim.models.DNC`, or its name: ``"DNC:serial"``, ``"GRU:mine.safetensors"``;
        of a task of sequences its name, ``"NTM:ntm-copy.safetensors"``, or a
        :class:`memsim.training.showing.sequence_network.SequenceNetwork`, which may have a lesion.
    paradigm : the task of which the network does a trial; by default a list of the task that the network was trained
        for. It does not apply to tasks of sequences, and neither do people.
    people : recalls whose lists and responses the network is given instead of its own: Recalls, a data set's name,
        ``name:condition``, or a file.
    list_length : items in the list, 12 by default, where neither paradigm nor people are given; of a sequence what its
        task counts, by default as in the longest of training.
    trial : which list or sequence, counted from 0. Each is drawn apart from all others of the seed; a list of a
        simulation of your own is drawn with its recalls as ``people``. Kinds of sequences, such as numbers of copies,
        come in turn.
    seed : of the lists and the simulation, 0 by default; it does not apply to ``people``.
    drawing : as in :func:`memsim.analysis.memory_figure`.

    Returns
    -------
    Figure : the weightings that the core names over steps, all on one scale, and its links after study and at the end;
        cells are sorted by when they were written most.

    Raises
    ------
    InputError : the model is no network, there is no such trial, a task, a length or a seed is given with people, or a
        task or people with a network of sequences.
    """
    network: Any = (sequence_network(model) or build_model(model)) if isinstance(model, str) else model
    if not isinstance(network, NetworkModel | SequenceNetwork):
        raise InputError(f"{type(network).__name__} is not a network; show DNC, or one of your own")
    if isinstance(trial, bool) or not isinstance(trial, int) or trial < 0:
        raise InputError(f"trial={shown(trial)} must be a whole number of at least 0")
    if isinstance(network, SequenceNetwork):
        for name, given in {"people": people, "paradigm": paradigm}.items():
            if given is not None:
                raise InputError(
                    f"show: {name}={shown(given)} is for networks that study lists, and the weights "
                    f"{network.weights!r} were trained on {network.record['objective']}, a task of sequences; leave it "
                    "out"
                )
        return _sequence(network, list_length, trial, seed or 0, **drawing)
    if list_length is not None and (people is not None or paradigm is not None):
        raise InputError(
            f"show: list_length={shown(list_length)} does not apply with people or a paradigm, which have their own; "
            "leave it out"
        )
    if people is not None:
        if paradigm is not None:
            raise InputError("show: the lists of people are of their own task; give a paradigm or people, not both")
        if seed is not None:
            raise InputError(f"show: seed={seed!r} does not apply with people, whose lists and responses are given")
        recalls: Any = people if isinstance(people, Recalls | Judgments) else load_recalls(str(people))
        if trial >= len(recalls):
            raise InputError(f"trial={trial} is beyond the {len(recalls):,} lists that there are, counted from 0")
        recalls, whose = recalls[[trial]], "responses given"
    else:
        task = paradigm or task_for(network, LIST_LENGTH if list_length is None else list_length)
        own = int(stream(seed or 0, "list", trial).integers(2**63))
        recalls, whose = simulate(network, task.trials(1, own), own), "responses its own"
    seen = network.watch(recalls)
    if recalls.trials.probes is None:
        columns = scored_outcomes(recalls, network.repeats, network.intrusions).columns[0]
        columns = columns[columns != NO_EVENT]
        steps, phases = step_labels(recalls.trials.paradigm, columns, len(seen))
        given = ", ".join(str(column + 1) for column in columns if column < recalls.list_length) or "none"
        label = STEPS
    else:
        steps, phases, given = probed_labels(recalls)
        label = PROBED.format("cue" if recalls.trials.paradigm.cued_by_item else "probe")
    lesion = f", without {network.without} ({network.lesioned})" if network.without else ""
    title = f"{network.label}{lesion}, list {trial}; {whose}: {given}"
    strips, links = panels(seen, network.network().network, phases["Test"])
    return memory_figure(strips, steps, links, phases=phases, steps_label=label, title=title, **drawing)


def _sequence(
    network: SequenceNetwork, list_length: int | None, trial: int, seed: int, **drawing: Unpack[Drawing]
) -> Figure:
    """One sequence of the task that the network was trained on."""
    from memsim.training.showing.sequences import sequence_figure

    objective = network.objective(list_length)
    watched = network.watched(objective, trial, seed)
    title = titled(network, objective, trial)
    return sequence_figure(objective.network, objective.task, watched, title, **drawing)


def titled(network: SequenceNetwork, objective: SequenceObjective, trial: int) -> str:
    """The title of a sequence: whose it is, of which task, and how long."""
    longest, length = network.settings().list_length, objective.training.list_length
    lesion = f", without {network.without}" if network.without else ""
    lesion += f", {network.slots} slots" if network.slots is not None else ""
    beyond = f" (in training up to {longest})" if length > longest else ""
    return f"{network.label}{lesion}, {objective.training.objective}, sequence {trial} of length {length}{beyond}"


def task_for(network: NetworkModel, list_length: int) -> Paradigm:
    """The task that the network was trained for, with lists of this length."""
    by_cue = {"free": "free_recall", "forward": "serial_recall", "item": "cued_recall"}
    name = next((task for cue, task in by_cue.items() if cue in network.cues), "recognition")
    task: Paradigm = PARADIGMS.build(name, {"list_length": list_length})
    return task


def step_labels(paradigm: Paradigm, columns: IntArray, n_steps: int) -> tuple[list[str], dict[str, int]]:
    """What each step of the network was for, and where study and test begin.

    The serial position studied; a dot for distraction; a question mark for the cue; the serial position fed back.
    """
    labels, phases = _studied_labels(paradigm)
    fed_back = [str(column + 1) for column in columns if column < paradigm.list_length]
    return [*labels, "?", *fed_back][:n_steps], phases


def probed_labels(responses: Any) -> tuple[list[str], dict[str, int], str]:
    """As :func:`step_labels`, of the first trial of a task with probes or cues; and the responses in words."""
    from memsim.models.networks.recall_network import LOOKS

    trials = responses.trials
    labels, phases = _studied_labels(trials.paradigm)
    positions = [int(trials.probe(index).positions[0].max()) for index in range(trials.paradigm.n_probes)]
    names = ["+" if position < 0 else str(position + 1) for position in positions]
    if isinstance(responses, Judgments):
        rated = zip(names, responses.ratings[0], strict=True)
        given = f"old: {', '.join(name for name, rating in rated if 2 * rating > responses.n_ratings) or 'none'}"
    else:
        given = ", ".join(str(each) if each > 0 else "none" for each in responses.positions[0])
    return [*labels, *(name for name in names for _ in range(LOOKS))], phases, given


def _studied_labels(paradigm: Paradigm) -> tuple[list[str], dict[str, int]]:
    """The labels of the steps of study and distraction, and where study and test begin."""
    labels = []
    for event in paradigm.presentation():
        labels += ["·"] * int(np.ceil(event.seconds)) if isinstance(event, Distract) else [str(event[0] + 1)]
    study = next(i for i, label in enumerate(labels) if label != "·")
    return labels, {"Study": study, "Test": len(labels)}
