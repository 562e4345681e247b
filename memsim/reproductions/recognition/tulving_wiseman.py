"""Recall and recognition of the same words: how dependent they are, in people and in models that do both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.association.contingency import recall_recognition_contingency, tulving_wiseman, yules_q
from memsim.analysis.figures.targets import criteria_figure
from memsim.analysis.recognition.counts import answered, targets_of
from memsim.analysis.subjects import count_by_subject
from memsim.core.judgments import Judgments
from memsim.core.simulation import simulate
from memsim.data import load_dataset
from memsim.models.registered import models_of
from memsim.paradigms import RecallThenRecognition
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import HumanData, Kind, Prediction
from memsim.reproductions.model_evidence import mean_and_error
from memsim.reproductions.verdicts import ABSENT, PASS, PASSES, verdict_of

PEOPLE, PEOPLE_LABEL = "peers_recognition", "people"
TASK = RecallThenRecognition(list_length=16, recognition_delay=30.0)
LISTS, BLOCKS = 400, 20
CEILING = 0.99
"""Above this rate of recognition the function says nothing."""
NEAR = 0.05
"""How far P(recognised | recalled) may be from the function."""
MODERATE = (0.4, 0.85)
"""The range of Yule's Q that counts as moderate dependence of a model: that of people with a margin, who are therefore
not tested by it."""
IN_ALL = HumanData(
    "PEERS, recognition", "mean over all people, from 255,121 judgments; half of them ship; the tolerance is two "
    "standard errors",
)  # fmt: skip
MODERATELY = Prediction("Tulving & Wiseman (1975)", "1 where Q lies in a range that memsim's authors took from people")
FUNCTION = Prediction("Tulving & Wiseman (1975)", "the function with c = .5")
_SEPARATE = "items do not differ, and recall changes context but not what is stored of an item"
_SHARED = (
    "it was trained on up to 12 items; of 16 it recognises after recall .68 of what it recalled, and .05 of the rest"
)
SHORTCOMINGS: dict[str, dict[str, str]] = {
    "CMR": {"q": _SEPARATE, "law": _SEPARATE},
    "TCM": {"q": _SEPARATE, "law": _SEPARATE},
    "DNC:recall+recognition": {"q": _SHARED, "law": _SHARED},
}
NUMBERS = {
    "q": "Yule's Q (moderate?)",
    "p_recalled": "P(recalled)",
    "p_recognised": "P(recognised)",
    "p_recognised_given_recalled": "P(recognised | recalled)",
    "tulving_wiseman": "the same by the function",
}


def people() -> pd.DataFrame:
    """Recall in the lists of a session, and recognition at its end: the frequencies of each person, and rates."""
    judgments: Judgments = load_dataset(PEOPLE)
    probes = judgments.trials.probes
    assert probes is not None
    first = pd.to_numeric(pd.Series(probes.labels["initial_output"].ravel()), errors="coerce").to_numpy()
    recalled = np.nan_to_num(first.reshape(judgments.ratings.shape)) > 0
    row, probe, recognised = answered(judgments, targets_of(judgments))
    cell = np.where(recalled[row, probe], 0, 2) + np.where(recognised, 0, 1)
    table = count_by_subject(judgments, row, (cell, 4)).astype(float)
    both, recalled_only, recognised_only, _ = table.T
    p_recognised = (both + recognised_only) / table.sum(axis=1)
    return pd.DataFrame(
        {
            "q": yules_q(table, 0.5),
            "p_recalled": (both + recalled_only) / table.sum(axis=1),
            "p_recognised": p_recognised,
            "p_recognised_given_recalled": both / (both + recalled_only),
            "tulving_wiseman": tulving_wiseman(p_recognised),
        }
    )


def _tulving_wiseman(seed: int) -> Outcome:
    frames = {PEOPLE_LABEL: people()}
    models = models_of(TASK)
    for name, model in models.items():
        judgments: Any = simulate(model, TASK.trials(LISTS, seed, subjects=BLOCKS), seed)  # type: ignore[arg-type]
        frames[name] = recall_recognition_contingency(judgments)
    table = table_of(frames)
    findings = [Finding("people: Yule's Q", 0.670, float(table["q"].iloc[0]), 0.035, IN_ALL)]
    for row in table.itertuples():
        known = SHORTCOMINGS.get(str(row.label), {})
        if row.verdict in PASSES:
            quantity = f"{row.label}: moderate dependence, Q within {MODERATE[0]} and {MODERATE[1]}"
            findings.append(
                Finding(
                    quantity, 1.0, float(row.verdict == PASS), 0.0, MODERATELY,
                    known.get("q", ""),
                )
            )  # fmt: skip
        if row.law == ABSENT:
            continue
        findings.append(
            Finding(
                f"{row.label}: P(recognised | recalled)", row.tulving_wiseman, row.p_recognised_given_recalled, NEAR,
                FUNCTION, known.get("law", ""),
            )
        )  # fmt: skip
    return Outcome(
        findings,
        partial(criteria_figure, marked(table), "Recall and later recognition of the same words"),
        {"task": TASK.values(), "lists": LISTS, "models": {name: model.values() for name, model in models.items()}},
        {"contingency": table},
        shown=table[["label", *NUMBERS, "q_sem"]].to_string(index=False, float_format="{:.3f}".format),
        statement=_statement(table),
    )


def table_of(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for people and each model: means and standard errors of :data:`NUMBERS`, and two verdicts.

    ``verdict`` is on Q, and ``law`` on whether P(recognised | recalled) is as the function says. Above the ceiling of
    recognition, Q and its function are undefined (NaN): so few targets are not recognised that what is added to each
    count decides. Q of people has no verdict, since the range is from them.
    """
    rows = []
    for name, frame in frames.items():
        each = {number: mean_and_error(frame[number].dropna().to_numpy()) for number in NUMBERS}
        if each["p_recognised"][0] > CEILING:
            each |= dict.fromkeys(("q", "tulving_wiseman"), (np.nan, np.nan))
        verdict = ABSENT if name == PEOPLE_LABEL else verdict_of(*each["q"], *MODERATE)
        law = verdict_of(each["p_recognised_given_recalled"][0] - each["tulving_wiseman"][0], 0.0, -NEAR, NEAR)
        means, errors = ({number: found[at] for number, found in each.items()} for at in (0, 1))
        of_each = {f"{number}_sem": error for number, error in errors.items()}
        rows.append({"label": name, **means, **of_each, "verdict": verdict, "law": law})
    return pd.DataFrame(rows)


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers as :func:`memsim.analysis.figures.targets.criteria_figure` takes them; Q and P(recognised |
    recalled), which are judged, have marks.
    """
    shown = table.melt(["label", "verdict", "law"], list(NUMBERS), "criterion")
    shown["sem"] = table.melt("label", [f"{number}_sem" for number in NUMBERS])["value"]
    judged = {"q": shown["verdict"], "p_recognised_given_recalled": shown["law"]}
    shown["verdict"] = [
        judged[each].iloc[row] if each in judged else None for row, each in enumerate(shown["criterion"])
    ]
    shown["passes"] = pd.Series([PASSES.get(each) for each in shown["verdict"]], dtype=object)
    return shown.assign(criterion=shown["criterion"].map(NUMBERS))


def _said(row: Any) -> str:
    if np.isnan(row.q):
        return f"{row.label} has no Q: it recognises {row.p_recognised:.3f} of the targets"
    return (
        f"{row.label} Q {row.q:.2f} (SE {row.q_sem:.2f}), P(recognised | recalled) "
        f"{row.p_recognised_given_recalled:.2f} against {row.tulving_wiseman:.2f}"
    )


def _statement(table: pd.DataFrame) -> str:
    said = "; ".join(_said(row) for row in table.itertuples())
    return (
        "Hypothesis: recall and recognition of a word depend on each other moderately, as the Tulving-Wiseman function "
        f"says. Yule's Q, and the rate of recognising what was recalled against that of the function: {said}. Standard "
        "errors are over people, or over blocks of lists. People recalled 16 lists, each at once, and recognised at "
        "the end of the session; models recall one list and recognise it after 30 s, so that the values of Q are of "
        f"the same kind, but not of the same experiment. A model's Q counts as moderate between {MODERATE[0]} and "
        f"{MODERATE[1]}, the value of these people with a margin: people cannot fail it, so that they are not tested "
        f"by it, and it is no published number. Where more than {CEILING} of the targets are recognised, Q has no "
        "meaning, "
        "which is neither a pass nor a failure. Recognition of a recalled word is also helped by its recall."
    )


TULVING_WISEMAN = Reproduction(
    "tulving-wiseman", "Dependence of recognition on recall, in people and in models that do both",
    "Tulving & Wiseman (1975); people: PEERS, Kahana et al. (2024), doi:10.1037/xlm0001319", _tulving_wiseman,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
)  # fmt: skip
