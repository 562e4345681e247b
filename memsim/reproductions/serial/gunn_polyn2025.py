"""Gunn & Polyn (2025): CRU and CMR as settings of one model, at their fits to people, and fitted anew by the equations.

Their fits were made under numerical conventions that their likelihoods depend on. Under the same conventions memsim
obtains the same likelihoods, person by person. Fits by the equations alone say who predicts people better.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.analysis.statistics.contrasts import contrast
from memsim.analysis.statistics.tables import require_columns
from memsim.core.recall_parts import by_subject
from memsim.core.recalls import Recalls
from memsim.data import load_dataset
from memsim.data.fetch import RemoteFile, local_path
from memsim.fitting.estimation import fit
from memsim.fitting.result import Fit
from memsim.models import CRU
from memsim.models.context.cru_variants import VARIANTS
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, OtherProgram, OwnComputation
from memsim.reproductions.serial.gunn_polyn_fits import PARAMETERS, SINGLE_PRECISION, published_model, published_nll

COMPARED = ("BaseCRU", "BaseCMR")
REPOSITORY = "https://github.com/githubpsyche/cru_to_cmr"
PUBLISHED = OtherProgram(
    f"the program of Gunn & Polyn (2025), {REPOSITORY}, its files of fits",
    "commit ed4ce1aac56d0232056d30fc4c7afbfefcf089b0",
)
FILE = RemoteFile("gunn_polyn2025_fits.csv", REPOSITORY, "")
MISSING = (
    f"needs {FILE.name} in the folder that MEMSIM_DATA names: a row for each model and subject of the files "
    f"fits/HealeyKahana2014_*_Fitting.json of {REPOSITORY} (no licence), with the columns model, subject, "
    "nll_published and their parameters"
)
ROUNDING = "their number is made by the rounding of single precision: two drift rates differ from 1 by 2e-7 and 1e-8"
OTHER_SEARCH = OwnComputation("maxima found by another search: 8 to 109 starts for each person, by the gradient")
MAXIMA = (91_105.5, 73_919.2, 136.4, 125.3, 147.5, 126.0)
"""Likelihoods and differences of the fits by the other search, in the order of the findings."""
GENERATIONS = 5
"""Of each search; what follows them, local searches by the gradient, finds the maxima."""
RELATIVE = 3e-6
"""How far a sum of logarithms in single precision may be from one in double precision, relative to it."""

_CMR_63 = {
    "encoding_drift_rate": 0.8794680197736646, "start_drift_rate": 0.22377593571720328,
    "recall_drift_rate": 0.7642924438672238, "shared_support": 4.876680151657936, "item_support": 4.020932070901139,
    "learning_rate": 0.4445673911768693, "primacy_scale": 2.7472993164205732, "primacy_decay": 1.0063608080542252,
    "stop_probability_scale": 0.006184056511298719, "stop_probability_growth": 0.3338288307827373,
    "choice_sensitivity": 43.160332462363,
}  # fmt: skip
_CMR_65 = {
    "encoding_drift_rate": 0.7910936061962587, "start_drift_rate": 0.14126760944740524,
    "recall_drift_rate": 0.9157652855478782, "shared_support": 0.6337286911059262, "item_support": 70.83534612010645,
    "learning_rate": 0.013591705675733258, "primacy_scale": 99.0869755676431, "primacy_decay": 3.9775414116113694,
    "stop_probability_scale": 0.005458686080210515, "stop_probability_growth": 0.39816814215458773,
    "choice_sensitivity": 3.3680809233176703,
}  # fmt: skip
_CRU_63 = {
    "encoding_drift_rate": 0.9835074090492326, "recall_drift_rate": 0.9688418843121596,
    "stop_probability_scale": 0.004176793046679564, "stop_probability_growth": 0.36521975974763343,
    "choice_sensitivity": 0.09575364346223125,
}  # fmt: skip
_CRU_65 = {
    "encoding_drift_rate": 0.00016262215362033983, "recall_drift_rate": 0.1983058652314878,
    "stop_probability_scale": 0.00571113033611137, "stop_probability_growth": 0.39734247102924236,
    "choice_sensitivity": 39.93481330093999,
}  # fmt: skip
CASES: tuple[dict[str, Any], ...] = (
    {"model": "BaseCRU", "subject": 63, "nll_published": 726.5612182617188, **_CRU_63},
    {"model": "BaseCRU", "subject": 65, "nll_published": 687.8794555664062, **_CRU_65},
    {"model": "BaseCMR", "subject": 63, "nll_published": 693.3611450195312, **_CMR_63},
    {"model": "BaseCMR", "subject": 65, "nll_published": 485.65728759765625, **_CMR_65},
)
"""Fits to two people, which are compared also where the file of all fits is missing."""


def published_fits() -> pd.DataFrame | None:
    """Their fits, a row for each model and subject; ``None`` where the file is not at hand."""
    path = local_path(FILE)
    if path is None:
        return None
    table = pd.read_csv(path)
    require_columns(table, ("model", "subject"), (*PARAMETERS, "nll_published"), str(path))
    return table


def agreement(people: Recalls, fits: pd.DataFrame | None) -> list[Finding]:
    """How far likelihoods at their parameters are from theirs: for two people, and for all where there are ``fits``."""
    lists = by_subject(people)
    findings = []
    for case in CASES:
        target = case["nll_published"]
        found = published_nll(published_model(case), lists[str(case["subject"])])
        quantity = f"{case['model']}, subject {case['subject']}: negative log-likelihood of their fit"
        findings.append(Finding(quantity, target, found, RELATIVE * target, PUBLISHED))
    for variant in VARIANTS:
        quantity = f"{variant}: largest relative difference of log-likelihood"
        if fits is None:
            findings.append(Finding(quantity, 0.0, np.nan, RELATIVE, PUBLISHED, MISSING))
            continue
        chosen = fits[(fits["model"] == variant) & fits["nll_published"].notna()]
        apart = {
            row["subject"]: abs(published_nll(published_model(row), lists[str(row["subject"])]) / target - 1)
            for row, target in zip(chosen.to_dict("records"), chosen["nll_published"], strict=True)
        }
        rounded = apart.pop(SINGLE_PRECISION[1], None) if variant == SINGLE_PRECISION[0] else None
        if rounded is not None:
            name = f"{variant}, subject {SINGLE_PRECISION[1]}: relative difference of log-likelihood"
            findings.append(Finding(name, 0.0, rounded, RELATIVE, PUBLISHED, ROUNDING))
        worst = max(apart.values(), default=np.nan)
        findings.append(
            Finding(quantity, 0.0, worst, RELATIVE, PUBLISHED, "" if apart else "their file holds no likelihood")
        )
    return findings


def fitted(people: Recalls, variant: str, seed: int) -> Fit:
    """The fits of a variant to each subject, by the equations alone."""
    return fit(
        CRU.preset(variant), people, VARIANTS[variant].free, "subject", ties={}, generations=GENERATIONS, seed=seed
    )


def by_person(fits: dict[str, Fit], published: pd.DataFrame | None) -> pd.DataFrame:
    """``subject, model, log_likelihood, aic, ..., published``, a row for each person and model."""
    columns = ["subject", "model", "log_likelihood", "n_parameters", "aic", "converged"]
    frames = [each.to_frame().rename(columns={"unit": "subject"}).assign(model=name) for name, each in fits.items()]
    table = pd.concat([frame[columns] for frame in frames], ignore_index=True)
    if published is None:
        return table.assign(published=np.nan)
    theirs = published.assign(subject=published["subject"].astype(str), published=-published["nll_published"])
    return table.merge(theirs[["subject", "model", "published"]], "left", on=["subject", "model"])


def advantage(table: pd.DataFrame, value: str = "log_likelihood") -> pd.Series:
    """The mean difference of BaseCMR from BaseCRU over people, with its 95% interval by t."""
    return contrast(table, "model", value, paired=True, baseline=COMPARED[0]).iloc[0]


def _gunn_polyn(seed: int) -> Outcome:
    """Likelihoods of their fits; then BaseCRU and BaseCMR, fitted to each person by the equations."""
    people = load_dataset("peers_notask")
    published = published_fits()
    table = by_person({variant: fitted(people, variant, seed) for variant in COMPARED}, published)
    totals = -table.groupby("model")["log_likelihood"].sum()
    found = advantage(table)
    aic = table.pivot(index="subject", columns="model", values="aic")
    n_better = int((aic["BaseCMR"] < aic["BaseCRU"]).sum())
    obtained = {
        **{f"{name}, by the equations: negative log-likelihood": (float(totals[name]), 60.0) for name in COMPARED},
        "mean advantage of BaseCMR, nats per person": (float(found["difference"]), 0.7),
        "lower end of its 95% interval": (float(found["low"]), 0.7),
        "upper end of its 95% interval": (float(found["high"]), 0.7),
        "people of whom AIC prefers BaseCMR": (float(n_better), 0.0),
    }
    findings = [
        Finding(quantity, target, *obtained[quantity], OTHER_SEARCH)
        for quantity, target in zip(obtained, MAXIMA, strict=True)
    ]
    return Outcome(
        [*agreement(people, published), *findings],
        partial(target_figure, [_panel(table)], "CRU and CMR, fitted to the same people"),
        {name: {"free": VARIANTS[name].free, "start": CRU.preset(name).values()} for name in COMPARED},
        {"people": table},
        statement=_statement(table, n_better, published is not None),
    )


def _panel(table: pd.DataFrame) -> Panel:
    curves = {}
    for value in ("log_likelihood", "published"):
        wide = table.pivot(index="subject", columns="model", values=value)
        differences = (wide["BaseCMR"] - wide["BaseCRU"]).dropna().sort_values().to_numpy()
        curves[value] = pd.Series(differences, index=np.arange(1, len(differences) + 1))
    return Panel(
        "Advantage of BaseCMR", "Person, in this order", "Log-likelihood (nats)", curves["published"],
        {"by the equations": curves["log_likelihood"]}, "their fits",
    )  # fmt: skip


def _statement(table: pd.DataFrame, n_better: int, has_published: bool) -> str:
    def words(found: pd.Series) -> str:
        return f"{found['difference']:.1f} nats per person (95% interval {found['low']:.1f} to {found['high']:.1f})"

    n_people = table["subject"].nunique()
    unsure = int((~table["converged"].astype(bool)).sum())
    theirs = ""
    if has_published:
        theirs = f" In their fits it is {words(advantage(table.dropna(subset=['published']), 'published'))}."
    return (
        f"Hypothesis: the terms that CMR adds to CRU are needed to predict free recall. By the equations alone the "
        f"advantage of BaseCMR in log-likelihood is {words(advantage(table))}, and AIC, which charges it for 6 further "
        f"parameters, prefers it for {n_better} of {n_people} people.{theirs} Both models stop by the same rule with "
        "parameters of their own, which do not affect the choice of items: the difference lies in which item is "
        f"recalled. Of {len(table)} fits, {unsure} have starts that do not agree."
    )


GUNN_POLYN2025 = Reproduction(
    "gunnpolyn2025", "CRU and CMR as settings of one model: published fits to people, and fits by the equations",
    f"Gunn & Polyn (2025), {REPOSITORY}; Logan (2021), doi:10.1037/rev0000301; people of Healey & Kahana (2014)",
    _gunn_polyn, kinds=(Kind.PROGRAM, Kind.OWN),
    waits_for=("the totals and the comparison that Gunn & Polyn (2025) print",),
)  # fmt: skip
