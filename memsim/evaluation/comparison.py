"""Compare models by how well they predict lists to which they were not fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import pandas as pd

from memsim.analysis.figures.page import Drawing
from memsim.analysis.selection.bayesian import bayesian_model_selection
from memsim.analysis.selection.criteria import information_criteria
from memsim.analysis.selection.evidence import log_evidence, winners
from memsim.analysis.selection.figure import selection_figure
from memsim.analysis.selection.prediction import held_out
from memsim.analysis.selection.words import comparison_table, selection_in_words
from memsim.core.encodings import is_integrated
from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import html_of
from memsim.core.joint_recalls import AnyRecalls, JointRecalls, parts_of
from memsim.core.judgments import Judgments
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import refusal_of_repeats
from memsim.evaluation.base_rates import BaseRates, judged_alone
from memsim.evaluation.candidates import Candidate, Fitted, Reference
from memsim.evaluation.cross_validation import (
    checked_folds,
    lists_held_out,
    sentences_on_seen,
    with_several_lists,
)
from memsim.evaluation.likelihood_kinds import require_one_kind
from memsim.fitting.estimation import fit_spec, load_people
from memsim.fitting.result import Fit
from memsim.fitting.spec import GENERATIONS, SAMPLES, STARTS, FitSpec, specs_of
from memsim.models import Uniform
from memsim.models.lookup import Given, labelled
from memsim.running.options import Running, with_running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASELINE, REFERENCE, BASE_RATES = "uniform choice", "empirical reference", "base rate"

SHOWN = ("model", "per_list", "from_best", "from_best_low", "from_best_high", "won", "n_parameters", "aic", "bic")
"""The columns that a notebook shows."""


@says_what_it_has
@dataclass(frozen=True)
class HeldOutComparison:
    """What :func:`memsim.compare` found."""

    table: pd.DataFrame
    """A row for each candidate, the best first; see :func:`memsim.analysis.comparison_table`."""
    lists: pd.DataFrame
    """The held-out log-likelihood of each list; see :func:`memsim.evaluation.cross_validation.cross_validate`."""
    fits: dict[str, Fit]
    """The fits to all lists, by the name of the model."""
    words: list[str]
    """The findings in sentences."""
    baseline: str | None
    """The candidate from which differences are counted: uniform choice, or base rates of ratings; ``None`` where
    neither does the task."""
    references: tuple[str, ...]
    """Candidates that are references, and no models."""

    def __repr__(self) -> str:
        return f"HeldOutComparison({', '.join(map(str, self.table['model']))})"

    def _repr_html_(self) -> str:
        shown = [name for name in SHOWN if name in self.table]
        return html_of("Held-out lists: candidates, the best first", {}, self.table[shown], note=" ".join(self.words))

    @property
    def fit_table(self) -> pd.DataFrame | None:
        """Estimates and likelihoods of all fits, a row per model and unit; ``None`` for fewer than two fits."""
        return _fit_table(self.fits)

    def figure(self, title: str = "", **drawing: Unpack[Drawing]) -> Figure:
        """Draw held-out likelihoods against the baseline, the best model of each subject, and weights of criteria.

        ``drawing`` is as in :func:`memsim.analysis.selection_figure`.
        """
        return selection_figure(
            self.lists, self.fit_table, baseline=self.baseline, references=self.references, title=title, **drawing
        )


@with_running
def compare(
    models: Given,
    people: AnyRecalls | str | Path | Mapping[str, Recalls | str | Path],
    *,
    over: Literal["lists", "subjects"] = "lists",
    folds: int = 5,
    per: Literal["group", "subject"] = "group",
    samples: int = SAMPLES,
    starts: int = STARTS,
    generations: int | None = GENERATIONS,
    seed: int = 0,
    lapse: Literal["response", "list", "none"] | None = None,
    stopping: Literal["own", "shared"] = "own",
    criteria: Literal["spaced", "free"] = "spaced",
    events: Literal["all", "common"] = "all",
    allow_seen: bool = False,
    **running: Unpack[Running],
) -> HeldOutComparison:
    """Fit models to people, and compare how well they predict lists held out from the fit.

    Each model is fitted to all lists, and again within each fold. Information criteria come from the fits to all
    lists. In free recall, uniform choice, fitted and stopped as the models are, is the baseline, and an empirical
    reference shows how much there is to predict. Of judgments, the baseline is how often the people who are fitted gave
    each rating, whatever the probe (:class:`memsim.evaluation.base_rates.BaseRates`).

    Parameters
    ----------
    models : by name. A model is fitted as its class declares; a :class:`memsim.FitSpec` has its own free parameters
        and settings; another :class:`memsim.evaluation.candidates.Candidate`, such as a network that imitates people
        (``Imitating``), learns within each fold.
    people : recalls, the name of a data set (``"name"`` or ``"name:condition"``), or a file of recalls; or several of
        them by name, which one set of parameters must then predict, each in its own task.
    over : what is held out, ``"lists"`` or ``"subjects"``.
    folds : their number.
    per : one fit to the group, or one to each subject.
    samples, starts, generations, seed : of the fits; see :func:`memsim.fit`.
    lapse : which lapses are free; see :func:`memsim.fit`. If not given: of the responses of people.
    stopping : ``"shared"``: all models that are fitted have one descriptive stopping rule, so that they are compared by
        their choices alone; see :func:`memsim.fit`.
    criteria : of judgments, ``"free"``: those of all models that judge by criteria are fitted one by one; see
        :func:`memsim.fit`. Held-out answers are scored with the criteria of the fit.
    events : ``"all"`` that a model can produce, or ``"common"``: intrusions and repeats are left out of the scores of
        held-out lists, and responses count given that they are neither.
    allow_seen : score a network also on people on whom its weights were trained, by their record; ``words`` says so.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`.

    Raises
    ------
    InputError : nothing to compare; a network whose weights were trained on some of these people, without
        ``allow_seen``; a fit to curves; some fits to the group and some to subjects; fits to subjects
        while subjects are held out; of judgments, models whose likelihoods are of two kinds, which are not comparable
        (:func:`memsim.evaluation.likelihood_kinds.require_one_kind`); an option that does not apply.
    LikelihoodError : a model without a likelihood.
    """
    recalls = load_people(people)
    models = labelled(models, "compare")
    fitted = {name: each for name, each in models.items() if not isinstance(each, Candidate)}
    settings: dict[str, Any] = {"starts": starts, "lapse": lapse, "stopping": stopping, "recalls": recalls}
    specs = specs_of(
        "compare", fitted, per=per, samples=samples, generations=generations, seed=seed, criteria=criteria, **settings
    )
    judged = any(isinstance(each, Judgments) for each in parts_of(recalls).values())
    require_one_kind("compare", {name: spec.model for name, spec in specs.items()}, judged)
    candidates: dict[str, Candidate] = {
        name: each if isinstance(each, Candidate) else Fitted(specs[name]) for name, each in models.items()
    }
    kinds = {each.spec.per for each in candidates.values() if isinstance(each, Fitted)}
    if len(kinds) > 1:
        raise InputError("compare: some models are fitted per subject and some to the group; fit all alike")
    rules = {each.spec.stopping for each in candidates.values() if isinstance(each, Fitted)}
    for name, chosen, found, default in (("per", per, kinds, "group"), ("stopping", stopping, rules, "own")):
        if len(found) > 1 or (found and chosen not in (default, *found)):
            raise InputError(
                f"compare: {name} is {' and '.join(map(repr, sorted({*found, chosen})))} for different models, as a "
                "FitSpec says its own; let all be alike"
            )
    if "subject" in kinds and over == "subjects":
        raise InputError("compare: fits per subject give no estimates for subjects held out; use over='lists'")
    alike: dict[str, Any] = {"per": next(iter(kinds), per), "stopping": next(iter(rules), stopping)}
    for candidate in candidates.values():
        candidate.require_taken(recalls)
    on_seen = sentences_on_seen("compare", candidates, recalls, allow_seen)
    if "subject" in kinds:
        recalls = with_several_lists(recalls)
    checked_folds(candidates, recalls, over, folds, seed)  # raises before the work
    baseline: str | None = None
    references: tuple[str, ...] = ()
    sets = parts_of(recalls).values()
    if all(
        each.trials.paradigm.cue in Uniform.cues
        and not each.trials.paradigm.judged
        and not refusal_of_repeats(Uniform(), each.trials)
        for each in sets
    ):
        baseline, references = BASELINE, () if isinstance(recalls, JointRecalls) else (REFERENCE,)
        always: dict[str, Candidate] = {
            BASELINE: Fitted(FitSpec.of(Uniform(), **{**settings, **alike})),
            **{name: Reference() for name in references},
        }
    elif judged_alone(recalls):
        baseline, always = BASE_RATES, {BASE_RATES: BaseRates(alike["per"])}
    else:
        always = {}
    for name in always:
        if name in candidates:
            raise InputError(f"compare: {name!r} is the name of a candidate that is always there; choose another")
    candidates |= always
    fits = {name: fit_spec(spec, recalls, **running) for name, spec in specs.items()}
    lists = lists_held_out(candidates, recalls, over, folds, seed, events, **running)
    held = held_out(lists, baseline, references=references)
    fit_table = _fit_table(fits)
    same_events = len({fitted.n_events for fitted in fits.values()}) == 1
    of_information = information_criteria(fit_table) if fit_table is not None and same_events else None
    evidence = log_evidence(lists[~lists["model"].isin(references)])
    impossible = evidence.index[np.isneginf(evidence.to_numpy(dtype=float)).all(axis=1)]
    selection = bayesian_model_selection(evidence) if min(evidence.shape) > 1 and not len(impossible) else None
    won = winners(evidence) if evidence.shape[1] > 1 else None
    table = comparison_table(held, of_information, selection, won)
    words = selection_in_words(held, of_information, selection, won) + on_seen + _cautions(fits, judged_alone(recalls))
    if not same_events and fit_table is not None:
        words.append(
            "The models were fitted to different events (some repeat or intrude), so AIC and BIC are left out."
        )
    if baseline is None:
        words.append(
            "There is no baseline: uniform choice is that of free recall of lists of different items, and base rates "
            "of ratings are that of judgments without recall."
        )
    if len(impossible):
        subjects = ", ".join(str(subject) for subject in impossible)
        words.append(
            f"Some recalls of subject {subjects} are impossible under every model, so that no model is selected."
        )
    return HeldOutComparison(table, lists, fits, words, baseline, references)


def _fit_table(fits: Mapping[str, Fit]) -> pd.DataFrame | None:
    if len(fits) < 2:
        return None
    return pd.concat([fitted.to_frame().assign(model=name) for name, fitted in fits.items()], ignore_index=True)


def _cautions(fits: Mapping[str, Fit], judged: bool) -> list[str]:
    """What to keep in mind about the information criteria of these fits; ``judged``: of judgments alone."""
    cautions = []
    if len(fits) > 1:
        cautions.append(
            "AIC and BIC refer to the lists that were fitted, and count free parameters; they are given for models "
            "whose likelihood was maximised, and not for networks, whose training stops before that."
        )
    for name, fitted in fits.items():
        if fitted.kind == "sampled" and not (judged and is_integrated(fitted.spec.model)):
            cautions.append(
                f"The likelihood of {name} is sampled: over {fitted.spec.samples} study histories in the fit, so its "
                "AIC and BIC are too high, the more so the fewer histories; and over "
                f"{Candidate.scoring_samples} for the lists held out."
            )
    return cautions
