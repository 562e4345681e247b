"""A look into a network: where it writes and reads in one trial, or what its controller holds, as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.analysis.figures.page import Drawing
from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract
from memsim.core.judgments import Judgments
from memsim.core.names import shown
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.data.loading import load_recalls
from memsim.models.lookup import build_model
from memsim.models.networks.network_steps import NetworkModel
from memsim.paradigms.registered import PARADIGMS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.core.trials import Paradigm
    from memsim.models.networks.cores.core import Weightings
    from memsim.models.networks.recall_network import Seen

STEPS = "study: serial position; test: ? is the cue, then the response just given"
PROBED = "study: serial position, of a pair its first; test: that of each {}, + if it was not studied, looked at twice"
LIST_LENGTH = 12
MOST_TRIALS = 100_000


def show(
    model: Any,
    paradigm: Paradigm | None = None,
    *,
    people: str | Path | Recalls | None = None,
    trial: int = 0,
    seed: int | None = None,
    **drawing: Unpack[Drawing],
) -> Figure:
    """The weightings of every step of one trial of a network; without external memory, the state of its controller.

    Of a network that judges probes, or recalls partners of cues, the test has the steps of each of these.

    Parameters
    ----------
    model : the network, such as :class:`memsim.models.DNC`, or its name: ``"DNC:serial"``, ``"GRU:mine.safetensors"``.
    paradigm : the task of which the network does a trial; by default a list of 12 items of the task that the network
        was trained for.
    people : recalls whose lists and responses the network is given instead of its own: Recalls, a data set's name,
        ``name:condition``, or a file.
    trial : which list, counted from 0.
    seed : of the lists and the simulation, 0 by default; it does not apply to ``people``.
    drawing : as in :func:`memsim.analysis.memory_figure`.

    Returns
    -------
    Figure : the weightings that the core names over steps, all on one scale, and its links after study and at the end;
        cells are sorted by when they were written most.

    Raises
    ------
    InputError : the model is no network, there is no such trial, or a task or a seed is given with people.
    """
    network: Any = build_model(model) if isinstance(model, str) else model
    if not isinstance(network, NetworkModel):
        raise InputError(f"{type(network).__name__} is not a network; show DNC, or one of your own")
    if isinstance(trial, bool) or not isinstance(trial, int) or trial < 0:
        raise InputError(f"trial={shown(trial)} must be a whole number of at least 0")
    if people is None and trial >= MOST_TRIALS:
        raise InputError(
            f"trial={shown(trial)} must be below {MOST_TRIALS:,}, since the lists before it are simulated too"
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
        task = paradigm or task_for(network, LIST_LENGTH)
        recalls, whose = simulate(network, task.trials(trial + 1, seed or 0), seed or 0)[[trial]], "responses its own"
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


def panels(seen: Sequence[Seen], core: Any, test: int) -> tuple[list[Strip], dict[str, FloatArray]]:
    """What is drawn of the steps of a core: strips, and links where it has some; the test begins at step ``test``.

    Raises
    ------
    InputError : the core gives no weightings, and its state holds no vectors.
    """
    from memsim.models.networks.cores.declarations import declared
    from memsim.models.networks.cores.driving import parts_of, roles_of
    from memsim.models.networks.cores.hops import hops_of
    from memsim.models.networks.cores.state_leaves import place

    weightings = [step.weightings for step in seen]
    # A memory that grows has no cells where nothing is written.
    if not any(weighting.shape[2] for step in weightings for weighting in step.values()):
        return controller_strips(seen, roles_of(core).get("controller", "")), {}
    order = cell_order(weightings)
    links = {}
    if "links" in roles_of(core):
        for title, step in (("Links after study", seen[test - 1]), ("Links at the end", seen[-1])):
            matrix: FloatArray = place(step.state, roles_of(core)["links"])[0].numpy()
            links[title] = matrix[np.ix_(order, order)]
    hops = hops_of(parts_of(core))
    reads = {hops * declared(core, "heads"): hops} if hops > 1 else {}
    return weighting_strips(weightings, order, declared(core, "rows"), reads), links


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


def weighting_strips(
    weightings: Sequence[Weightings],
    order: IntArray,
    rows: Mapping[str, Sequence[str]],
    reads: Mapping[int, int] | None = None,
) -> list[Strip]:
    """Every weighting of every head over the steps of the first trial of a batch.

    Where as many heads read several times in a step as ``reads`` says, by the number of all reads in a step the number
    of hops, labels name the hop, too.

    Cells of the memory stand in this ``order``; weightings over something else, and those with names for their
    ``rows``, stand as they are.
    """
    strips = []
    for name, first in weightings[0].items():
        hops = (reads or {}).get(first.shape[1], 1)
        heads = first.shape[1] // hops
        for head in range(first.shape[1]):
            values = stacked(weightings, name, head)
            label = f", hop {head // heads + 1}" if hops > 1 else ""
            label += f", head {head % heads + 1}" if heads > 1 else ""
            sorted_values = values[order] if len(values) == len(order) and name not in rows else values
            strips.append(Strip(name.replace("_", " ").capitalize() + label, sorted_values, rows.get(name, ()), "cell"))
    return strips


def controller_strips(seen: Sequence[Seen], path: str) -> list[Strip]:
    """Every vector of the controller's state, at this place in the state, over the steps of the first trial."""
    from memsim.models.networks.cores.state_leaves import leaves, place

    states = [leaves(place(step.state, path)) for step in seen]
    strips = [
        Strip(f"Controller {name}".rstrip(), np.stack([state[name][0].numpy() for state in states], axis=1), row="unit")
        for name, leaf in states[0].items()
        if leaf.ndim == 2
    ]
    if not strips:
        raise InputError("the core gives no weightings, and its state holds no vectors (B, n), so nothing can be drawn")
    return strips


def stacked(weightings: Sequence[Weightings], name: str, head: int = 0) -> FloatArray:
    """(cells, n_steps) of one weighting of one head in the first trial; cells that come later start at 0."""
    each = [step[name][0, head].numpy() for step in weightings]
    most = max(map(len, each))
    return np.stack([np.pad(values, (0, most - len(values))) for values in each], axis=1)


def cell_order(weightings: Sequence[Weightings]) -> IntArray:
    """Cells in the order in which they were written most, so that a list shows as a diagonal.

    Without a weighting ``write``, cells stay in their own order.
    """
    if "write" not in weightings[0]:
        most = max(weighting.shape[2] for step in weightings for weighting in step.values())
        return np.arange(most, dtype=np.int32)
    return np.argsort(stacked(weightings, "write").argmax(axis=1), kind="stable").astype(np.int32)
