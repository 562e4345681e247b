"""Ten qualitative findings of free recall, every model by every finding."""

from __future__ import annotations

from functools import partial

from memsim.analysis.figures.targets import criteria_figure
from memsim.data import load_curves, load_dataset, load_summary
from memsim.data.registered import DATASETS
from memsim.models.lookup import build_model
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.registered import models_for
from memsim.reproductions.criteria import CRITERIA, TASKS, Measures, criteria_table, measures
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.murdock_lists import (
    LISTS,
)

_SYMMETRIC = "two words in the store are linked alike both ways"
_BASELINE = "a baseline: strength falls with time, and words have no links and no place in context"
SHORTCOMINGS: dict[str, dict[str, str]] = {
    "CMR": {
        "recency goes with a delay": "with the power rule a delay, which scales all support alike, changes no choice",
    },
    "SAM": {
        "recency returns with continuous distraction": "the store is empty at test, and context does not drift",
        "transitions favour going forward": _SYMMETRIC,
        "forward also late in recall": _SYMMETRIC,
        "contiguity survives delay and distraction": "words with distraction between are never in the store together",
    },
    "SIMPLE": {},
    "TCM": {
        "primacy": "no mechanism for primacy",
        "recency returns with continuous distraction": "first recalls have it; later ones wash it out of the curve",
    },
    "TCMA": {
        "primacy": "recency wins the races; no gradient that was tried lifts the first words above the middle third",
        "recency goes with a delay": "unverified rate of drift: the rest of context still favours the end after 30 s",
    },
    "Strength": dict.fromkeys(
        [
            "primacy", "recency returns with continuous distraction", "middle falls with list length, 20 > 30 > 40",
            "transitions favour going forward", "forward also late in recall",
            "contiguity survives delay and distraction",
        ],
        _BASELINE,
    ),
}  # fmt: skip
"""Criteria that a model at its defaults fails, and why."""


def _ten_criteria(seed: int) -> Outcome:
    """All registered models at their defaults, and what the shipped curves say of people."""
    n_trials = LISTS // 2
    sources = {"people": _people_by_length()}
    models = {spec: build_model(spec) for spec in models_for("free")}
    lists = {name: n_trials // 5 if isinstance(model, NetworkModel) else n_trials for name, model in models.items()}
    sources |= {name: measures(model, lists[name], seed) for name, model in models.items()}
    table = criteria_table(sources)
    findings = [
        Finding(
            f"{row.source}: {row.criterion}", 1.0, float(row.passes), 0.0, "1 passes, 0 fails",
            SHORTCOMINGS.get(row.source, {}).get(row.criterion, ""),
        )
        for row in table[table["passes"].notna() & table["source"].isin(["people", *SHORTCOMINGS])].itertuples()
    ]  # fmt: skip
    settings = {
        "lists": lists,
        "tasks": TASKS,
        "models": {name: model.values() for name, model in models.items()},
        "criteria": {criterion.name: criterion.number for criterion in CRITERIA},
    }
    counts = table.dropna(subset=["value"]).groupby("source", sort=False)["passes"].agg(["sum", "count"])
    passed = [f"{name} {row['sum']} of {row['count']}" for name, row in counts.iterrows()]
    title = f"Ten findings of free recall: models at their defaults, {n_trials:,} lists in each task, networks fewer"
    values = table.pivot(index="criterion", columns="source", values="value")
    values = values.loc[table["criterion"].unique(), table["source"].unique()].rename_axis(index=None, columns=None)
    return Outcome(
        findings,
        partial(criteria_figure, table, title),
        settings,
        {"criteria": table},
        shown=values.to_string(float_format="{:.2f}".format, na_rep="-"),
        statement=f"Criteria passed, of those that apply: {', '.join(passed)}.",
    )


def _people_by_length() -> dict[str, Measures]:
    """What the shipped curves of Murdock (1962) say of people; late transitions from their lists, if at hand."""
    found = {}
    for length in ("20", "30", "40"):
        condition = f"{length}-1"
        if DATASETS.get("murdock1962").at_hand():
            found[length] = Measures.of(load_dataset("murdock1962", condition))
        else:
            found[length] = Measures(load_curves("murdock1962", condition), load_summary("murdock1962", condition))
    return found


TEN_CRITERIA = Reproduction(
    "criteria", "Ten findings of free recall, by every model",
    "Murdock (1962); Glanzer & Cunitz (1966); Bjork & Whitten (1974); Kahana (1996); Howard & Kahana (1999)",
    _ten_criteria,
)  # fmt: skip
