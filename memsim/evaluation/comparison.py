"""Fits side by side: how well models predict lists that they were not fitted to, and which people are of which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Unpack

import pandas as pd

from memsim.analysis.selection.bayesian import bayesian_model_selection
from memsim.analysis.selection.criteria import information_criteria
from memsim.analysis.selection.evidence import log_evidence, winners
from memsim.analysis.selection.figure import selection_figure
from memsim.analysis.selection.prediction import held_out
from memsim.analysis.selection.words import comparison_table, selection_in_words
from memsim.core.errors import InputError
from memsim.core.model import MemoryModel
from memsim.core.recalls import Recalls
from memsim.evaluation.cross_validation import Candidate, Fitted, Reference, cross_validate
from memsim.fitting.result import Fit
from memsim.models import Uniform
from memsim.running.digests import digest
from memsim.running.execution import Running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASELINE, REFERENCE = "uniform choice", "empirical reference"


@dataclass(frozen=True)
class FitComparison:
    """What :func:`compare_fits` found.

    ``table``: a row for each candidate, the best first (see :func:`memsim.analysis.comparison_table`). ``lists``: the
    held-out log-likelihood of each list (see :func:`memsim.evaluation.cross_validation.cross_validate`). ``fits``: the
    fits, for information criteria; None where there are fewer than two. ``words``: the findings in sentences.
    """

    table: pd.DataFrame
    lists: pd.DataFrame
    fits: pd.DataFrame | None
    words: list[str]
    baseline: str | None
    """What models are counted from: uniform choice; None in a task of which it has no account, serial recall."""
    references: tuple[str, ...]

    def figure(self, title: str = "") -> Figure:
        """Held-out likelihood against the baseline, subjects' models, and weights of information criteria."""
        return selection_figure(self.lists, self.fits, baseline=self.baseline, references=self.references, title=title)


def compare_fits(
    fits: Mapping[str, Fit],
    recalls: Recalls,
    others: Mapping[str, Candidate | MemoryModel[Any]] | None = None,
    *,
    over: Literal["lists", "subjects"] = "lists",
    folds: int = 5,
    starts: int = 2,
    seed: int = 0,
    **running: Unpack[Running],
) -> FitComparison:
    """Compare fitted models, and whatever else can learn from people, by how well they predict lists held out.

    Every fit is done again within each fold, with its own free parameters and ties. Information criteria are given
    beside for the fits that have a likelihood: they are of the lists that were fitted, and for such models only.
    In free recall uniform choice with a stopping rule is the baseline, and an empirical reference shows how much there
    is to predict.

    Parameters
    ----------
    fits : by name, from :func:`memsim.fitting.estimation.fit` on the same recalls.
    others : further candidates by name, such as networks (:class:`memsim.evaluation.cross_validation.Imitating`).
    over, folds : see :func:`memsim.evaluation.cross_validation.cross_validate`.
    starts : of the fits within folds.

    Raises
    ------
    InputError : nothing to compare, or a fit to curves, which has no likelihood.
    """
    for name, fitted in fits.items():
        if fitted.kind == "summary":
            raise InputError(f"compare_fits: {name} was fitted to curves, and has no likelihood to compare")
        if fitted.provenance.get("digest") != digest(recalls):
            raise InputError(f"compare_fits: {name} was fitted to other recalls than those it is to be compared on")
        if fitted.settings["per"] == "subject" and over == "subjects":
            raise InputError(f"compare_fits: {name} was fitted per subject, and has no estimates for subjects held out")
    if len({fitted.settings["per"] for fitted in fits.values()}) > 1:
        raise InputError("compare_fits: some are fitted per subject and some to the group; fit all alike")
    candidates: dict[str, Candidate | MemoryModel[Any]] = {}
    for name, fitted in fits.items():
        assert isinstance(fitted.model, MemoryModel)
        candidates[name] = Fitted(
            fitted.model, dict(fitted.free), dict(fitted.ties), starts, fitted.settings["samples"] or 1,
            fitted.settings["generations"], fitted.settings["per"],
        )  # fmt: skip
    candidates |= dict(others or {})
    if not candidates:
        raise InputError("compare_fits: nothing to compare")
    baseline: str | None = None
    references: tuple[str, ...] = ()
    if recalls.trials.paradigm.cue in Uniform.cues:
        baseline, references = BASELINE, (REFERENCE,)
        candidates |= {BASELINE: Fitted(Uniform(), starts=starts), REFERENCE: Reference()}
    lists = cross_validate(candidates, recalls, over=over, folds=folds, seed=seed, **running)
    held = held_out(lists, baseline, references=references)
    frame = None
    if fits:
        frame = pd.concat([fitted.to_frame().assign(model=name) for name, fitted in fits.items()], ignore_index=True)
    criteria = None if frame is None or len(fits) < 2 else information_criteria(frame)
    real = lists[~lists["model"].isin(references)]
    evidence = log_evidence(real)
    selection = bayesian_model_selection(evidence) if len(evidence) > 1 else None
    won = winners(evidence)
    table = comparison_table(held, criteria, selection, won)
    words = selection_in_words(held, criteria, selection, won)
    if criteria is not None:
        words.append(
            "AIC and BIC are of the lists that were fitted, and count free parameters; they are given to models whose "
            "likelihood was maximised, and not to networks, which stop training before that."
        )
    for name, fitted in fits.items():
        if fitted.kind == "sampled":
            words.append(
                f"The likelihood of {name} is sampled: over {fitted.settings['samples']} study histories while it was "
                "fitted, and so in its AIC and BIC, which are too high by the more the fewer they are; over "
                f"{Candidate.scoring_samples} for the lists held out."
            )
    return FitComparison(table, lists, frame if criteria is not None else None, words, baseline, references)
