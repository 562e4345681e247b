"""Howard & Kahana (2002): recency and contiguity after delays, by TCM."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.models import TCM
from memsim.paradigms import FreeRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, OwnComputation
from memsim.reproductions.simulated_lists import LISTS, curves_by_name, near_lags, recalls_of

REFERENCE = OwnComputation("TCM, simulated by another program of theirs at parameters fitted to Healey & Kahana (2014)")


def _recency_by_tcm(seed: int) -> Outcome:
    """First recalls and transitions in immediate, delayed and continuous-distractor recall of 16 words."""
    model = TCM()
    rate = model.distraction_drift

    def seconds(kept: float) -> float:
        """Seconds of distraction after which this share of context is left."""
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
        "immediate": {
            -5: 0.051, -4: 0.063, -3: 0.082, -2: 0.111, -1: 0.167, 1: 0.295, 2: 0.192, 3: 0.148, 4: 0.108, 5: 0.085,
        },
        "delayed": {-1: 0.142, 1: 0.267},
        "continuous distraction": {-1: 0.125, 1: 0.180},
    }  # fmt: skip
    findings, recency_panels, transition_panels = [], [], []
    last = {}
    for name, task in tasks.items():
        curves = curves_by_name(curve_table(recalls_of(model, task, seed)))
        first_recall, crp = curves["probability_of_nth_recall"], curves["lag_crp"]
        last[name] = float(first_recall.iloc[-1])
        target = pd.Series(first[name], index=range(17 - len(first[name]), 17))
        for position, value in target.items():
            quantity = f"{name}: first recall of position {position}"
            findings.append(Finding(quantity, value, float(first_recall[position]), 0.012, REFERENCE))
        near = pd.Series(transitions[name]).sort_index()
        for lag, value in near.items():
            quantity = f"{name}: lag-CRP at {lag:+d}"
            # The stopping rule of the reference is not known, and where recall stops shapes its transitions.
            findings.append(Finding(quantity, value, float(crp[lag]), 0.02, REFERENCE))
        recency_panels.append(
            Panel(name, "Serial position", "Probability of first recall", target, {"TCM": first_recall})
        )
        transition_panels.append(Panel(name, "Lag", "Conditional response probability", near, {"TCM": near_lags(crp)}))
    title = f"TCM (Howard & Kahana, 2002): recency after delays; {LISTS:,} lists of 16 words each"
    settings = {"model": model.values(), **{name: task.values() for name, task in tasks.items()}}
    draw = partial(target_figure, [*recency_panels, *transition_panels], title)
    return Outcome(findings, draw, settings, statement=_statement(last))


def _statement(last: Mapping[str, float]) -> str:
    """Whether recency falls with a delay and returns with distraction between the words, by two standard errors."""
    error = {name: float(np.sqrt(share * (1 - share) / LISTS)) for name, share in last.items()}
    shown = {name: f"{share:.3f} (SE {error[name]:.3f})" for name, share in last.items()}

    def exceeds(one: str, other: str) -> bool:
        return last[one] - last[other] > 2 * float(np.hypot(error[one], error[other]))

    falls, returns = exceeds("immediate", "delayed"), exceeds("continuous distraction", "delayed")
    return (
        "Hypothesis: recency falls with a delay and returns when distraction also separates the words. The last word "
        f"is recalled first in {shown['immediate']} of lists in immediate recall, in {shown['delayed']} after a delay, "
        f"and in {shown['continuous distraction']} with distraction between the words as well. So recency "
        f"{'falls' if falls else 'does not fall'} with the delay and {'returns' if returns else 'does not return'} "
        "with continuous distraction."
    )


RECENCY_TCM = Reproduction(
    "howardkahana2002", "Recency and contiguity after delays, by TCM",
    "Howard & Kahana (2002)", _recency_by_tcm,
    kinds=(Kind.OWN,), waits_for=("the parameters and curves that Howard & Kahana (2002) print",),
)  # fmt: skip
