"""Grenfell-Essam & Ward (2012): recall of short lists begins with the first word, and of long lists near the end."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.core.arrays import FloatArray
from memsim.core.model import MemoryModel
from memsim.models import CMR, SAM, TCM
from memsim.paradigms import FreeRecall
from memsim.reproductions.entry import Outcome, Reproduction
from memsim.reproductions.kinds import Kind, Prediction
from memsim.reproductions.recall.beside_people import (
    MURDOCK_PEOPLE,
    beside,
    curve,
    first_responses,
    predicted,
    statistic,
)
from memsim.reproductions.recall.murdock_lists import MURDOCK

LENGTHS = (2, 4, 6, 8, 10, 12, 15, 20, 30, 40)
SHORT, LONG = 4, 15
"""The lengths at which the shift is judged. The lengths of the publication were not at hand."""
OF_PEOPLE = {10: "10-2", 15: "15-2", 20: "20-2", 30: "30-1", 40: "40-1"}
"""A condition of Murdock (1962) for each of the longer lists."""
FIRST, LAST_FOUR = "begins with the first word", "begins with one of the last four"
MODELS: dict[str, MemoryModel[Any]] = {
    "SAM": SAM.preset("murdock1962"), "TCM": TCM(), "CMR, fitted to 20-1": CMR(),
    "CMR, fitted to 40-1": CMR.preset("murdock1962:40-1"),
}  # fmt: skip
SHIFT = Prediction(
    "Grenfell-Essam & Ward (2012); Ward, Tan & Grenfell-Essam (2010): the shift with list length",
    f"1 where it holds; lists of {SHORT} are short and of {LONG} long, by choice of memsim's authors",
)
_NO_PRIMACY = "the model has no primacy: what people begin at the first words goes to the last ones"
_OTHER_LENGTH = (
    "fitted to lists of 20 words: the start of the list fades at a rate that suits these, and not other lengths"
)
_TOO_NEAR = "the fit, pooled over subjects, begins nearer to the end than people do, in lists of 40 as well"
KNOWN = {
    f"SAM: lists of {SHORT} begin with the first word": "the store holds the whole list, and is read in random order",
    f"SAM: {FIRST}, 40-1": "words of the store come first, and the first of 40 words is hardly ever among them",
    f"TCM: lists of {SHORT} begin with the first word": "the model has no primacy; recall begins at the end",
    f"TCM: {FIRST}, 10-2": _NO_PRIMACY,
    **{f"TCM: {LAST_FOUR}, {condition}": _NO_PRIMACY for condition in ("10-2", "15-2", "20-2")},
    **{
        f"CMR, fitted to 20-1: {what}, {each}": _OTHER_LENGTH
        for what in (FIRST, LAST_FOUR)
        for each in ("10-2", "15-2", "40-1")
    },
    **{f"CMR, fitted to 40-1: {LAST_FOUR}, {condition}": _TOO_NEAR for condition in ("20-2", "30-1", "40-1")},
}
"""By the name of a finding, why it is known not to come out."""


def first_of_store(model: SAM, length: int) -> FloatArray:
    """(length,) the probability that SAM, without a delay, begins with each word, where any word of its store may come
    first and be displaced: a word is in the store if none of the words since then displaced it.
    """
    assert (model.store_readout, model.store_order, model.displacement_bias) == ("strict", "random", 0)
    size = min(model.store_size, length)
    since = np.minimum(np.arange(length)[::-1], length - size)
    return np.asarray((1 - 1 / size) ** since / size)


def beginnings(model: MemoryModel[Any], length: int) -> dict[str, float]:
    """The probability that recall begins with the first word, and with one of the last four, if it begins."""
    if isinstance(model, SAM):
        first = first_of_store(model, length)
    else:
        first = first_responses(model, FreeRecall(list_length=length))
    return {FIRST: float(first[0]), LAST_FOUR: float(first[-4:].sum())}


def people_begin(condition: str) -> dict[str, pd.Series]:
    """``mean, low, high`` of the same shares of people."""
    return {
        FIRST: curve(condition, "probability_of_nth_recall").loc[1],
        LAST_FOUR: statistic(condition, "first_recall_at_end"),
    }


def _shift(seed: int) -> Outcome:
    """The entry; nothing is random, so ``seed`` is not used."""
    table = pd.DataFrame(
        [
            {"model": name, "length": length, **beginnings(model, length)}
            for name, model in MODELS.items()
            for length in LENGTHS
        ]
    ).set_index(["model", "length"])
    people = {length: people_begin(condition) for length, condition in OF_PEOPLE.items()}
    shown: dict[str, bool] = {}
    findings = []
    for name in MODELS:
        rows = table.loc[name]
        shown |= {
            f"{name}: lists of {SHORT} begin with the first word": bool(rows.loc[SHORT, FIRST] > 0.5),
            f"{name}: lists of {LONG} begin near the end": bool(rows.loc[LONG, LAST_FOUR] > rows.loc[LONG, FIRST]),
            f"{name}: fewer begin with the first word, {SHORT} to {LONG}": bool(
                (rows.loc[SHORT:LONG, FIRST].diff().dropna() < 0).all()
            ),
        }  # fmt: skip
        for length, each in people.items():
            for what, of_people in each.items():
                quantity = f"{name}: {what}, {OF_PEOPLE[length]}"
                obtained = float(rows.loc[length, what])
                findings.append(beside(quantity, of_people, obtained, MURDOCK_PEOPLE, KNOWN.get(quantity, "")))
    long = people[LONG]
    shown[f"people: lists of {LONG} begin near the end"] = bool(long[LAST_FOUR]["mean"] > long[FIRST]["mean"])
    panels = [
        Panel(what.capitalize(), "Words in the list", "Share of lists",
              pd.Series({length: float(each[what]["mean"]) for length, each in people.items()}),
              {name: table.loc[name, what] for name in MODELS}, "Murdock (1962)", True)
        for what in (FIRST, LAST_FOUR)
    ]  # fmt: skip
    return Outcome(
        [*predicted(shown, SHIFT, KNOWN), *findings],
        partial(target_figure, panels, "Where recall begins, by list length"),
        {"lengths": LENGTHS, "models": {name: model.values() for name, model in MODELS.items()}},
        {"beginnings": table.reset_index()},
        statement=_statement(table),
    )


def _statement(table: pd.DataFrame) -> str:
    said = "; ".join(
        f"{name} {table.loc[(name, SHORT), FIRST]:.2f} to {table.loc[(name, LONG), FIRST]:.2f}" for name in MODELS
    )
    whole = [
        name for name in MODELS
        if table.loc[(name, SHORT), FIRST] > 0.5 and table.loc[(name, LONG), LAST_FOUR] > table.loc[(name, LONG), FIRST]
    ]  # fmt: skip
    return (
        "Hypothesis: recall of short lists begins with the first word, and of long lists near the end. Share of lists "
        f"that begin with the first word, from {SHORT} words to {LONG}: {said}. The models that show the whole shift: "
        f"{', '.join(whole) or 'none'}. Models have one set of parameters for all lengths; CMR was fitted to lists of "
        "20 words, or of 40. In lists of four words or fewer the last four are the whole list. People of short lists "
        "were not at hand; those of lists of 10 and more are beside the models."
    )


LIST_LENGTH_SHIFT = Reproduction(
    "grenfellessamward2012", "Where recall begins: with the first word of short lists, and near the end of long ones",
    f"Grenfell-Essam & Ward (2012); Ward, Tan & Grenfell-Essam (2010); people: {MURDOCK}", _shift,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
    waits_for=("how often people begin with the first word in lists of fewer than 10, which the publications print",),
)  # fmt: skip
