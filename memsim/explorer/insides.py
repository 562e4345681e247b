"""The state inside a model, step by step through one list: context, a short-term store, or an external memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from memsim.analysis.figures.memory import Strip, is_share
from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.events import Distract, StudyPair
from memsim.core.loop import begin_recall, encoding_stream, step
from memsim.core.model import MemoryModel
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm, Trials
from memsim.explorer.drawing import round_above
from memsim.models.context.drift import ContextState
from memsim.models.context.retrieved_context import RetrievedContextModel
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.sam.state import SAMState


@dataclass(frozen=True)
class Inside:
    """What a model holds at each step of one list.

    Parameters
    ----------
    steps : a short name of each step, for an axis.
    said : each step in a sentence.
    strips : (n_rows, n_steps) values over the steps; see :class:`memsim.analysis.figures.memory.Strip`.
    phases : the first step of each phase of the trial, by name.
    compared : the strips show one quantity, as the weightings of a network do, and so have one scale of colours.
    """

    steps: tuple[str, ...]
    said: tuple[str, ...]
    strips: tuple[Strip, ...]
    phases: dict[str, int]
    compared: bool = False

    def scales(self) -> list[tuple[float, bool]]:
        """Where the colours of each strip end, a round number, and whether they also go below 0.

        Strips that are compared have one scale from 0 to 1 where all values are shares, and otherwise one around 0, as
        in :func:`memsim.analysis.figures.memory.memory_figure`.
        """
        most = [float(np.nanmax(np.abs(strip.values), initial=0.0)) for strip in self.strips]
        signed = [bool(np.nanmin(strip.values, initial=0.0) < 0) for strip in self.strips]
        if self.compared:
            share = [is_share(strip.values) for strip in self.strips]
            common = max((end for end, within in zip(most, share, strict=True) if not within), default=0.0)
            most = [1.0 if within else common for within in share]
            signed = [not within for within in share]
        return [(round_above(float(f"{end:.6g}")), below) for end, below in zip(most, signed, strict=True)]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON, with the scale of each strip."""
        scales = self.scales()
        return {
            "steps": list(self.steps), "said": list(self.said), "phases": self.phases,
            "strips": [
                {
                    "title": strip.title, "rows": list(strip.rows), "row": strip.row,
                    "values": [[_rounded(each) for each in row] for row in strip.values],
                    "most": most, "signed": signed,
                } for strip, (most, signed) in zip(self.strips, scales, strict=True)
            ],
        }  # fmt: skip


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def inside(model: MemoryModel[Any], trials: Trials, trial: int, seed: int) -> Inside:
    """The state of ``model`` in its own simulation of one list.

    Parameters
    ----------
    trials : the lists that were simulated.
    trial : which of them, counted from 0.
    seed : of the simulation of this list; it draws what was recalled.

    Raises
    ------
    InputError : a network whose core names nothing that can be drawn.
    MemsimError : the model has no account of the task.
    """
    alone = trials[[trial]]
    recalls = _recalls_of(model, alone, seed + trial)
    if isinstance(model, NetworkModel) and recalls is not None:
        return _of_network(model, recalls)
    look = _look_of(model)
    state = model.begin(alone, encoding_stream(seed + trial))
    paradigm, seen, steps, said = alone.paradigm, list[list[FloatArray]](), list[str](), list[str]()

    def note(short: str, sentence: str) -> None:
        seen.append([np.array(values, dtype=float) for _, values in look(state)])
        steps.append(short)
        said.append(sentence)

    for event in paradigm.presentation():
        state = step(model, state, event)
        note(*_said_of(event))
    phases = {"Study": 0}
    titles = [title for title, _ in look(state)]
    chances: list[FloatArray] = [np.full(paradigm.list_length, np.nan)] * len(steps)
    if recalls is not None:
        phases["Test"] = len(steps)
        state = begin_recall(model, state, paradigm.cue)
        note("?", "recall is asked for")
        columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns[0]
        for column in columns:
            chances.append(np.asarray(model.outcome_probabilities(state), dtype=float)[0, : paradigm.list_length])
            if column in (NO_EVENT, paradigm.list_length) and paradigm.silence_ends:
                break
            state = _after(model, state, int(column), paradigm)
            note(*_answer(int(column), paradigm))
        chances = (chances + [np.full(paradigm.list_length, np.nan)] * len(steps))[: len(steps)]
    strips = _strips(titles, seen)
    if isinstance(state, ContextState):
        strips = [_similarity([values[0] for values in seen], steps), *strips[1:]]
    if recalls is not None:
        rows = _numbers(paradigm.list_length)
        strips.append(Strip("Probability that each item is the next response", np.stack(chances, axis=1), rows, "item"))
    if not strips:
        raise InputError(
            f"{type(model).__name__} holds nothing here that the page can draw step by step; TCM, CMR and SAM do"
        )
    return Inside(tuple(steps), tuple(said), tuple(strips), phases)


def _recalls_of(model: MemoryModel[Any], alone: Trials, seed: int) -> Recalls | None:
    """What the model recalls of one list; ``None`` where nothing is recalled by the order of the model's own choice."""
    if not alone.paradigm.cue or alone.paradigm.cued_by_item or alone.paradigm.judged:
        return None
    found: Recalls = simulate(model, alone, seed)
    return found


Look = Callable[[Any], Sequence[tuple[str, Any]]]
"""What of a state is shown: for each strip its title and the values at this step, from top to bottom."""


def _look_of(model: MemoryModel[Any]) -> Look:
    if isinstance(model, RetrievedContextModel):
        return _look_at_context
    return _look_at_store if type(model).__name__ == "SAM" else lambda state: ()


def _look_at_context(state: ContextState) -> list[tuple[str, Any]]:
    return [
        ("Context", state.temporal.context[0]),
        ("Match of present context with the context of each item", state.temporal.support(state.temporal.context)[0]),
    ]


def _look_at_store(state: SAMState) -> list[tuple[str, Any]]:
    length = state.context.shape[1]
    held = state.n_stored if state.stored is None else int(state.stored[0])
    place = np.zeros(length)
    place[state.store[0, :held]] = 1.0
    links = state.links[0].copy()
    np.fill_diagonal(links, 0.0)
    return [
        ("Items in the short-term store", place),
        ("Strength from context to each item", state.context[0]),
        ("Strength to each item from the others, summed", links.sum(axis=0)),
    ]


def _after(model: MemoryModel[Any], state: Any, column: int, paradigm: Paradigm) -> Any:
    """The state after a response; of retrieved-context models also the vector of context, which recall leaves out."""
    position: IntArray = np.array([column if column != NO_EVENT else paradigm.list_length], dtype=np.int32)
    if isinstance(state, ContextState) and isinstance(model, RetrievedContextModel) and state.probing is None:
        item = np.where(position < state.start_unit, position, -1)
        state.come_back(item, *model.recall_rates[: 1 + (state.source is not None)])
    return model.recalled(state, position)


def _said_of(event: Any) -> tuple[str, str]:
    if isinstance(event, Distract):
        return "·", f"{event.seconds:g} s of distraction"
    if isinstance(event, StudyPair):
        return f"{event.first + 1}+{event.second + 1}", f"items {event.first + 1} and {event.second + 1} are studied"
    return str(event.position + 1), f"item {event.position + 1} is studied"


def _answer(column: int, paradigm: Paradigm) -> tuple[str, str]:
    if column == paradigm.list_length:
        return "–", "there is no response"
    if column == NO_EVENT:
        return "x", "there is a response that the model cannot produce"
    if column > paradigm.list_length:
        return "i", "an item that was not on the list is recalled"
    return str(column + 1), f"item {column + 1} is recalled"


def _strips(titles: Sequence[str], seen: Sequence[Sequence[FloatArray]]) -> list[Strip]:
    return [
        Strip(title, np.stack([values[at] for values in seen], axis=1), _numbers(len(seen[0][at])), "item")
        for at, title in enumerate(titles)
    ]


def _similarity(contexts: Sequence[FloatArray], steps: Sequence[str]) -> Strip:
    """The cosine between context at each step and at each step before it."""
    vectors = np.stack(contexts)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = vectors @ vectors.T
    return Strip("Similarity of context at each step to that at every other step", cosine, tuple(steps), "step")


def _numbers(length: int) -> tuple[str, ...]:
    return tuple(str(number + 1) for number in range(length))


def _of_network(network: NetworkModel, recalls: Recalls) -> Inside:
    """Where a network writes and reads, as ``memsim show`` draws it."""
    from memsim.training.inspection import step_labels
    from memsim.training.showing.strips import panels

    seen = network.watch(recalls)
    columns = scored_outcomes(recalls, network.repeats, network.intrusions).columns[0]
    columns = columns[columns != NO_EVENT]
    task = recalls.trials.paradigm
    steps, phases = step_labels(task, columns, len(seen))
    strips, links = panels(seen, network.network().network, phases["Test"])
    said = [
        "distraction" if label == "·" else "recall is asked for" if label == "?"
        else f"item {label} is studied" if at < phases["Test"] else f"item {label} is recalled"
        for at, label in enumerate(steps)
    ]  # fmt: skip
    if not strips:
        raise InputError(f"the core of {network.label} names nothing that can be drawn")
    del links  # of two moments alone, which no step of the list shows
    return Inside(tuple(steps), tuple(said), tuple(strips), phases, compared=True)
