"""Whether an item is recalled, by its serial position and by who recalls: logistic regression over subjects."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, expit, ndtr, ndtri

from memsim.analysis.recall.serial_position import count_recalled_at
from memsim.analysis.statistics.intervals import checked_confidence
from memsim.analysis.statistics.regression_design import Design, position_terms, separated_by
from memsim.analysis.statistics.regression_fits import Fit, fit_gee, fit_mixed
from memsim.analysis.statistics.words import apa_number, apa_p
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls

BLOCKS = 50
"""The lists of a lone subject are cut into no more blocks than this."""


@dataclass(frozen=True, eq=False, repr=False)
class RecallRegression:
    """What :func:`recall_regression` found."""

    table: pd.DataFrame
    """``term, estimate, se, low, high, z, p, odds_ratio``; estimates are log odds."""
    predicted: pd.DataFrame
    """``source, position, prob, low, high``: the fitted curves."""
    tests: pd.DataFrame
    """``test, chi2, df, p``: Wald tests of ``position`` (averaged over sources), ``source`` (averaged over positions)
    and ``interaction``."""
    method: str
    converged: bool
    """False where the fit did not settle or has no finite answer."""
    confidence: float
    clusters: Mapping[str, int]
    """Subjects, or blocks of lists, of each source."""
    notes: tuple[str, ...]
    """What has to be said beside the numbers."""

    def __repr__(self) -> str:
        return f"RecallRegression({self.method}: {' '.join(self.in_words())})"

    def in_words(self) -> list[str]:
        """The tests in plain sentences, and the notes."""
        claims = {
            "position": ("Recall depended on serial position", "Recall did not reliably depend on serial position"),
            "source": ("Sources differed in their level of recall", "Sources did not differ reliably in their level"),
            "interaction": (
                "Sources differed in how recall depends on serial position",
                "Sources did not differ reliably in how recall depends on serial position",
            ),
        }
        said = []
        for row in self.tests.to_dict("records"):
            if np.isnan(row["p"]):
                said.append(f"Nothing can be said of {row['test']}: there is no test.")
                continue
            claim = claims[row["test"]][0 if row["p"] < 1 - self.confidence else 1]
            said.append(f"{claim}, chi2({row['df']}) = {apa_number(row['chi2'])}, {apa_p(row['p'])}.")
        return [*said, *self.notes]


def recall_regression(
    recalls: Recalls | Mapping[str, Recalls],
    *,
    position: Literal["linear", "quadratic", "spline", "edges"] = "quadratic",
    interaction: bool = True,
    method: Literal["gee", "mixed"] = "gee",
    paired: bool = False,
    confidence: float = 0.95,
) -> RecallRegression:
    """Logistic regression of whether an item was recalled, on its serial position, the source, and both together.

    Parameters
    ----------
    recalls : of one source, or of several by name (people, models, conditions), all with lists of one length. The first
        is the reference that terms of the others are differences from.
    position : the terms of serial position: ``"linear"`` or ``"quadratic"``, from -1 at the first to 1 at the last;
        ``"spline"``, a cubic B-spline with 5 terms; or ``"edges"``, the first and the last positions (those of
        :func:`memsim.analysis.primacy_index` and ``recency_index``) against those between. All are centred, so
        that the intercept and a source's own term are mean log odds over positions.
    interaction : whether each source has its own curve, and not only its own level.
    method : ``"gee"``, generalised estimating equations: probabilities over subjects, exchangeable working
        correlation within a subject, standard errors from the subjects themselves with the correction of Mancl and
        DeRouen for few of them. ``"mixed"``: each subject has a random intercept and random terms of position, with
        standard deviations of their own in each source; curves are those of a typical subject, and farther from .5.
        Variational Bayes with normal priors (standard deviation 2 of terms, 1 of log standard deviations); standard
        errors from the curvature of the posterior, given the standard deviations of random terms. Its time grows with
        the number of subjects: run models as one, not as thousands.
    paired : whether equal subject labels in two sources are the same subject.

    Returns
    -------
    RecallRegression : tables, tests, :meth:`~RecallRegression.in_words`, and ``notes`` of what stands beside them.
        Where terms can tell apart positions or sources with all or none recalled, there is no finite estimate
        (separation): then numbers are NaN, and a note says so.

    Raises
    ------
    InputError : lists of several lengths, too few subjects or positions for these terms, names that are none.

    Notes
    -----
    Responses are counted by subject and position first. With L lists of each subject, an exchangeable correlation rho
    between single responses makes one of r = L rho / (1 + (L - 1) rho) between a subject's proportions, and the
    estimating equations of both are the same up to a factor; so are the sums over a subject that standard errors
    come from. Where subjects differ in their number of lists, each counts once, as in all means of memsim, and not by
    its lists. ``"mixed"`` uses the binomial likelihood of the counts, so that nothing is lost.

    A lone subject, such as a model run as one, has no spread over subjects. Its lists, which are independent given the
    model, are then cut into blocks that stand in for subjects, and a note says so; of a single person this holds for
    that person only.

    Source: Liang & Zeger (1986); Mancl & DeRouen (2001); separation as in Albert & Anderson (1984).
    """
    sources = {"recalls": recalls} if isinstance(recalls, Recalls) else recalls
    if not isinstance(sources, Mapping) or not sources:
        raise InputError("recall_regression: expected Recalls, or a mapping from names of sources to Recalls")
    confidence = checked_confidence(confidence, "recall_regression")
    if method not in ("gee", "mixed"):
        raise InputError(f"recall_regression: method={method!r} is neither 'gee' nor 'mixed'")
    for one in sources.values():
        require_recalls(one)
    lengths = {name: one.list_length for name, one in sources.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"recall_regression: lists differ in length, {lengths}; positions would not correspond")
    length = next(iter(lengths.values()))
    names, basis = position_terms(length, position)
    counted = {name: _counts(one, name, len(names) + 1) for name, one in sources.items()}
    design = Design.of(list(sources), names, basis, interaction)
    notes = [
        f"{one.clusters} blocks of lists stand in for subjects of {name}." for name, one in counted.items() if one.lone
    ]
    few = [f"{name} ({one.clusters})" for name, one in counted.items() if one.clusters < 10]
    if few:
        notes.append(f"Standard errors are rough, with fewer than ten subjects in {', '.join(few)}.")
    total = np.concatenate([one.recalled.sum(axis=0) for one in counted.values()])
    possible = np.concatenate([np.full(length, one.lists.sum()) for one in counted.values()])
    separated = separated_by(design.matrix, total, possible)
    if separated.any():
        terms = ", ".join(np.array(design.terms)[separated])
        notes.append(
            f"All or nothing was recalled where these terms set it apart, so they have no finite estimate: {terms}."
        )
        n_terms = len(design.terms)
        fit = Fit(np.full(n_terms, np.nan), np.full((n_terms, n_terms), np.nan), False, ())
    else:
        fit = _fit(design, basis, counted, method, paired)
    return _result(design, fit, method, confidence, {name: one.clusters for name, one in counted.items()}, notes)


class _Counts(NamedTuple):
    recalled: npt.NDArray[np.int64]
    """(n_clusters, list_length)"""
    lists: npt.NDArray[np.int64]
    """(n_clusters,)"""
    labels: tuple[object, ...]
    """What tells clusters apart: the subjects' labels, or nothing for blocks."""
    lone: bool

    @property
    def clusters(self) -> int:
        return len(self.lists)


def _counts(recalls: Recalls, name: str, n_terms: int) -> _Counts:
    codes, labels = recalls.trials.subject_codes, tuple(recalls.trials.subjects.tolist())
    lone = len(labels) == 1
    if lone:
        n_blocks = min(BLOCKS, len(recalls))
        codes, labels = np.arange(len(recalls)) * n_blocks // len(recalls), (None,) * n_blocks
    if len(labels) <= n_terms:
        raise InputError(
            f"recall_regression: {name} has {len(labels)} {'list' if lone else 'subject'}s, and its {n_terms} terms "
            "need more; take position='linear', or more of them"
        )
    recalled = count_recalled_at(recalls, codes, len(labels))
    return _Counts(recalled, np.bincount(codes, minlength=len(labels)), labels, lone)


def _fit(design: Design, basis: FloatArray, counted: Mapping[str, _Counts], method: str, paired: bool) -> Fit:
    rows, recalled, lists, labels = [], [], [], []
    length = len(basis)
    for i, (name, one) in enumerate(counted.items()):
        rows.append(np.tile(design.matrix[i * length : (i + 1) * length], (one.clusters, 1)))
        recalled.append(one.recalled.ravel())
        lists.append(np.repeat(one.lists, length))
        shared = paired and not one.lone
        labels += [("subjects", label) if shared else (name, j) for j, label in enumerate(one.labels)]
    codes = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    cluster = np.repeat([codes[label] for label in labels], length)
    # Rows of a subject stand together, also where it has several sources.
    order = np.argsort(cluster, kind="stable")
    data = (np.concatenate(rows)[order], np.concatenate(recalled)[order], np.concatenate(lists)[order], cluster[order])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is asked of the fit
        if method == "gee":
            return fit_gee(*data)
        own = np.tile(np.column_stack([np.ones(length), basis]), (len(labels), 1))
        return fit_mixed(*data, own, [group for group, _ in codes])


def _result(
    design: Design, fit: Fit, method: str, confidence: float, clusters: Mapping[str, int], notes: list[str]
) -> RecallRegression:
    factor = ndtri((1 + confidence) / 2)
    se = np.sqrt(np.diag(fit.covariance))
    z = fit.estimate / se
    table = pd.DataFrame({
        "term": design.terms,
        "estimate": fit.estimate,
        "se": se,
        "low": fit.estimate - factor * se,
        "high": fit.estimate + factor * se,
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
        "odds_ratio": np.exp(fit.estimate),
    })  # fmt: skip
    logit = design.matrix @ fit.estimate
    half = factor * np.sqrt(np.einsum("ij,jk,ik->i", design.matrix, fit.covariance, design.matrix))
    length = len(logit) // len(design.sources)
    predicted = pd.DataFrame({
        "source": np.repeat(np.array(design.sources, dtype=object), length),
        "position": np.tile(np.arange(1, length + 1), len(design.sources)),
        "prob": expit(logit),
        "low": expit(logit - half),
        "high": expit(logit + half),
    })  # fmt: skip
    tests = []
    for name, contrasts in design.tests.items():
        value, df = contrasts @ fit.estimate, len(contrasts)
        try:
            chi2 = float(value @ np.linalg.solve(contrasts @ fit.covariance @ contrasts.T, value))
        except np.linalg.LinAlgError:
            chi2 = np.nan
        tests.append({"test": name, "chi2": chi2, "df": df, "p": chdtrc(df, chi2)})
    said = (*notes, *fit.notes)
    return RecallRegression(
        table, predicted, pd.DataFrame(tests), method, fit.converged, confidence, dict(clusters), said
    )
