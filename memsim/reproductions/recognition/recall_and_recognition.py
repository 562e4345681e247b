"""PEERS, experiment 1: what do parameters fitted to recall predict of recognition of the same words, and the reverse?

TCM, CMR and SAM are fitted to the recall of lists, to the recognition of their words at the end of the session, or to
both, and predict both tests of people held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.core.errors import InputError
from memsim.core.joint_recalls import JointRecalls
from memsim.data import load_dataset
from memsim.evaluation.cross_validation import fold_of_lists
from memsim.models import SAM, TCM, Network
from memsim.reproductions.cmr_reference import reference
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.intervals import over_known
from memsim.reproductions.kinds import Kind, Prediction
from memsim.reproductions.recognition.recall_and_recognition_fits import (
    BASE,
    BOTH,
    CHOICE,
    DRIFT,
    LEARNED,
    RECALL,
    RECOGNITION,
    REFERENCES,
    SCALE,
    TESTS,
    Account,
    Effort,
    Found,
    best_of,
    first_of,
    joined,
    of_people,
    reference_cell,
    score_cell,
    search_cell,
    session,
)
from memsim.running.execution import Cell, run_cells

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SESSION = 1
"""The second session of each person: 16 lists of 16 words, then 320 probes. In the first, people get used to it."""
FOLDS = 2
ONE_MEMORY = Prediction(
    "one memory for both tests: Gillund & Shiffrin (1984); Lohnas, Polyn & Kahana (2015)",
    "1 where the 95% interval over people shows it",
)
START: Mapping[str, float] = {
    "distraction_drift": 0.05, "context_drift_cue": 0.1, "criterion_noise": 0.1, "lapse": 0.02
}  # fmt: skip
"""Where fits begin: as declared, context keeps nothing over the 75 s after a list, and no parameter has a slope."""
DRIFTS: Mapping[str, tuple[float, float]] = {"distraction_drift": (0.0, 0.9), "context_drift_cue": (0.0, 1.0)}
NOISE: Mapping[str, tuple[float, float]] = {"criterion_noise": (0.001, 5.0)}
SAM_START: Mapping[str, Any] = {
    "store_readout": "soft", "context_strength": 0.07, "forward_strength": 0.06, "self_strength": 0.1,
    "residual_strength": 0.02, "criterion_noise": 0.3, "lapse": 0.02,
}  # fmt: skip
"""SAM with the soft read-out, under which no list is impossible. The residual strength is the unit of strengths."""
SAM_SCALE: Mapping[str, tuple[float, float]] = {"criterion_noise": (0.001, 20.0), "strength_variability": (0.05, 0.95)}
BOTH_TESTS = "dnc-recall+recognition"
"""The weights of a network that was trained on both tests of a list."""
OF_NETWORKS = (
    "The DNC was trained on both tests of random lists, and on no people; its memory is in its weights, which are not "
    "fitted, so that what it learns of people is choice, stopping and the scale. Its lists had up to 12 items; those "
    "of people are longer. "
)


def accounts() -> dict[str, Account]:
    """The models that are compared."""
    stopping = ("stop_base", "stop_growth")
    tcm = dict.fromkeys(("choice_noise", *stopping))
    cmr = ("start_drift", "recall_drift", "context_to_item_shared", "context_to_item_own", "primacy_scale",
           "primacy_decay", "choice_exponent", *stopping)  # fmt: skip
    return {
        "TCM": Account(
            TCM().replace(**START), {"context_drift": (0.01, 0.99), "old_to_new_context": (0.0, 20.0)}, tcm, DRIFTS,
            NOISE,
        ),
        "CMR": Account(
            reference("20-1").replace(**START),
            {"encoding_drift": (0.01, 0.99), "item_to_context_learning": (0.0, 1.0)}, dict.fromkeys(cmr), DRIFTS, NOISE,
        ),
        "SAM": Account(
            SAM().replace(**SAM_START), {"forward_strength": (0.001, 1.0), "self_strength": (0.001, 3.0)},
            {"context_strength": (0.01, 1.0)}, {}, SAM_SCALE,
        ),
        "DNC": network_account(BOTH_TESTS),
    }  # fmt: skip


def network_account(weights: str, core: str = "") -> Account:
    """A network that was trained on both tests, by its file of weights, as one of the models.

    Its memory is in its weights, which are not fitted: only choice, stopping and the scale are. Distraction takes it a
    step for each second.

    Raises
    ------
    InputError : the network was trained on one test alone.
    """
    model = Network(weights=weights, core=core)
    if "free" not in model.cues or not model.probes:
        raise InputError(
            f"the weights {weights!r} were trained by {model.record['objective']}, and not on both tests; give weights "
            "that were trained by recall+recognition"
        )
    noise = {"criterion_noise": (0.001, 20.0)}
    return Account(model, {}, {"choice_strength": (0.01, 10.0), "stop_bias": (-20.0, 20.0)}, {}, noise)


def people_of() -> JointRecalls:
    """Recall and recognition of the same words by the same people, in one session of each."""
    return session(load_dataset("peers_experiment1"), load_dataset("peers_recognition"), SESSION)


def held_out(
    people: JointRecalls, models: Mapping[str, Account], seed: int, effort: Effort
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Scores ``label, learned, fold, subject, test, score`` of people held out; the values that were fitted; and what
    each search found.

    Each test is fitted alone at first. Other fits begin there, or hold that memory.
    """
    fold = fold_of_lists(people, "subjects", FOLDS, seed)
    parts = {k + 1: (people[fold != k], people[fold == k]) for k in range(FOLDS)}
    references = [(each, "", k) for each in REFERENCES for k in parts]
    cells = [
        Cell(reference_cell, {"reference": each, "train": parts[k][0], "test": parts[k][1]}, f"{each}, fold {k}")
        for each, _, k in references
    ]
    known = [each["scores"] for each in run_cells(cells, title="references")]
    scores = dict(zip(references, known, strict=True))
    found: dict[tuple[str, int], dict[str, Found]] = {(name, k): {} for name in models for k in parts}
    searches: list[list[Any]] = []
    for stage in (TESTS, tuple(each for each in LEARNED if each not in TESTS)):
        todo = [
            (name, learned, k, start)
            for name, account in models.items()
            for learned in stage
            if learned in account.conditions
            for k in parts
            if account.memory or learned != BOTH
            for start in range(account.n_searches(learned, effort))
        ]
        cells = [
            Cell(
                search_cell,
                {
                    "account": models[name], "learned": learned, "first": found[name, k].get(first_of(learned)),
                    "start": start, "people": parts[k][0], "sampling": effort.fitted,
                },
                f"{name} of {learned}, fold {k}, start {start + 1}",
            )
            for name, learned, k, start in todo
        ]  # fmt: skip
        by_fit: dict[tuple[str, str, int], list[Found]] = {}
        for (name, learned, k, start), each in zip(todo, run_cells(cells, title="searches"), strict=True):
            by_fit.setdefault((name, learned, k), []).append(each)
            searches.append([name, learned, k, start + 1, each["value"]])
        for (name, learned, k), every in by_fit.items():
            found[name, k][learned] = best_of(every)
    for (name, _), own in found.items():
        if not models[name].memory:
            own[BOTH] = joined(own)
    fits = [(name, learned, k) for name, account in models.items() for learned in account.conditions for k in parts]
    cells = [
        Cell(
            score_cell,
            {
                "account": models[name], "learned": learned, "found": found[name, k], "people": parts[k][1],
                "sampling": effort.scored,
            },
            f"scores of {name}, {learned}, fold {k}",
        )
        for name, learned, k in fits
    ]  # fmt: skip
    scores |= dict(zip(fits, run_cells(cells, title="scores"), strict=True))
    values = [
        [*fit, test, name, value]
        for fit in fits
        for test, own in found[fit[0], fit[2]][fit[1]]["values"].items()
        for name, value in own.items()
    ]
    rows = [[*fit, *row] for fit, own in scores.items() for row in own]
    return (
        pd.DataFrame(rows, columns=["label", "learned", "fold", "subject", "test", "score"]),
        pd.DataFrame(values, columns=["label", "learned", "fold", "test", "parameter", "value"]),
        pd.DataFrame(searches, columns=["label", "learned", "fold", "start", "value"]),
    )


def summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Of each model, what it learned and test: means over people, with 95% intervals by Student's t.

    ``above`` is nats above the baseline, for each list or probe; ``from_own`` the difference from the fit of the same
    model to that test alone. Differences are paired over people.
    """
    wide = scores.pivot(index="subject", columns=["test", "label", "learned"], values="score")
    rows = []
    for test, label, learned in wide.columns:
        if label == BASE:
            continue
        mine = wide[test, label, learned]
        row = {"label": label, "learned": learned, "test": test, "score": mine.mean(), "n_people": mine.notna().sum()}
        row |= dict(zip(("above", "low", "high"), over_known(mine - wide[test, BASE, ""])[:3], strict=True))
        if learned and learned != test:
            own = over_known(mine - wide[test, label, test])[:3]
            row |= dict(zip(("from_own", "from_own_low", "from_own_high"), own, strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def recall_and_recognition(seed: int, effort: Effort = Effort()) -> Outcome:  # noqa: B008  # frozen
    """The entry; a smaller ``effort`` gives it in less time."""
    people, models = people_of(), accounts()
    if effort.people is not None:
        people = of_people(people, people.trials.subjects[: effort.people].tolist())
    scores, values, searches = held_out(people, models, seed, effort)
    table = summary(scores)
    return Outcome(
        _findings(table, models),
        partial(_figure, table, list(models)),
        {
            "session": SESSION, "folds": FOLDS, "over": "subjects", "effort": asdict(effort),
            "free": {name: {each: list(account.free(each)) for each in TESTS} for name, account in models.items()},
        },
        {"summary": table, "held_out": scores, "values": values, "searches": searches},
        shown=table.to_string(index=False, float_format="{:.3f}".format, na_rep="-"),
        statement=_statement(table, models, effort),
    )  # fmt: skip


CONFLICT = (
    "recognition asks for context that drifts by .02 to .06 with each word of the session, and recall for some .8, so "
    "that one drift for both costs in each"
)
TRAINED_ON_TASK = (
    "the network was trained on random lists of at most 12 items, tested at once, and people had 16 lists of 16 words "
    "with recognition after the last: not above the baseline in either test"
)
KNOWN: Mapping[str, str] = {
    **{f"TCM, {BOTH}: {test} not worse than fitted to it alone": CONFLICT for test in TESTS},
    f"CMR, {BOTH}: {RECALL} not worse than fitted to it alone": CONFLICT,
    f"SAM, {BOTH}: {RECOGNITION} not worse than fitted to it alone": "less than a hundredth of what it predicts",
    f"DNC, {SCALE}: {RECOGNITION} above the baseline": TRAINED_ON_TASK,
    f"DNC, {CHOICE}: {RECALL} above the baseline": TRAINED_ON_TASK,
}
"""By the name of a finding, why it is known not to hold."""


def _findings(table: pd.DataFrame, models: Mapping[str, Account]) -> list[Finding]:
    """1 where an interval over people shows what one memory for both tests predicts, else 0."""
    at = table.set_index(["label", "learned", "test"])
    shown = {}
    for name, account in models.items():
        for learned, test in ((DRIFT if account.drift else SCALE, RECOGNITION), (CHOICE, RECALL)):
            shown[f"{name}, {learned}: {test} above the baseline"] = at.loc[(name, learned, test), "low"] > 0
        for test in TESTS:
            shown[f"{name}, both tests: {test} not worse than fitted to it alone"] = (
                at.loc[(name, BOTH, test), "from_own_high"] >= 0
            )
    return [Finding(each, 1.0, float(is_so), 0.0, ONE_MEMORY, KNOWN.get(each, "")) for each, is_so in shown.items()]


def _statement(table: pd.DataFrame, models: Mapping[str, Account], effort: Effort) -> str:
    at = table.set_index(["label", "learned", "test"])

    def difference(key: tuple[str, str, str], column: str = "above") -> str:
        row = at.loc[key]
        low, high = ("low", "high") if column == "above" else (f"{column}_low", f"{column}_high")
        return f"{row[column]:.3f} ({row[low]:.3f} to {row[high]:.3f})"

    of_models = "; ".join(
        f"{name}: recognition {difference((name, RECOGNITION, RECOGNITION))} nats per probe above base rates when "
        f"fitted to it, {difference((name, SCALE, RECOGNITION))} with memory from recall and the scale fitted, "
        + (
            f"{difference((name, DRIFT, RECOGNITION))} if drift between study and test is fitted as well; recall "
            if account.drift
            else "(nothing happens to it between study and test); recall "
        )
        + f"{difference((name, RECALL, RECALL))} nats per list above uniform choice when fitted to it, "
        f"{difference((name, CHOICE, RECALL))} with memory from recognition and the choice fitted; fitted to both, "
        f"recall changes by {difference((name, BOTH, RECALL), 'from_own')} and recognition by "
        f"{difference((name, BOTH, RECOGNITION), 'from_own')}"
        for name, account in models.items()
    )
    worse = [
        name
        for name, account in models.items()
        if any(at.loc[(name, BOTH, test), "from_own_high"] < 0 for test in TESTS)
        or at.loc[(name, DRIFT if account.drift else SCALE, RECOGNITION), "high"] < 0
        or at.loc[(name, CHOICE, RECALL), "high"] < 0
    ]
    reference = difference(("unequal variance", "", RECOGNITION))
    return (
        "Hypothesis: one memory serves both tests, so that parameters of memory fitted to one predict the other. "
        "Manipulation: what parameters are fitted to; each test of people held out is scored. In brackets are 95% "
        f"intervals over {int(table['n_people'].max())} people. {of_models}. Signal detection with unequal variance, "
        f"without an account of memory: {reference} nats per probe. The hypothesis is refuted for a model that "
        "predicts the other test worse than the baseline, or that loses in a test when it is fitted to both: here "
        f"{', '.join(worse) or 'none'}. Simplifications: the recall of lists is 75 s of distraction to the models, and "
        f"neither it nor a final recall changes their memory; tasks at study are left out. "
        f"{_of_sampled(models, effort)}{OF_NETWORKS if 'DNC' in models else ''}"
    )


def _of_sampled(models: Mapping[str, Account], effort: Effort) -> str:
    """What is particular to the models whose memory is random at study."""
    names = [name for name, account in models.items() if account.is_sampled]
    if not names:
        return ""
    fitted, scores = effort.fitted, effort.scored
    return (
        f"Memory of {', '.join(names)} is random at study: recall is averaged over {fitted.lists} samples of study in "
        f"fits and {scores.lists} in scores, and each answer of recognition by itself over the positions of "
        f"{fitted.sessions} and {scores.sessions} sampled sessions. Its residual strength, the unit of strengths, and "
        "all parameters that are not fitted are as declared or set in the entry (settings). "
    )


@plain_text
def _figure(table: pd.DataFrame, names: list[str], **drawing: Unpack[Drawing]) -> Figure:
    """What each model predicts of each test, by what it learned; what lies below the baseline by far is cut off."""
    page = Page("recall-and-recognition", drawing, 2)
    looks = page.styles(names)
    with themed():
        axes = page.panels(len(TESTS), least=3.0, height=2.8, beyond=0.8)
        for axis, test in zip(axes, TESTS, strict=True):
            shown = [each for each in LEARNED if each not in ((SCALE, DRIFT) if test == RECALL else (CHOICE,))]
            for index, (name, look) in enumerate(looks.items()):
                rows = table[(table["label"] == name) & (table["test"] == test)].set_index("learned").reindex(shown)
                place = np.arange(len(shown)) + 0.15 * (index - (len(names) - 1) / 2)
                bars = (rows["above"] - rows["low"], rows["high"] - rows["above"])
                label = page.label(name) if rows["above"].notna().any() else None
                axis.errorbar(rows["above"], place, xerr=bars, fmt=look.marker, color=look.color, label=label)
            best = table[(table["test"] == test) & table["learned"].isin(shown)]["high"].max()
            lines = table[(table["test"] == test) & (table["learned"] == "")]
            for line, (_, row) in zip((":", "-."), lines.iterrows(), strict=False):
                axis.axvline(row["above"], color="0.5", linestyle=line, label=page.label(row["label"]))
                best = max(best, row["above"])
            axis.axvline(0, color="0.7", linewidth=0.8)
            axis.set_xlim(-best, best * 1.1)
            axis.set_yticks(range(len(shown)), [page.label(each) for each in shown])
            axis.invert_yaxis()
            unit = "list\nabove uniform choice" if test == RECALL else "probe\nabove base rates"
            axis.set(xlabel=f"Nats per {unit}", title=test.capitalize())
        page.legend_of(axes)
        page.title("People held out, by what was fitted")
    return page.figure


RECALL_AND_RECOGNITION = Reproduction(
    "recall-and-recognition", "One memory, two tests: recall and recognition of the same words by the same people",
    "People of PEERS, experiment 1: Kahana et al. (2024), doi:10.1037/xlm0001319; Gillund & Shiffrin (1984)",
    recall_and_recognition, kinds=(Kind.PREDICTION,),
)  # fmt: skip
