"""Ten qualitative findings of free recall: which of them each model shows."""

from __future__ import annotations

from functools import partial

import pandas as pd

from memsim.analysis.figures.targets import criteria_figure
from memsim.models.lookup import build_model
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.registered import models_for
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, Prediction
from memsim.reproductions.recall.criteria import (
    PEOPLE,
    TASKS,
    criteria_table,
    limits,
    measures,
    measures_of_people,
    people,
)
from memsim.reproductions.simulated_lists import LISTS

SHOWS = Prediction(
    "the finding, of the publications of this entry",
    "1 where its number lies in the range of people of five data sets or more, widened by memsim's rule, or, where "
    "fewer are known, at least half the way from no effect to them",
)
_WIDE = "contiguity reaches too far: support falls slowly with lag, since context drifts slowly"
_BASELINE = "a baseline: strength falls with time, and words have no links and no place in context"
SHORTCOMINGS: dict[str, dict[str, str]] = {
    "CMR": {
        "recency goes with a delay": "a delay scales all support alike, which changes no choice under the power rule",
        "transitions peak at lags of one": _WIDE,
    },
    "SAM": {
        "recency returns with continual distraction": "the store is empty at test, and context does not drift",
        "transitions peak at lags of one": "words that were in the store together are linked at lags of two as well",
        "contiguity survives delay and distraction": "words that distraction separates are never in the store together",
    },
    "SIMPLE": {
        "middle falls with list length, 20 > 30 > 40": "words compete with their neighbours in time, of which a middle "
        "word of any list has about as many",
    },
    "TCM": {
        "primacy": "the model has no mechanism for primacy",
        "recency returns with continual distraction": "first recalls show it, later recalls remove it from the curve",
        "contiguity survives delay and distraction": _WIDE,
    },
    "TCMA": {
        "primacy": "no primacy gradient that was tried raises the first words above the middle third",
    },
    "Strength": dict.fromkeys(
        [
            "primacy", "recency returns with continual distraction", "middle falls with list length, 20 > 30 > 40",
            "transitions peak at lags of one",
            "contiguity survives delay and distraction",
        ],
        _BASELINE,
    ),
}  # fmt: skip
"""The criteria that a model fails at its default parameters, and why."""


def _ten_criteria(seed: int) -> Outcome:
    """The criteria for all registered models at their default parameters, and for people."""
    n_trials = LISTS // 2
    models = {spec: build_model(spec) for spec in models_for("free")}
    lists = {name: n_trials // 5 if isinstance(model, NetworkModel) else n_trials for name, model in models.items()}
    found = {label: measures_of_people(label) for label in PEOPLE}
    found |= {name: measures(model, lists[name], seed) for name, model in models.items()}
    table, ranges = criteria_table(found), limits()
    findings = [
        Finding(
            f"{row.label}: {row.criterion}", 1.0, float(row.passes), 0.0, SHOWS,
            SHORTCOMINGS.get(row.label, {}).get(row.criterion, ""),
        )
        for row in table[table["passes"].notna() & table["label"].isin([*PEOPLE, *SHORTCOMINGS])].itertuples()
    ]  # fmt: skip
    settings = {
        "lists": lists,
        "tasks": TASKS,
        "people": PEOPLE,
        "models": {name: model.values() for name, model in models.items()},
        "criteria": dict(zip(ranges["criterion"], ranges["number"], strict=True)),
    }
    title = f"Ten findings of free recall: models at their defaults, {n_trials:,} lists a task (networks fewer)"
    values = table.pivot(index="criterion", columns="label", values="value")
    values = values.loc[table["criterion"].unique(), table["label"].unique()].rename_axis(index=None, columns=None)
    return Outcome(
        findings,
        partial(criteria_figure, table.assign(criterion=table["criterion"].map(_with_range(ranges))), title),
        settings,
        {"criteria": table, "ranges": ranges, "people": people()},
        shown=values.to_string(float_format="{:.2f}".format, na_rep="-"),
        statement=_statement(table, n_trials),
    )


def _with_range(ranges: pd.DataFrame) -> dict[str, str]:
    """The criteria with what their numbers have to be, by name."""
    words = {"range": "{low:.2f} to {high:.2f}", "direction": "{low:.2f} or more", "none": "no range"}
    return {
        row["criterion"]: f"{row['criterion']}\n{words[row['basis']].format(**row)}" for _, row in ranges.iterrows()
    }


def _statement(table: pd.DataFrame, n_trials: int) -> str:
    bases = limits().set_index("criterion")["basis"]
    without = bases.index[bases == "none"].tolist()
    return (
        "Hypothesis: a model of free recall shows all ten findings. Where people of five data sets or more are known "
        f"({_count(bases, 'range')} of the findings), a number has to lie in their range, widened by half its width or "
        f"a quarter of its distance from no effect; where fewer are ({_count(bases, 'direction')}), it has to reach "
        "half the way from no effect to the nearest of them, and any more passes (ranges.csv; people.csv has the data "
        f"sets). By {', '.join(without) or 'no finding'} nobody can fail, since people lie on both sides of no effect. "
        f"A number is undecided within two standard errors of an end of its range, from {n_trials:,} lists in each "
        f"task ({n_trials // 5:,} of networks). Passed, of those that are decided: {_counts(table, bases, 'range')} by "
        f"the range of people; {_counts(table, bases, 'direction')} by direction."
    )


def _count(bases: pd.Series, basis: str) -> int:
    return int((bases == basis).sum())


def _counts(table: pd.DataFrame, bases: pd.Series, basis: str) -> str:
    """How many criteria of this basis each label passed, of those that are decided, in words."""
    rows = table[(table["criterion"].map(bases) == basis) & table["passes"].notna()]
    passed = rows.astype({"passes": int}).groupby("label", sort=False)["passes"].agg(["sum", "count"])
    return ", ".join(f"{name} {row['sum']} of {row['count']}" for name, row in passed.iterrows())


TEN_CRITERIA = Reproduction(
    "criteria", "Ten findings of free recall, and which models show them",
    "Murdock (1962); Glanzer & Cunitz (1966); Bjork & Whitten (1974); Kahana (1996); Howard & Kahana (1999); "
    "ranges from people of PEERS (Kahana et al., 2024; Healey & Kahana, 2014), Morton et al. (2013) and Murdock (1962)",
    _ten_criteria, kinds=(Kind.PREDICTION,),
)  # fmt: skip
