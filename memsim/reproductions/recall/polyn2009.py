"""Polyn, Norman & Kahana (2009): recall is clustered by the task in which words were studied, by CMR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.core.arrays import IntArray, frozen
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.data import load_dataset
from memsim.fitting.estimation import fit
from memsim.fitting.result import Fit
from memsim.models import CMR
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import HumanData, Kind, Prediction
from memsim.reproductions.recall.beside_people import beside, predicted
from memsim.reproductions.recall.source_clustering import MEASURES, beyond_control, organisation

PEOPLE, SHIFT, CONTROL = "peers_experiment1", "shift", ("size", "animacy")
"""Lists in which two judgments alternate in runs, and lists with one judgment."""
OF_SOURCES = {"source_drift": (0.0, 1.0), "source_learning": (0.0, 10.0), "shift_drift": (0.0, 1.0)}
ROUNDS = 3
"""How often each list of people is simulated."""
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
KNOWN: dict[str, str] = {}
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
    """The same of a model that studies the lists of people, and, as a control, these lists with one source."""
    trials = shifted.trials
    assert trials.source is not None
    one = replace(trials, source=frozen(np.zeros_like(trials.source)))
    found = []
    for lists in (trials, one):
        each = [
            organisation(simulate(model, lists, seed + round_), np.asarray(trials.source)) for round_ in range(ROUNDS)
        ]
        found.append(sum(each[1:], each[0]) / ROUNDS)
    return beyond_control(*found), pd.DataFrame({"shifts": found[0].mean(), "one task": found[1].mean()})


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
    findings: list[Finding] = []
    for name, each in found.items():
        for what in human:
            quantity = f"{name}: {what}"
            findings.append(
                beside(quantity, interval.loc[what], float(each[what].mean()), OF_PEOPLE, KNOWN.get(quantity, ""))
            )
    shown = {f"people: {what} above 0": bool(interval.loc[what, "low"] > 0) for what in human}
    shown |= {f"CMR: {what} above 0": bool(found["CMR"][what].mean() > 0) for what in human}
    findings += predicted(shown, CLUSTERS, KNOWN)
    aic = {name: each.aic for name, each in fits.items()}
    better = {"CMR: sources predict the lists better": aic["CMR"] < aic["CMR, no sources"]}
    findings += predicted(better, BETTER, KNOWN)
    table = pd.concat(rates_of, axis=1)
    table.columns = [" ".join(each) for each in table.columns]
    return Outcome(
        findings,
        partial(target_figure, _panels(rates_of), "PEERS: lists in which two tasks alternate, and lists of one task"),
        {"free": {"CMR": [*CMR.fitted, *OF_SOURCES], "CMR, no sources": list(CMR.fitted)}, "rounds": ROUNDS,
         "models": {name: model.values() for name, model in models.items()}},
        {"rates": table.rename_axis("measure").reset_index(),
         "clustering": interval.assign(**{name: each.mean() for name, each in found.items()})
         .rename_axis("measure").reset_index(),
         "fits": pd.concat([each.to_frame().assign(label=name) for name, each in fits.items()])},
        statement=_statement(interval, found, aic, models),
    )  # fmt: skip


def with_intervals(by_person: pd.DataFrame) -> pd.DataFrame:
    """``mean, low, high`` of each column over people, with 95% intervals by t."""
    from scipy.stats import t as student

    n = by_person.notna().sum()
    half = student.ppf(0.975, n - 1) * by_person.std(ddof=1) / np.sqrt(n)
    mean = by_person.mean()
    return pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half})


def _panels(rates: Mapping[str, pd.DataFrame]) -> list[Panel]:
    names = [name.replace(", ", ",\n") for name in MEASURES]
    return [
        Panel(title, "", "Share of transitions", rates["people"][which].set_axis(names),
              {name: each[which].set_axis(names) for name, each in rates.items() if name != "people"},
              "people (PEERS)", True)
        for title, which in (("Two tasks in runs", "shifts"), ("One task, same labels", "one task"))
    ]  # fmt: skip


def _statement(
    interval: pd.DataFrame, found: Mapping[str, pd.DataFrame], aic: Mapping[str, float], models: Mapping[str, object]
) -> str:
    said = "; ".join(
        f"{what} {row['mean']:.3f} (95% interval {row['low']:.3f} to {row['high']:.3f}), "
        + ", ".join(f"{name} {each[what].mean():.3f}" for name, each in found.items())
        for what, row in interval.iterrows()
    )
    model = models["CMR"]
    assert isinstance(model, CMR)
    return (
        "Hypothesis: the task in which a word was studied is part of its context, so that recall goes on to words of "
        "the same task, also of other runs, and a shift of task breaks contiguity. People, beyond their lists of one "
        f"task under the same labels: {said}. Fitted to the lists with shifts, CMR has source drift "
        f"{model.source_drift:.2f}, support by source {model.source_learning:.3f} and drift at a shift "
        f"{model.shift_drift:.2f} (published, with another choice rule: .59, .129 and .77); AIC is lower than without "
        f"sources by {aic['CMR, no sources'] - aic['CMR']:.1f}. The experiment of 2009 had other people and other "
        "lists, and its numbers were not at hand."
    )


POLYN2009 = Reproduction(
    "polyn2009", "Clustering of recall by the task at study, and breaks where the task shifts, by CMR",
    "Polyn, Norman & Kahana (2009); people of PEERS, experiment 1: Kahana et al. (2024), doi:10.1037/xlm0001319",
    _polyn,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
    waits_for=("the clustering by source, near and remote, that Polyn, Norman & Kahana (2009) print",),
)  # fmt: skip
