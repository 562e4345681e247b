"""Howard & Kahana (2002): recency and contiguity over delays, by TCM."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.models import TCM
from memsim.paradigms import FreeRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.golden import OURS
from memsim.reproductions.murdock_lists import (
    LISTS,
    curve_of,
    recalls_of,
)


def _recency_by_tcm(seed: int) -> Outcome:
    """First recalls and transitions in immediate, delayed and continuous-distractor recall of 16 words."""
    model = TCM()
    rate = model.distraction_drift

    def seconds(kept: float) -> float:
        """Of distraction that leave this share of context."""
        return float(2 * np.log(kept) / np.log(1 - rate**2))

    immediate = FreeRecall(list_length=16)
    delayed = immediate.replace(retention_interval=seconds(0.3))
    continuous = immediate.replace(inter_item_distraction=seconds(0.5), retention_interval=seconds(0.5))
    tasks = {"immediate": immediate, "delayed": delayed, "continuous distraction": continuous}
    first = {
        "immediate": [0.021, 0.030, 0.049, 0.089, 0.194, 0.526],
        "delayed": [0.065, 0.075, 0.090, 0.113, 0.153],
        "continuous distraction": [0.039, 0.043, 0.053, 0.091, 0.362],
    }
    transitions = {
        "immediate": dict(
            zip(
                [*range(-5, 0), *range(1, 6)],
                [0.051, 0.063, 0.082, 0.111, 0.167, 0.295, 0.192, 0.148, 0.108, 0.085],
                strict=True,
            )
        ),
        "delayed": {-1: 0.142, 1: 0.267},
        "continuous distraction": {-1: 0.125, 1: 0.180},
    }
    findings, panels = [], []
    curves = {name: curve_table(recalls_of(model, task, seed)) for name, task in tasks.items()}
    for name, table in curves.items():
        begun, crp = curve_of(table, "probability_of_nth_recall"), curve_of(table, "lag_crp")
        target = pd.Series(first[name], index=range(17 - len(first[name]), 17))
        for position, value in target.items():
            quantity = f"{name}: first recall of position {position}"
            findings.append(Finding(quantity, value, float(begun[position]), 0.012, OURS))
        near = pd.Series(transitions[name]).sort_index()
        for lag, value in near.items():
            quantity = f"{name}: lag-CRP at {lag:+d}"
            # The stopping rule of the reference is not known, and where recall stops shapes its transitions.
            findings.append(Finding(quantity, value, float(crp[lag]), 0.02, OURS))
        panels.append(Panel(name, "Serial position", "Probability of first recall", target, {"TCM": begun}))
        panels.append(
            Panel(name, "Lag", "Conditional response probability", near, {"TCM": crp[crp.index.isin(range(-5, 6))]})
        )
    ordered = [*panels[::2], *panels[1::2]]
    title = f"TCM (Howard & Kahana, 2002): recency over delays; {LISTS:,} lists of 16 words each"
    settings = {"model": model.values(), **{name: task.values() for name, task in tasks.items()}}
    last = {name: float(curve_of(table, "probability_of_nth_recall").iloc[-1]) for name, table in curves.items()}
    statement = (
        f"The last word is recalled first in {last['immediate']:.2f} of lists at once, in {last['delayed']:.2f} after "
        f"a delay, and in {last['continuous distraction']:.2f} with distraction between the words too: recency goes "
        "with a delay and comes back."
    )
    return Outcome(findings, partial(target_figure, ordered, title), settings, statement=statement)


RECENCY_TCM = Reproduction(
    "howardkahana2002", "Recency and contiguity over delays by TCM",
    "Howard & Kahana (2002); targets by our own reference computation", _recency_by_tcm,
)  # fmt: skip
