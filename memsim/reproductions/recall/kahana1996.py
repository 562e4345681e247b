"""Kahana (1996): the lag-CRP of people in the six conditions of Murdock (1962), by SAM, TCM and CMR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.core.model import MemoryModel
from memsim.models import CMR, SAM, TCM
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import HumanData, Kind, Prediction
from memsim.reproductions.recall.beside_people import (
    MURDOCK_CONDITIONS,
    MURDOCK_PEOPLE,
    beside,
    curve,
    in_words,
    predicted,
)
from memsim.reproductions.recall.murdock_lists import MURDOCK, task_of
from memsim.reproductions.simulated_lists import curves_by_name, near_lags, recalls_of

LISTS = 20_000
"""Lists of each model in each condition."""
RATIO = "lag-CRP at +1 over -1, mean over the conditions"
CONTIGUITY, ASYMMETRY = "transitions fall from lags of one to two to three", "forward above backward at lag 1"
RANGE = HumanData(
    "Murdock (1962), doi:10.1037/h0045106",
    "the middle of the range of six conditions; the tolerance reaches its ends",
)
REGULAR = Prediction("Kahana (1996): contiguity, and forward asymmetry", "1 where it holds in all six conditions")
_RANDOM = "the store is read out in random order, and links are the same in both directions"
_REMOTE = "context changes gradually, so that transitions spread over more lags than those of people"
KNOWN = {
    **dict.fromkeys([f"SAM: lag-CRP at +1, {condition}" for condition in MURDOCK_CONDITIONS], _RANDOM),
    **dict.fromkeys(
        [f"SAM, ordered: lag-CRP at +1, {condition}" for condition in MURDOCK_CONDITIONS if condition != "10-2"],
        "the store brings contiguity to its own words only; the search that follows has little",
    ),
    **dict.fromkeys(
        [f"{name}: lag-CRP at +1, {each}" for name in ("TCM", "CMR") for each in MURDOCK_CONDITIONS], _REMOTE
    ),
    f"SAM: {RATIO}": _RANDOM,
    f"SAM, ordered: {RATIO}": "recall of the store never goes back",
    f"TCM: {RATIO}": "fitted to other people, whose forward asymmetry is weaker",
}
"""By the name of a finding, why it is known not to come out."""


def models_in(condition: str) -> dict[str, MemoryModel[Any]]:
    """The models in a condition; CMR with the fit to the lists of 20, 30 or 40 words at 1 s, else that to 20-1."""
    sam = SAM.preset("murdock1962")
    half = {"backward_strength": sam.forward_strength / 2, "store_order": "forward"}
    of_cmr = condition if condition.endswith("-1") else "20-1"
    return {
        "SAM": sam,
        "SAM, ordered": sam.replace(**half),
        "TCM": TCM(),
        "CMR": CMR.preset(f"murdock1962:{of_cmr}"),
    }


def crp_of(model: MemoryModel[Any], condition: str, seed: int) -> pd.Series:
    """The lag-CRP of a model, by lag."""
    return curves_by_name(curve_table(recalls_of(model, task_of(condition), seed, LISTS)))["lag_crp"]


def _lag_crps(seed: int) -> Outcome:
    people = {condition: curve(condition, "lag_crp") for condition in MURDOCK_CONDITIONS}
    found = {
        condition: {name: crp_of(model, condition, seed) for name, model in models_in(condition).items()}
        for condition in MURDOCK_CONDITIONS
    }
    names = list(models_in("20-1"))
    findings = []
    for name in names:
        for condition in MURDOCK_CONDITIONS:
            quantity = f"{name}: lag-CRP at +1, {condition}"
            obtained, known = float(found[condition][name][1]), KNOWN.get(quantity, "")
            findings.append(beside(quantity, people[condition].loc[1], obtained, MURDOCK_PEOPLE, known))
    every = {"people": {condition: each["mean"] for condition, each in people.items()}}
    every |= {name: {condition: found[condition][name] for condition in MURDOCK_CONDITIONS} for name in names}
    ratios = {name: [float(crp[1] / crp[-1]) for crp in each.values()] for name, each in every.items()}
    low, high = min(ratios["people"]), max(ratios["people"])
    for name in names:
        quantity, mean = f"{name}: {RATIO}", sum(ratios[name]) / len(ratios[name])
        findings.append(Finding(quantity, (low + high) / 2, mean, (high - low) / 2, RANGE, KNOWN.get(quantity, "")))
    findings += predicted(regularities(every), REGULAR, KNOWN)
    table = pd.DataFrame(
        [
            {"label": name, "condition": condition, "lag": lag, "prob": value}
            for name, each in every.items()
            for condition, crp in each.items()
            for lag, value in near_lags(crp).items()
        ]
    )
    panels = [
        Panel(in_words(condition), "Lag", "Conditional response probability", near_lags(people[condition]["mean"]),
              {name: near_lags(crp) for name, crp in found[condition].items()}, "Murdock (1962)", True)
        for condition in MURDOCK_CONDITIONS
    ]  # fmt: skip
    return Outcome(
        findings,
        partial(target_figure, panels, f"Lag-CRP, Murdock (1962); {LISTS:,} lists of each model"),
        {"lists": LISTS, "models": {name: model.values() for name, model in models_in("20-1").items()}},
        {"lag_crp": table},
        statement=_statement(ratios),
    )


def regularities(crps: Mapping[str, Mapping[str, pd.Series]]) -> dict[str, bool]:
    """Whether contiguity and forward asymmetry hold in all conditions, by label and regularity."""
    shown = {}
    for name, each in crps.items():
        near = [[crp[lag] + crp[-lag] for lag in (1, 2, 3)] for crp in each.values()]
        falls = all(one > two > three for one, two, three in near)
        shown[f"{name}: {CONTIGUITY}"] = falls
        shown[f"{name}: {ASYMMETRY}"] = all(crp[1] > crp[-1] for crp in each.values())
    return shown


def _statement(ratios: Mapping[str, Sequence[float]]) -> str:
    said = "; ".join(f"{name} {min(each):.2f} to {max(each):.2f}" for name, each in ratios.items())
    return (
        "Hypothesis: people go on to neighbours of the word just recalled, and forward more than backward, whatever "
        f"the length and rate of the list. Lag-CRP at +1 over that at -1, over the six conditions: {said}. SAM, "
        "ordered, reads its store in the order of study and has backward links half as strong as forward ones; TCM was "
        "fitted to other people, CMR to the people at 1 s. No parameter was chosen for these curves."
    )


KAHANA1996 = Reproduction(
    "kahana1996", "Contiguity and forward asymmetry in the six conditions of Murdock (1962), by SAM, TCM and CMR",
    f"Kahana (1996); people: {MURDOCK}", _lag_crps,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
    waits_for=("the lag-CRPs and the fits of SAM that Kahana (1996) prints",),
)  # fmt: skip
