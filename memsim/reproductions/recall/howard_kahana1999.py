"""Howard & Kahana (1999): recency and contiguity under distraction, by TCM fitted to all conditions at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.analysis.recall.initiation import probability_of_nth_recall
from memsim.analysis.recall.transitions import lag_crp
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.joint_recalls import JointRecalls
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data import load_dataset
from memsim.data.datasets.peers_experiment2 import TASKS
from memsim.fitting.estimation import fit
from memsim.fitting.result import Fit
from memsim.models import TCM
from memsim.paradigms import FreeRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import HumanData, Kind, Prediction
from memsim.reproductions.recall.beside_people import beside, first_responses, predicted
from memsim.reproductions.simulated_lists import near_lags, recalls_of

PEOPLE = "peers_experiment2"
NONE, AFTER, AROUND = "immediate", "delayed_16", "continual_16"
IN_WORDS = {NONE: "No distraction", AFTER: "16 s after the list", AROUND: "16 s around every word"}
LISTS = 20_000
"""Lists of the model in each condition."""
FREE = {
    "context_drift": None, "choice_noise": None, "old_to_new_context": (0.0, 100.0), "distraction_drift": None,
    "stop_base": None, "stop_growth": None,
}  # fmt: skip
"""The parameters of TCM, one set for all conditions; the drift in a second of distraction is among them."""
INTERVALS, RETENTION, LENGTH = (0, 2, 8, 16), 16, 12
"""Seconds of distraction between the words and after the list, and words in the list: the design, from memory."""
FIRST, FORWARD, BACKWARD = "first recall of the last word", "lag-CRP at +1", "lag-CRP at -1"
OF_PEOPLE = HumanData(
    "PEERS, experiment 2, doi:10.1037/xlm0001319",
    "mean over 39 people; the tolerance is half of its 95% interval",
)
SCALES = Prediction(
    "Howard & Kahana (1999): distraction around every word brings recency back, and leaves contiguity",
    "1 where it holds; of people, where the 95% intervals of the two conditions do not overlap",
)
_STEEP = (
    "one drift serves contiguity and recency: people go to near words, which asks for a fast drift of context, and "
    "that makes recency steeper than theirs; and no word is recalled first for its place at the start"
)
_SPREAD = "context changes gradually, so that transitions spread over more lags than those of people"
_APART = "distraction between words moves context on, which takes more contiguity from the model than from people"
KNOWN = {
    **dict.fromkeys([f"{name}: {FIRST}" for name in ("immediate", "delayed_8", "delayed_16", "continual_8")], _STEEP),
    **dict.fromkeys([f"{name}: {FORWARD}" for name in ("immediate", "delayed_8")], _SPREAD),
    **dict.fromkeys([f"continual_8: {FORWARD}", f"continual_16: {FORWARD}", f"continual_16: {BACKWARD}"], _APART),
}
"""By the name of a finding, why it is known not to come out."""


def jointly_fitted(people: Mapping[str, Recalls], seed: int) -> Fit:
    """TCM with one set of parameters for all conditions, by maximum likelihood."""
    return fit(TCM(), JointRecalls(people), FREE, starts=1, seed=seed)


def measured(recalls: Recalls) -> dict[str, pd.DataFrame]:
    """``mean, low, high`` by position of the word recalled first, and by lag of transitions."""
    first, crp = probability_of_nth_recall(recalls, 1), lag_crp(recalls)
    return {
        "first": mean_over_subjects(first, "position").set_index("position"),
        "crp": mean_over_subjects(crp, "lag").set_index("lag"),
    }


def measured_of(model: TCM, task: Paradigm, seed: int) -> dict[str, pd.DataFrame]:
    """The same of the model: first recall as computed, transitions of simulated lists."""
    first = pd.DataFrame({"mean": first_responses(model, task)}, index=range(1, task.list_length + 1))
    return {**measured(recalls_of(model, task, seed, LISTS)), "first": first}


def last_and_steps(found: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """First recall of the last word, and the lag-CRP at +1 and -1."""
    first, crp = found["first"], found["crp"]
    return {FIRST: first.iloc[-1], FORWARD: crp.loc[1], BACKWARD: crp.loc[-1]}


def _howard_kahana(seed: int) -> Outcome:
    people = {name: load_dataset(PEOPLE, name) for name in TASKS}
    fitted = jointly_fitted(people, seed)
    model = fitted.of()
    assert isinstance(model, TCM)
    human = {name: measured(recalls) for name, recalls in people.items()}
    ours = {name: measured_of(model, task, seed) for name, task in TASKS.items()}
    findings: list[Finding] = []
    for name in TASKS:
        obtained = last_and_steps(ours[name])
        for what, of_people in last_and_steps(human[name]).items():
            quantity = f"{name}: {what}"
            known = KNOWN.get(quantity, "")
            findings.append(beside(quantity, of_people, float(obtained[what]["mean"]), OF_PEOPLE, known))
    spaced = {}
    for seconds in INTERVALS:
        task = FreeRecall(list_length=LENGTH, inter_item_distraction=seconds, retention_interval=RETENTION)
        spaced[seconds] = measured_of(model, task, seed)
    findings += predicted(_predictions(human, ours, spaced), SCALES, KNOWN)
    table = pd.DataFrame(
        [
            {"condition": name, "measure": what, "people": value["mean"], "low": value["low"], "high": value["high"],
             "TCM": last_and_steps(ours[name])[what]["mean"]}
            for name in TASKS
            for what, value in last_and_steps(human[name]).items()
        ]
    )  # fmt: skip
    design = pd.DataFrame(
        [
            {"seconds": seconds, **{what: value["mean"] for what, value in last_and_steps(each).items()}}
            for seconds, each in spaced.items()
        ]
    )
    return Outcome(
        findings,
        partial(target_figure, _panels(human, ours), "TCM, one set of parameters, and people of PEERS"),
        {"lists": LISTS, "free": list(FREE), "model": model.values()},
        {"conditions": table, "design": design, "fit": fitted.to_frame()},
        statement=_statement(model, design, ours),
    )


def _predictions(
    human: Mapping[str, Mapping[str, pd.DataFrame]],
    ours: Mapping[str, Mapping[str, pd.DataFrame]],
    spaced: Mapping[int, Mapping[str, pd.DataFrame]],
) -> dict[str, bool]:
    last = {name: each["first"].iloc[-1] for name, each in human.items()}
    shown = {
        f"people: {FIRST}, {NONE} above {AFTER}": last[NONE]["low"] > last[AFTER]["high"],
        f"people: {FIRST}, {AROUND} above {AFTER}": last[AROUND]["low"] > last[AFTER]["high"],
    }
    last = {name: each["first"].iloc[-1] for name, each in ours.items()}
    for more in (NONE, AROUND):
        shown[f"TCM: {FIRST}, {more} above {AFTER}"] = last[more]["mean"] > last[AFTER]["mean"]
    grows = [float(each["first"].iloc[-1]["mean"]) for each in spaced.values()]
    shown[f"TCM: {FIRST} grows with distraction between the words"] = grows == sorted(grows)
    for who, found in (("people", human), ("TCM", ours)):
        crp = found[AROUND]["crp"]["mean"]
        shown[f"{who}: contiguity with 16 s around every word"] = bool(crp[1] > crp[4] and crp[-1] > crp[-4])
    return shown


def _panels(
    human: Mapping[str, Mapping[str, pd.DataFrame]], ours: Mapping[str, Mapping[str, pd.DataFrame]]
) -> list[Panel]:
    panels = []
    for what, x, y in (
        ("first", "Serial position", "Probability of first recall"),
        ("crp", "Lag", "Conditional response probability"),
    ):
        for name, title in IN_WORDS.items():
            people, model = (found[name][what]["mean"] for found in (human, ours))
            if what == "crp":
                people, model = near_lags(people), near_lags(model)
            panels.append(Panel(title, x, y, people, {"TCM": model}, "people (PEERS)", True))
    return panels


def _statement(model: TCM, design: pd.DataFrame, ours: Mapping[str, Mapping[str, pd.DataFrame]]) -> str:
    said = ", ".join(f"{row['seconds']:.0f} s {row[FIRST]:.3f}" for _, row in design.iterrows())
    steps = ", ".join(f"{row['seconds']:.0f} s {row[FORWARD]:.3f}" for _, row in design.iterrows())
    kept = (1 - model.distraction_drift**2) ** (RETENTION / 2)
    return (
        "Hypothesis: one drift of context, by words and by distraction, gives recency that a delay takes away and that "
        "distraction around every word brings back. Fitted at once to five conditions of the same people, TCM drifts "
        f"by {model.distraction_drift:.3f} in a second of distraction, which leaves {kept:.2f} of context after "
        f"{RETENTION} s, and by {model.context_drift:.3f} with a word. In lists of {LENGTH} with {RETENTION} s "
        f"after the list, the last word is recalled first, by seconds between the words: {said}; lag-CRP at +1: "
        f"{steps}. The design of Howard & Kahana (1999) is from memory, and their numbers were not at hand; people are "
        "those of PEERS, with 8 or 16 s around every word."
    )


HOWARD_KAHANA1999 = Reproduction(
    "howardkahana1999", "Recency and contiguity across time scales: TCM fitted to five kinds of distraction at once",
    "Howard & Kahana (1999; 2002); people of PEERS, experiment 2: Kahana et al. (2024), doi:10.1037/xlm0001319",
    _howard_kahana,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
    waits_for=("the curves of first recall and the lag-CRPs that Howard & Kahana (1999) print",),
)  # fmt: skip
