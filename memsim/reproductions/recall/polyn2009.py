"""Polyn, Norman & Kahana (2009): recall is clustered by the task in which words were studied, by CMR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import criteria_figure
from memsim.core.arrays import IntArray, frozen
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.data import load_dataset
from memsim.fitting.estimation import fit
from memsim.fitting.result import Fit
from memsim.models import CMR
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.intervals import over_known
from memsim.reproductions.kinds import HumanData, Kind, Prediction
from memsim.reproductions.recall.beside_people import beside, predicted
from memsim.reproductions.recall.source_clustering import beyond_control, organisation
from memsim.reproductions.verdicts import FAIL, PASS, PASSES, verdict_of

PEOPLE, SHIFT, CONTROL = "peers_experiment1", "shift", ("size", "animacy")
"""Lists in which two judgments alternate in runs, and lists with one judgment."""
OF_SOURCES = {"source_drift": (0.0, 1.0), "source_learning": (0.0, 10.0), "shift_drift": (0.0, 1.0)}
ROUNDS = 16
"""How often each list of people is simulated; standard errors of the models are over these."""
OF_PEOPLE = HumanData(
    "PEERS, experiment 1, doi:10.1037/xlm0001319",
    "lists with shifts less lists of one task under the same labels, mean over people; the tolerance is half of its "
    "95% interval",
)
CLUSTERS = Prediction(
    "Polyn, Norman & Kahana (2009): words of one task are recalled together, near and far, which a shift breaks",
    "1 where the 95% interval over people is above 0; for models, where their mean is",
)
BETTER = Prediction(
    "Polyn, Norman & Kahana (2009): source context guides recall", "1 where AIC prefers the model with sources"
)
_NONE = "without sources the model recalls alike whatever the task was"
KNOWN = {
    **{f"CMR, no sources: {what}": _NONE for what in ("clustering", "remote clustering", "break at a shift")},
    "CMR: clustering": "to other runs it is that of people; the excess is in transitions within a run",
}
"""By the name of a finding, why it is known not to come out."""


def labels_for(control: Recalls, shifted: Recalls) -> IntArray:
    """(n_trials, list_length) sources for control lists: those of the same person's lists with shifts, in turn."""
    sources = np.asarray(shifted.trials.source)
    of_person = {subject: sources[shifted.trials.subject == subject] for subject in shifted.trials.subjects}
    seen: dict[object, int] = {}
    labels = np.empty(control.trials.items.shape, dtype=np.int32)
    for row, subject in enumerate(control.trials.subject):
        own = of_person[subject]
        labels[row] = own[seen.get(subject, 0) % len(own)]
        seen[subject] = seen.get(subject, 0) + 1
    return labels


def clustering_of_people(shifted: Recalls) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What people do beyond the control, and the measures of both kinds of lists."""
    found = organisation(shifted, np.asarray(shifted.trials.source))
    controls = []
    for condition in CONTROL:
        lists: Recalls = load_dataset(PEOPLE, condition)
        lists = lists[np.isin(lists.trials.subject, shifted.trials.subjects)]
        controls.append(organisation(lists, labels_for(lists, shifted)))
    control = (controls[0] + controls[1]) / len(CONTROL)
    return beyond_control(found, control), pd.DataFrame({"shifts": found.mean(), "one task": control.mean()})


def clustering_of(model: CMR, shifted: Recalls, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same of a model that studies the lists of people and, as a control, these lists with one source.

    The first has a row for each round: means over people.
    """
    trials = shifted.trials
    sources = np.asarray(trials.source)
    kinds = {"shifts": trials, "one task": replace(trials, source=frozen(np.zeros_like(sources)))}
    rounds, rates = [], []
    for round_ in range(ROUNDS):
        found = {kind: organisation(simulate(model, lists, seed + round_), sources) for kind, lists in kinds.items()}
        rounds.append(beyond_control(found["shifts"], found["one task"]).mean())
        rates.append(pd.DataFrame({kind: each.mean() for kind, each in found.items()}))
    return pd.DataFrame(rounds), sum(rates[1:], rates[0]) / ROUNDS


def fits_of(shifted: Recalls, seed: int) -> dict[str, Fit]:
    """CMR with sources, and without, fitted to the lists with shifts of all people."""
    return {
        "CMR": fit(CMR(), shifted, {**CMR.fitted, **OF_SOURCES}, starts=1, seed=seed),
        "CMR, no sources": fit(
            CMR(source_learning=0.0, shift_drift=0.0), shifted, dict(CMR.fitted), starts=1, seed=seed
        ),
    }


def _polyn(seed: int) -> Outcome:
    shifted: Recalls = load_dataset(PEOPLE, SHIFT)
    fits = fits_of(shifted, seed)
    models = {name: each.of() for name, each in fits.items()}
    human, rates = clustering_of_people(shifted)
    found, rates_of = {}, {"people": rates}
    for name, model in models.items():
        assert isinstance(model, CMR)
        found[name], rates_of[name] = clustering_of(model, shifted, seed)
    interval = with_intervals(human)
    table = compared(interval, found)
    findings: list[Finding] = []
    for _, row in table[table["verdict"].isin([PASS, FAIL])].iterrows():
        quantity = f"{row['label']}: {row['measure']}"
        obtained, known = float(row["mean"]), KNOWN.get(quantity, "")
        findings.append(beside(quantity, interval.loc[row["measure"]], obtained, OF_PEOPLE, known))
    shown = {f"people: {what} above 0": bool(interval.loc[what, "low"] > 0) for what in human}
    shown |= {f"CMR: {what} above 0": bool(found["CMR"][what].mean() > 0) for what in human}
    findings += predicted(shown, CLUSTERS, KNOWN)
    aic = {name: each.aic for name, each in fits.items()}
    better = {"CMR: sources predict the lists better": aic["CMR"] < aic["CMR, no sources"]}
    findings += predicted(better, BETTER, KNOWN)
    every = pd.concat(rates_of, axis=1)
    every.columns = [" ".join(each) for each in every.columns]
    return Outcome(
        findings,
        partial(criteria_figure, marked(table), "PEERS: lists of two tasks, beyond lists of one task"),
        {"free": {"CMR": [*CMR.fitted, *OF_SOURCES], "CMR, no sources": list(CMR.fitted)}, "rounds": ROUNDS,
         "models": {name: model.values() for name, model in models.items()}},
        {"rates": every.rename_axis("measure").reset_index(), "clustering": table,
         "fits": pd.concat([each.to_frame().assign(label=name) for name, each in fits.items()])},
        statement=_statement(table, aic, models),
    )  # fmt: skip


def with_intervals(by_person: pd.DataFrame) -> pd.DataFrame:
    """``mean, low, high`` of each column over people, with 95% intervals by t."""
    rows = {what: over_known(values) for what, values in by_person.items()}
    return pd.DataFrame(
        {what: {"mean": each.mean, "low": each.low, "high": each.high} for what, each in rows.items()}
    ).T


def compared(interval: pd.DataFrame, found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """``label, measure, mean, low, high, verdict`` of people and models.

    A model passes where its mean lies in the interval of people, and is undecided within two standard errors of its
    ends.
    """
    rows = [{"label": "people", "measure": what, **row, "verdict": ""} for what, row in interval.iterrows()]
    for name, rounds in found.items():
        for what, each in interval.iterrows():
            mean, error = float(rounds[what].mean()), float(rounds[what].std(ddof=1) / np.sqrt(len(rounds)))
            verdict = verdict_of(mean, error, float(each["low"]), float(each["high"]))
            ends = {"low": mean - 1.96 * error, "high": mean + 1.96 * error}
            rows.append({"label": name, "measure": what, "mean": mean, **ends, "verdict": verdict})
    return pd.DataFrame(rows)


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """The same as :func:`memsim.analysis.figures.targets.criteria_figure` takes it, with standard errors."""
    shown = table.rename(columns={"measure": "criterion", "mean": "value"})
    shown["sem"] = (shown["high"] - shown["low"]) / (2 * 1.96)
    shown["passes"] = pd.Series([PASSES.get(each) for each in shown["verdict"]], dtype=object)
    return shown[["label", "criterion", "value", "sem", "verdict", "passes"]]


def _statement(table: pd.DataFrame, aic: Mapping[str, float], models: Mapping[str, object]) -> str:
    said = []
    for what, rows in table.groupby("measure", sort=False):
        people, others = rows.iloc[0], rows.iloc[1:]
        of_models = ", ".join(f"{row.label} {row.mean:.3f} ({row.verdict})" for row in others.itertuples())
        said.append(
            f"{what} {people['mean']:.3f} (95% interval {people['low']:.3f} to {people['high']:.3f}), {of_models}"
        )
    model = models["CMR"]
    assert isinstance(model, CMR)
    return (
        "Hypothesis: the task in which a word was studied is part of its context, so that recall goes on to words of "
        "the same task, also of other runs, and a shift of task breaks contiguity. People, beyond their lists of one "
        f"task under the same labels, and models: {'; '.join(said)}. Fitted to the lists with shifts, CMR has source "
        f"drift {model.source_drift:.2f}, support by source {model.source_learning:.3f} and drift at a shift "
        f"{model.shift_drift:.2f} (the authors' parameter file, for another choice rule: .59, .129 and .77); AIC is "
        f"lower than without sources by {aic['CMR, no sources'] - aic['CMR']:.1f}. What is undecided is in no finding. "
        "The experiment of 2009 had other people and other lists, and its numbers were not at hand."
    )


POLYN2009 = Reproduction(
    "polyn2009", "Clustering of recall by the task at study, and breaks where the task shifts, by CMR",
    "Polyn, Norman & Kahana (2009); people of PEERS, experiment 1: Kahana et al. (2024), doi:10.1037/xlm0001319",
    _polyn,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
    waits_for=("the clustering by source, near and remote, that Polyn, Norman & Kahana (2009) print",),
)  # fmt: skip
