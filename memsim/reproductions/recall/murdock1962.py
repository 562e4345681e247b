"""Murdock (1962): serial position curves in six conditions, by SAM, CMR and SIMPLE."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.figures.targets import target_figure
from memsim.core.likelihood import log_likelihood
from memsim.core.position_model import recall_probability
from memsim.data import load_dataset, load_summary
from memsim.data.registered import DATASETS
from memsim.models import CMR, SAM, SIMPLE
from memsim.reproductions.cmr_reference import reference
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, OwnComputation
from memsim.reproductions.recall.murdock_lists import (
    MEANS_OF_PEOPLE,
    MURDOCK,
    distance,
    people_curve,
    position_panels,
    task_of,
)
from memsim.reproductions.simulated_lists import LISTS, curves_by_name, recalls_of

REFERENCE = OwnComputation("the same model in an independent program of theirs")


def _murdock_by_sam(seed: int) -> Outcome:
    """Serial position curves in immediate recall at one word per second, with fitted and with published parameters."""
    conditions = ("20-1", "30-1", "40-1")
    models = {
        "fit": SAM.preset("murdock1962"),
        "fit, component": SAM.preset("murdock1962-component"),
        "fit, L_max 8": SAM.preset("murdock1962-long"),
        "near 1980": SAM.preset("raaijmakers1980"),
        "1981": SAM(),
        "fit, δ = .28": SAM.preset("murdock1962").replace(displacement_bias=0.28),
    }
    recalls = {
        name: {condition: recalls_of(model, task_of(condition), seed) for condition in conditions}
        for name, model in models.items()
    }
    curves = {
        name: {
            condition: curves_by_name(curve_table(found))["serial_position_curve"] for condition, found in each.items()
        }
        for name, each in recalls.items()
    }
    people = {condition: people_curve(condition) for condition in conditions}
    findings = []
    for name, target in (("fit", 0.048), ("fit, component", 0.047), ("fit, L_max 8", 0.049), ("near 1980", 0.053)):
        rmsd = distance((curves[name][condition], people[condition]) for condition in conditions)
        findings.append(Finding(f"{name}: distance from people (RMSD)", target, rmsd, 0.003, REFERENCE))
    levels = {"near 1980": (6.36, 7.19, 7.74), "1981": (8.1, 9.5, 10.6)}
    for name, expected in levels.items():
        for condition, target in zip(conditions, expected, strict=True):
            level = recalls[name][condition].n_responses / LISTS
            findings.append(Finding(f"{name}: words recalled, {condition}", target, level, 0.1, REFERENCE))
    for condition, target in zip(conditions, (0.180, 0.142, 0.118), strict=True):
        middle = curves["near 1980"][condition].iloc[4:-8].mean()
        findings.append(Finding(f"near 1980: positions 5 to L - 8, {condition}", target, middle, 0.006, REFERENCE))
    ends = {"fit": (0.36, 0.44, 0.57, 0.75, 1.0), "fit, δ = .28": (0.39, 0.54, 0.70, 0.86, 1.0)}
    for name, tail in ends.items():
        for back, target in zip(range(5, 0, -1), tail, strict=True):
            value = float(curves[name]["20-1"].iloc[-back])
            quantity = f"{name}: recall at position {back} from the end, 20-1"
            findings.append(Finding(quantity, target, value, 0.03, REFERENCE))
    last = "the model recalls every word of the store, so it never loses the last word"
    rise = "all words of the store are displaced alike, so recency is J-shaped, and that of people S-shaped"
    value = float(curves["fit"]["20-1"].iloc[-1])
    findings.append(
        Finding("fit: last position, 20-1, people", float(people["20-1"].iloc[-1]), value, 0.03, MEANS_OF_PEOPLE, last)
    )
    value = float(curves["fit"]["20-1"].iloc[-3])
    findings.append(
        Finding(
            "fit: third position from the end, 20-1, people",
            float(people["20-1"].iloc[-3]),
            value,
            0.05,
            MEANS_OF_PEOPLE,
            rise,
        )
    )
    chosen = ("fit", "near 1980", "1981", "fit, δ = .28")
    panels = {condition: {name: curves[name][condition] for name in chosen} for condition in conditions}
    title = f"SAM and Murdock (1962): immediate recall, one word per second; {LISTS:,} lists each"
    settings = {name: model.values() for name, model in models.items()}
    return Outcome(findings, partial(target_figure, position_panels(panels), title), settings)


def _murdock_by_cmr(seed: int) -> Outcome:
    """Fits pooled over subjects: the curves of lists that are simulated from them, beside people; and likelihood and
    curves at the parameters of another program.
    """
    conditions = {"20-1": (20_939.9, 0.69, 0.28), "30-1": (29_088.9, 0.85, 0.20), "40-1": (29_622.3, 0.85, 0.18)}
    dataset = DATASETS.get("murdock1962")
    pooled = "a misfit: pooled over subjects, the model spreads recency over more words and transitions over more lags"
    findings, panels = [], {}
    for condition, (nll, last, forward) in conditions.items():
        known_position, known_crp = _curves_of_cmr(reference(condition), condition, seed)
        position, crp = _curves_of_cmr(CMR.preset(f"murdock1962:{condition}"), condition, seed)
        panels[condition] = {"CMR": position}
        obtained = np.nan
        if dataset.at_hand():
            people = load_dataset("murdock1962", condition)
            # The fits counted a stop unless the record held 15 correct words.
            stopped = people.is_correct.sum(axis=1) < (people.trials.paradigm.response_limit or np.inf)
            obtained = -log_likelihood(reference(condition), replace(people, stopped=stopped)).sum()
        missing = f"needs the lists of people, which load_dataset('murdock1962', '{condition}') fetches"
        known = "" if dataset.at_hand() else missing
        known_values = {
            "negative log-likelihood": (nll, float(obtained), 0.1, known),
            "last position": (last, float(known_position.iloc[-1]), 0.02, ""),
            "lag-CRP at +1": (forward, float(known_crp[1]), 0.02, ""),
        }
        findings += [
            Finding(f"{what}, parameters of the other program, {condition}", target, value, tolerance, REFERENCE, why)
            for what, (target, value, tolerance, why) in known_values.items()
        ]
        summary = load_summary("murdock1962", condition).set_index("statistic")["mean"]
        target = float(people_curve(condition).iloc[-1])
        findings.append(
            Finding(
                f"last position, {condition}, people", target, float(position.iloc[-1]), 0.05, MEANS_OF_PEOPLE, pooled
            )
        )
        forward = float(summary["lag_plus_1"])
        findings.append(
            Finding(f"lag-CRP at +1, {condition}, people", forward, float(crp[1]), 0.05, MEANS_OF_PEOPLE, pooled)
        )
    title = f"CMR, fitted to pooled subjects, and Murdock (1962); {LISTS:,} lists each"
    settings = {condition: CMR.preset(f"murdock1962:{condition}").values() for condition in conditions}
    return Outcome(findings, partial(target_figure, position_panels(panels), title), settings)


def _curves_of_cmr(model: CMR, condition: str, seed: int) -> tuple[pd.Series, pd.Series]:
    """The serial position curve and the lag-CRP of simulated lists."""
    curves = curves_by_name(curve_table(recalls_of(model, task_of(condition), seed)))
    return curves["serial_position_curve"], curves["lag_crp"]


def _murdock_by_simple(seed: int) -> Outcome:
    """Curves of published fits to six conditions; nothing is random, so ``seed`` is not used."""
    targets = {"20-1": (0.050, 0.112), "30-1": (0.051, 0.150), "40-1": (0.046, 0.101)}
    findings, panels = [], {}
    for condition in DATASETS.get("murdock1962").conditions:
        people = people_curve(condition)
        curves = {}
        for cueing in ("any", "own"):
            model = SIMPLE.preset(f"murdock1962:{condition}").replace(cueing=cueing)
            predicted = recall_probability(model, task_of(condition))
            curves[f"{cueing} cue"] = pd.Series(predicted, index=people.index)
        panels[condition] = curves
        for (name, curve), target in zip(curves.items(), targets.get(condition, ()), strict=False):
            quantity = f"{name}: distance from people (RMSD), {condition}"
            findings.append(Finding(quantity, target, distance([(curve, people)]), 0.0006, REFERENCE))
    title = "SIMPLE (Brown, Neath & Chater, 2007), published fits, and Murdock (1962)"
    settings = {name: dict(preset.values) for name, preset in SIMPLE.presets.items()}
    return Outcome(findings, partial(target_figure, position_panels(panels), title), settings)


MURDOCK_SAM = Reproduction(
    "murdock1962-sam", "Serial position curves of Murdock (1962) by SAM",
    f"{MURDOCK}; Raaijmakers & Shiffrin (1980, 1981)", _murdock_by_sam,
    kinds=(Kind.PEOPLE, Kind.OWN),
)  # fmt: skip
MURDOCK_CMR = Reproduction(
    "murdock1962-cmr", "Serial position curves and likelihood of Murdock (1962) by CMR",
    f"{MURDOCK}; Polyn, Norman & Kahana (2009), Morton & Polyn (2016)", _murdock_by_cmr,
    kinds=(Kind.PEOPLE, Kind.OWN),
)  # fmt: skip
MURDOCK_SIMPLE = Reproduction(
    "murdock1962-simple", "Serial position curves of Murdock (1962) by SIMPLE",
    f"{MURDOCK}; Brown, Neath & Chater (2007)", _murdock_by_simple,
    kinds=(Kind.OWN,),
)  # fmt: skip
