"""Logistic regression of recall on serial position and on the label of people or model, over subjects."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, stdtr, stdtrit

from memsim.analysis.checks import checked_confidence
from memsim.analysis.recall.serial_position import count_recalled_at
from memsim.analysis.statistics.estimating_equations import Estimates, fit_gee
from memsim.analysis.statistics.regression_design import Design, position_terms, separated_by
from memsim.analysis.statistics.words import apa_number, apa_p, listed
from memsim.core.errors import InputError
from memsim.core.flags import require_flags
from memsim.core.names import by_label
from memsim.core.recalls import Recalls, require_recalls

BLOCKS = 50
"""The largest number of blocks that the lists of a single subject are divided into."""


@dataclass(frozen=True, eq=False, repr=False)
class RecallRegression:
    """The result of :func:`recall_regression`."""

    table: pd.DataFrame
    """``term, estimate, se, low, high, t, df, p, odds_ratio``; estimates are log odds."""
    predicted: pd.DataFrame
    """``label, position, prob, low, high``: the fitted curves."""
    tests: pd.DataFrame
    """``test, F, df, df_error, p``: Wald tests of ``position`` (averaged over labels), ``label`` (averaged over
    positions) and ``interaction``."""
    converged: bool
    """False if the fit did not converge or has no finite estimates."""
    confidence: float
    """Of the intervals."""
    clusters: Mapping[str, int]
    """The number of subjects, or of blocks of lists, of each label."""
    notes: tuple[str, ...]
    """Sentences that have to be reported with the numbers."""

    def __repr__(self) -> str:
        return f"RecallRegression({' '.join(self.in_words())})"

    def in_words(self) -> list[str]:
        """The tests in sentences, and the notes."""
        between = f"between {listed(list(self.clusters))}"
        claims = {
            "position": ("Recall depended on serial position", "Recall did not depend detectably on serial position"),
            "label": (
                f"The level of recall differed {between}",
                f"The level of recall did not differ detectably {between}",
            ),
            "interaction": (
                f"The effect of serial position differed {between}",
                f"The effect of serial position did not differ detectably {between}",
            ),
        }
        sentences = []
        for row in self.tests.to_dict("records"):
            if np.isnan(row["p"]):
                sentences.append(f"There is no test of {row['test']}.")
                continue
            claim = claims[row["test"]][0 if row["p"] < 1 - self.confidence else 1]
            df = f"{row['df']}, {row['df_error']:.1f}".removesuffix(".0")
            sentences.append(f"{claim}, F({df}) = {apa_number(row['F'])}, {apa_p(row['p'])}.")
        return [*sentences, *self.notes]


def recall_regression(
    recalls: Recalls | Mapping[str, Recalls],
    *,
    position: Literal["linear", "quadratic", "spline", "edges"] = "quadratic",
    interaction: bool = True,
    paired: bool = False,
    confidence: float = 0.95,
) -> RecallRegression:
    """Logistic regression of recall on serial position, the label of people or model, and their interaction.

    It fits generalised estimating equations (GEE): probabilities averaged over subjects, with an exchangeable working
    correlation within a subject and standard errors from the variation between subjects. Subjects are the unit, also
    where they are few: standard errors are corrected for the leverage of each subject (Kauermann & Carroll, 2001),
    terms and curves have t intervals, and tests are F tests. Their degrees of freedom follow from the number of
    subjects of each label and from its share in the variance
    (:class:`memsim.analysis.statistics.cluster_tests.ClusterErrors`), so that labels may differ in variance.

    Parameters
    ----------
    recalls : one set of recalls, or several by label (people, models, conditions), all with lists of one length. The
        first is the reference from which the terms of the others are differences.
    position : the terms of serial position: ``"linear"`` or ``"quadratic"``, from -1 at the first to 1 at the last
        position; ``"spline"``, a cubic B-spline with 5 terms; or ``"edges"``, the first and the last positions (those
        of :func:`memsim.analysis.primacy_index` and ``recency_index``) against those between. All are centred, so that
        the intercept and the term of a label are mean log odds over positions.
    interaction : whether each label has its own curve, and not only its own level.
    paired : whether equal subject labels in two sets of recalls are the same subject.
    confidence : of the intervals, between 0 and 1.

    Returns
    -------
    RecallRegression : tables, tests, :meth:`~RecallRegression.in_words`, and ``notes`` to be reported with them. Where
        terms separate positions or labels with all or none of the items recalled, there is no finite estimate
        (separation): numbers are then NaN, and a note says so.

    Raises
    ------
    InputError : lists differ in length, there are too few subjects or positions for these terms, or a setting is out of
        range.

    Notes
    -----
    Responses are counted by subject and position first. With L lists of each subject, an exchangeable correlation rho
    between single responses becomes one of r = L rho / (1 + (L - 1) rho) between a subject's proportions. The
    estimating equations of both are the same up to a factor, and so are the sums over a subject that give standard
    errors. Where subjects differ in their number of lists, each subject counts once, as in all means of memsim.

    The lists of a single subject, such as a model simulated as one, are divided into blocks that take the place of
    subjects, and a note says so. The lists of a model are independent given its parameters; of a single person, the
    result holds for that person only.

    Effects are those on the average over subjects. For effects within a typical subject, and the variation of effects
    between subjects, fit a mixed model, for example with bambi or lme4, to the table of single responses that
    ``psifr.fr.merge_free_recall(recalls.to_frame())`` returns.

    References
    ----------
    Liang & Zeger (1986), Biometrika, 73, 13-22; Kauermann & Carroll (2001), Journal of the American Statistical
    Association, 96, 1387-1396. Separation: Albert & Anderson (1984), Biometrika, 71, 1-10.
    """
    if not isinstance(recalls, Recalls) and not (isinstance(recalls, Mapping) and recalls):
        raise InputError("recall_regression: expected Recalls, or a mapping from labels to Recalls")
    named = {"recalls": recalls} if isinstance(recalls, Recalls) else by_label(recalls, "recall_regression")
    confidence = checked_confidence(confidence, "recall_regression")
    require_flags("recall_regression", interaction=interaction, paired=paired)
    for one in named.values():
        require_recalls(one)
    lengths = {name: one.list_length for name, one in named.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"recall_regression: lists differ in length, {lengths}; give lists of one length")
    length = next(iter(lengths.values()))
    names, basis = position_terms(length, position)
    counted = {name: _counts(one, name, len(names) + 1) for name, one in named.items()}
    design = Design.of(list(named), names, basis, interaction)
    notes = [
        f"The lists of {name}, which has one subject, were divided into {one.clusters} blocks that take the place of "
        "subjects."
        for name, one in counted.items()
        if one.is_single
    ]
    few = [f"{name} ({one.clusters})" for name, one in counted.items() if one.clusters < 10]
    if few:
        notes.append(f"Standard errors are imprecise, with fewer than ten subjects in {', '.join(few)}.")
    total = np.concatenate([one.recalled.sum(axis=0) for one in counted.values()])
    possible = np.concatenate([np.full(length, one.lists.sum()) for one in counted.values()])
    separated = separated_by(design.matrix, total, possible)
    if separated.any():
        terms = ", ".join(np.array(design.terms)[separated])
        notes.append(
            f"These terms have no finite estimate, since they separate positions with all or none recalled: {terms}."
        )
        estimates = Estimates.undefined(len(design.terms))
    else:
        estimates = _fit(design, length, counted, paired)
    return _result(design, estimates, confidence, {name: one.clusters for name, one in counted.items()}, notes)


class _Counts(NamedTuple):
    """The counts of one set of recalls."""

    recalled: npt.NDArray[np.int64]
    """(n_clusters, list_length)"""
    lists: npt.NDArray[np.int64]
    """(n_clusters,)"""
    labels: tuple[object, ...]
    """The label of each subject; None for blocks."""
    is_single: bool
    """Whether there is one subject, so that clusters are blocks of its lists."""

    @property
    def clusters(self) -> int:
        return len(self.lists)


def _counts(recalls: Recalls, name: str, n_terms: int) -> _Counts:
    codes, labels = recalls.trials.subject_codes, tuple(recalls.trials.subjects.tolist())
    is_single = len(labels) == 1
    if is_single:
        n_blocks = min(BLOCKS, len(recalls))
        codes, labels = np.arange(len(recalls)) * n_blocks // len(recalls), (None,) * n_blocks
    if len(labels) <= n_terms:
        raise InputError(
            f"recall_regression: {name} has {len(labels)} {'list' if is_single else 'subject'}s, and its {n_terms} "
            "terms need more; use position='linear', or more of them"
        )
    recalled = count_recalled_at(recalls, codes, len(labels))
    return _Counts(recalled, np.bincount(codes, minlength=len(labels)), labels, is_single)


def _fit(design: Design, length: int, counted: Mapping[str, _Counts], paired: bool) -> Estimates:
    rows, recalled, lists, labels = [], [], [], []
    for i, (name, one) in enumerate(counted.items()):
        rows.append(np.tile(design.matrix[i * length : (i + 1) * length], (one.clusters, 1)))
        recalled.append(one.recalled.ravel())
        lists.append(np.repeat(one.lists, length))
        shared = paired and not one.is_single
        labels += [("subjects", label) if shared else (name, j) for j, label in enumerate(one.labels)]
    codes = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    cluster = np.repeat([codes[label] for label in labels], length)
    # Rows of a subject must be adjacent, also those of several labels.
    order = np.argsort(cluster, kind="stable")
    data = (np.concatenate(rows)[order], np.concatenate(recalled)[order], np.concatenate(lists)[order], cluster[order])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the notes of the estimates say what matters
        return fit_gee(*data)


def _result(
    design: Design, estimates: Estimates, confidence: float, clusters: Mapping[str, int], notes: list[str]
) -> RecallRegression:
    values, errors = estimates.values, estimates.errors
    se, df = errors.of(np.eye(len(values)))
    half = stdtrit(df, (1 + confidence) / 2) * se
    t = values / se
    table = pd.DataFrame({
        "term": design.terms,
        "estimate": values,
        "se": se,
        "low": values - half,
        "high": values + half,
        "t": t,
        "df": df,
        "p": 2 * stdtr(df, -np.abs(t)),
        "odds_ratio": np.exp(values),
    })  # fmt: skip
    logit = design.matrix @ values
    se, df = errors.of(design.matrix)
    half = stdtrit(df, (1 + confidence) / 2) * se
    length = len(logit) // len(design.labels)
    predicted = pd.DataFrame({
        "label": np.repeat(np.array(design.labels, dtype=object), length),
        "position": np.tile(np.arange(1, length + 1), len(design.labels)),
        "prob": expit(logit),
        "low": expit(logit - half),
        "high": expit(logit + half),
    })  # fmt: skip
    joint = {name: errors.joint_test(contrasts, values) for name, contrasts in design.tests.items()}
    tests = pd.DataFrame([{"test": name, **test._asdict()} for name, test in joint.items()])
    return RecallRegression(
        table,
        predicted,
        tests,
        estimates.converged,
        confidence,
        dict(clusters),
        (*notes, *estimates.notes),
    )
