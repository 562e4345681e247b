"""Ten qualitative findings of free recall: which of them each model shows."""

from __future__ import annotations

from functools import partial

from memsim.analysis.figures.targets import criteria_figure
from memsim.data import load_curves, load_dataset, load_summary
from memsim.data.registered import DATASETS
from memsim.models.lookup import build_model
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.registered import models_for
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, Prediction
from memsim.reproductions.recall.criteria import CRITERIA, TASKS, Measures, criteria_table, measures
from memsim.reproductions.simulated_lists import LISTS

SHOWS = Prediction(
    "the finding, of the publications of this entry", "1 where its number lies in a range that memsim's authors chose"
)
_SYMMETRIC = "two words in the store are linked equally in both directions"
_BASELINE = "a baseline: strength falls with time, and words have no links and no place in context"
SHORTCOMINGS: dict[str, dict[str, str]] = {
    "CMR": {
        "recency goes with a delay": "a delay scales all support alike, which changes no choice under the power rule",
    },
    "SAM": {
        "recency returns with continuous distraction": "the store is empty at test, and context does not drift",
        "transitions favour going forward": _SYMMETRIC,
        "forward also late in recall": _SYMMETRIC,
        "contiguity survives delay and distraction": "words that distraction separates are never in the store together",
    },
    "SIMPLE": {},
    "TCM": {
        "primacy": "the model has no mechanism for primacy",
        "recency returns with continuous distraction": "first recalls show it, later recalls remove it from the curve",
    },
    "TCMA": {
        "primacy": "no primacy gradient that was tried raises the first words above the middle third",
        "recency goes with a delay": "with an unverified rate of drift, context still favours the end after 30 s",
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
"""The criteria that a model fails at its default parameters, and why."""


def _ten_criteria(seed: int) -> Outcome:
    """The criteria for all registered models at their default parameters, and for people."""
    n_trials = LISTS // 2
    names = {"people": _people_by_length()}
    models = {spec: build_model(spec) for spec in models_for("free")}
    lists = {name: n_trials // 5 if isinstance(model, NetworkModel) else n_trials for name, model in models.items()}
    names |= {name: measures(model, lists[name], seed) for name, model in models.items()}
    table = criteria_table(names)
    findings = [
        Finding(
            f"{row.label}: {row.criterion}", 1.0, float(row.passes), 0.0, SHOWS,
            SHORTCOMINGS.get(row.label, {}).get(row.criterion, ""),
        )
        for row in table[table["passes"].notna() & table["label"].isin(["people", *SHORTCOMINGS])].itertuples()
    ]  # fmt: skip
    settings = {
        "lists": lists,
        "tasks": TASKS,
        "models": {name: model.values() for name, model in models.items()},
        "criteria": {criterion.name: criterion.number for criterion in CRITERIA},
    }
    counts = table.dropna(subset=["value"]).groupby("label", sort=False)["passes"].agg(["sum", "count"])
    passed = [f"{name} {row['sum']} of {row['count']}" for name, row in counts.iterrows()]
    title = f"Ten findings of free recall: models at their defaults, {n_trials:,} lists a task (networks fewer)"
    values = table.pivot(index="criterion", columns="label", values="value")
    values = values.loc[table["criterion"].unique(), table["label"].unique()].rename_axis(index=None, columns=None)
    return Outcome(
        findings,
        partial(criteria_figure, table, title),
        settings,
        {"criteria": table},
        shown=values.to_string(float_format="{:.2f}".format, na_rep="-"),
        statement=(
            "Hypothesis: a model of free recall shows all ten findings. Of the criteria that apply, these were passed: "
            f"{', '.join(passed)}. A criterion is passed if its number, estimated from {n_trials:,} lists in each task "
            f"({n_trials // 5:,} of networks), lies in its range. The numbers have no standard errors, so one near the "
            "end of its range decides nothing."
        ),
    )


def _people_by_length() -> dict[str, Measures]:
    """The numbers of people in Murdock (1962), by list length; late transitions only if their lists are available."""
    found = {}
    for length in ("20", "30", "40"):
        condition = f"{length}-1"
        if DATASETS.get("murdock1962").at_hand():
            found[length] = Measures.of(load_dataset("murdock1962", condition))
        else:
            found[length] = Measures(load_curves("murdock1962", condition), load_summary("murdock1962", condition))
    return found


TEN_CRITERIA = Reproduction(
    "criteria", "Ten findings of free recall, and which models show them",
    "Murdock (1962); Glanzer & Cunitz (1966); Bjork & Whitten (1974); Kahana (1996); Howard & Kahana (1999)",
    _ten_criteria, kinds=(Kind.PREDICTION,),
)  # fmt: skip
