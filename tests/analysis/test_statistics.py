"""Intervals, contrasts, regression and distances of curves, against scipy, statsmodels and formulae by hand."""

import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.special import expit, gamma

from memsim import Recalls
from memsim.analysis.statistics.contrasts import contrast, equivalence, summary_contrast
from memsim.analysis.statistics.distances import attainment, curve_distance, noise_ceiling, share_of_attainable
from memsim.analysis.statistics.intervals import bootstrap_interval, resampled_deviations, within_subject_interval
from memsim.analysis.statistics.regression import recall_regression
from memsim.analysis.statistics.regression_design import separated_by
from memsim.analysis.statistics.words import apa_number, apa_p, in_words
from memsim.analysis.subjects import mean_over_subjects
from memsim.analysis.summaries import summary_table
from memsim.core.errors import DataWarning, InputError
from memsim.core.seeding import stream
from tests.analysis.test_figures import recorded


def tidy(values: np.ndarray, x: str = "position", **columns: object) -> pd.DataFrame:
    """A frame with a row per subject and position of (n_subjects, n_positions)."""
    subject, position = np.indices(values.shape) + 1
    return pd.DataFrame({"subject": subject.ravel(), x: position.ravel(), "prob": values.ravel(), **columns})


def in_levels(**levels: list[float]) -> pd.DataFrame:
    """A frame of an index with a column ``label``; subjects are numbered from 1 in each."""
    parts = [
        pd.DataFrame({"label": name, "subject": range(1, len(values) + 1), "recency": values})
        for name, values in levels.items()
    ]
    return pd.concat(parts, ignore_index=True)


SKEWED = stream(1, "test").gamma(0.7, size=(14, 3))


# Bootstrap

FEW = pytest.mark.filterwarnings("ignore:bootstrap. .* fewer than 20 subjects:memsim.core.errors.DataWarning")


@FEW
@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_bootstrap_equals_scipy_on_the_same_resamples(method: str) -> None:
    values = SKEWED.copy()
    values[3, 1] = np.nan
    ours = bootstrap_interval(tidy(values), "position", method=method, n_resamples=999, seed=5, confidence=0.9)
    defined = ~np.isnan(values)
    mean = np.nanmean(values, axis=0)
    group = np.zeros(len(values), dtype=int)
    drawn = resampled_deviations(np.where(defined, values - mean, 0), defined, group, 999, stream(5, "bootstrap"))
    for i in range(3):
        before = SimpleNamespace(bootstrap_distribution=mean[i] + drawn[:, i])
        theirs = stats.bootstrap(
            (values[defined[:, i], i],),
            np.mean,
            n_resamples=0,
            bootstrap_result=before,
            method=method,
            confidence_level=0.9,
        ).confidence_interval
        assert tuple(ours.loc[i, ["low", "high"]]) == pytest.approx(tuple(theirs), rel=1e-9)
    assert list(ours["n_subjects"]) == [14, 13, 14]
    assert list(ours) == ["position", "mean", "low", "high", "n_subjects"]


@FEW
def test_bootstrap_resamples_as_scipy_does() -> None:
    ours = bootstrap_interval(tidy(SKEWED), "position", n_resamples=20000)
    theirs = stats.bootstrap((SKEWED,), np.mean, n_resamples=20000, axis=0, rng=0).confidence_interval
    spread = SKEWED.std(axis=0)
    assert (np.abs(ours["low"] - theirs.low) / spread).max() < 0.05
    assert (np.abs(ours["high"] - theirs.high) / spread).max() < 0.05


@FEW
def test_bootstrap_within_groups_equals_scipy_of_two_samples() -> None:
    a, b = SKEWED[:, 0], 2 + SKEWED[:9, 1]
    frame = in_levels(a=a, b=b).assign(all="all")
    ours = bootstrap_interval(frame, "all", "recency", between="label", n_resamples=30000)

    def pooled(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        return (x.sum(axis) + y.sum(axis)) / (x.shape[axis] + y.shape[axis])

    theirs = stats.bootstrap((a, b), pooled, n_resamples=30000, vectorized=True, axis=-1, rng=0).confidence_interval
    assert tuple(ours.loc[0, ["low", "high"]]) == pytest.approx(tuple(theirs), abs=0.01)
    assert ours.loc[0, "n_subjects"] == 23
    # Without the groups the difference between them would widen the interval, and labels would be the same subjects.
    with pytest.raises(InputError, match="more than one value"):
        bootstrap_interval(frame, "all", "recency")


@FEW
def test_bootstrap_keeps_a_subject_together_and_groups_apart() -> None:
    together = bootstrap_interval(tidy(np.column_stack([SKEWED[:, 0], SKEWED[:, 0] + 1])), "position")
    assert together.loc[1, "low"] - together.loc[0, "low"] == pytest.approx(1, abs=1e-12)
    frame = pd.concat([tidy(SKEWED, label="people"), tidy(SKEWED, label="model")])
    table = bootstrap_interval(frame, ["label", "position"], between="label")
    first, second = table[table["label"] == "model"], table[table["label"] == "people"]
    assert list(table["n_subjects"]) == [14] * 6
    assert first["low"].to_numpy() != pytest.approx(second["low"].to_numpy(), abs=1e-9)
    assert first["low"].to_numpy() == pytest.approx(second["low"].to_numpy(), abs=0.1)
    mean = mean_over_subjects(frame, ["label", "position"])
    assert table["mean"].to_numpy() == pytest.approx(mean["mean"].to_numpy())


@FEW
def test_bootstrap_at_the_edges() -> None:
    values = np.array([[0.3, np.nan, 0.1, 0.2], [0.3, np.nan, np.nan, 0.4], [0.3, np.nan, np.nan, 0.9]])
    table = bootstrap_interval(tidy(values), "position")
    assert tuple(table.loc[0, ["low", "high"]]) == (0.3, 0.3)
    assert np.isnan(table.loc[1, ["mean", "low", "high"]].astype(float)).all()
    assert table.loc[2, "mean"] == 0.1 and np.isnan(table.loc[2, "low"])
    assert 0.2 < table.loc[3, "low"] < table.loc[3, "mean"] < table.loc[3, "high"] <= 0.9 + 1e-12
    same = bootstrap_interval(tidy(values), "position", seed=0)
    pd.testing.assert_frame_equal(table, same)
    assert not bootstrap_interval(tidy(SKEWED), "position").equals(bootstrap_interval(tidy(SKEWED), "position", seed=1))


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_bootstrap_of_few_subjects_says_so_once(method: str) -> None:
    values = stream(8, "few").random((25, 3))
    values[:7, 2] = np.nan
    with pytest.warns(DataWarning) as said:
        table = bootstrap_interval(tidy(values), "position", method=method)
    (warning,) = said
    assert str(warning.message).startswith("bootstrap: 1 of 3 intervals are over fewer than 20 subjects (at least 18)")
    assert list(table["n_subjects"]) == [25, 25, 18]
    bootstrap_interval(tidy(values[:20, :2]), "position", method=method)  # warnings are errors here
    frame = in_levels(a=values[:19, 0], b=values[:, 1]).assign(all="all")
    with pytest.warns(DataWarning, match="the interval is over fewer than 20 subjects .at least 19"):
        bootstrap_interval(frame, "all", "recency", between="label")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"by": "lag"}, "no column lag"),
        ({"by": []}, "by is empty"),
        ({"method": "normal"}, "must be one of 'bca'"),
        ({"n_resamples": 10}, "at least 100"),
        ({"confidence": 95}, "between 0 and 1"),
        ({"frame": tidy(SKEWED).iloc[:0]}, "no rows"),
        ({"frame": tidy(SKEWED).assign(prob=np.inf)}, "prob is inf"),
        ({"frame": tidy(SKEWED).assign(prob="much")}, "prob is 'much' in row"),
        ({"frame": tidy(SKEWED).assign(subject=np.nan)}, "column subject is missing in row 0"),
        ({"frame": SKEWED}, "got ndarray"),
    ],
)
def test_bootstrap_refuses(change: dict[str, object], message: str) -> None:
    given = {"frame": tidy(SKEWED), "by": "position", **change}
    with pytest.raises(InputError, match=message):
        bootstrap_interval(given.pop("frame"), given.pop("by"), **given)


# Within subjects


def test_within_subject_interval_of_a_published_example() -> None:
    """Chang's Cookbook for R, before and after a training: both levels have sd 2.262361, se 0.7154214, ci 1.618396."""
    before = [59.4, 46.4, 46.0, 49.0, 32.5, 45.2, 60.3, 54.3, 45.4, 38.9]
    after = [64.5, 52.4, 49.7, 48.7, 37.4, 49.5, 59.9, 54.1, 49.6, 48.5]
    table = within_subject_interval(tidy(np.column_stack([before, after])), "position")
    assert list(table["mean"]) == pytest.approx([47.74, 51.43])
    assert list(table["sem"]) == pytest.approx([0.7154214] * 2, rel=1e-6)
    assert list(table["high"] - table["mean"]) == pytest.approx([1.618396] * 2, rel=1e-6)
    assert list(table) == ["position", "mean", "sem", "low", "high", "n_subjects", "n_incomplete"]


def test_within_subject_variance_is_that_of_loftus_and_masson() -> None:
    """The mean variance of levels is the mean square of subject by level: 0.61 in Loftus & Masson (1994)."""
    values = np.array([
        [10, 13, 13], [6, 8, 8], [11, 14, 14], [22, 23, 25], [16, 18, 20],
        [15, 17, 17], [1, 1, 4], [12, 15, 17], [9, 12, 12], [8, 9, 12],
    ], dtype=float)  # fmt: skip
    table = within_subject_interval(tidy(values), "position")
    assert 10 * (table["sem"] ** 2).mean() == pytest.approx(0.61, abs=0.005)


@settings(max_examples=40, deadline=None)
@given(values=arrays(float, (6, 4), elements=st.floats(0, 1)), shift=arrays(float, (6, 1), elements=st.floats(-5, 5)))
def test_within_subject_interval_ignores_what_subjects_differ_by(values: np.ndarray, shift: np.ndarray) -> None:
    values[2, 1] = np.nan
    plain, shifted = (within_subject_interval(tidy(v), "position") for v in (values, values + shift))
    assert shifted["sem"].to_numpy() == pytest.approx(plain["sem"].to_numpy(), abs=1e-8)
    assert (plain["n_incomplete"] == 1).all()


def test_within_subject_interval_at_the_edges() -> None:
    values = np.array([[0.1, np.nan, 0.4], [0.2, np.nan, 0.3], [0.9, np.nan, np.nan], [0.3, np.nan, 0.5]])
    table = within_subject_interval(tidy(values), "position")
    assert table["mean"].to_numpy() == pytest.approx([0.375, np.nan, 0.4], nan_ok=True)
    assert list(table["n_subjects"]) == [4, 0, 3] and set(table["n_incomplete"]) == {1}
    # With two levels it is half the variance of differences, from the three subjects who have both.
    sd = np.std([0.3, 0.1, 0.2], ddof=1) / np.sqrt(2)
    assert table["sem"].to_numpy() == pytest.approx([sd / 2, np.nan, sd / np.sqrt(3)], nan_ok=True)
    assert table.loc[0, "high"] - 0.375 == pytest.approx(stats.t.ppf(0.975, 2) * sd / 2)
    with pytest.raises(InputError, match="need two"):
        within_subject_interval(tidy(values[:, :2]), "position")
    one = within_subject_interval(tidy(values[:1]), "position")
    assert np.isnan(one["sem"]).all() and one.loc[0, "mean"] == 0.1


def test_within_subject_interval_by_group() -> None:
    frame = pd.concat([tidy(SKEWED, label="people"), tidy(SKEWED[:5] * 2, label="model")])
    table = within_subject_interval(frame, ["label", "position"], between="label")
    alone = within_subject_interval(tidy(SKEWED), "position")
    found = table[table["label"] == "people"].drop(columns="label").reset_index(drop=True)
    pd.testing.assert_frame_equal(found, alone)
    assert list(table["label"]) == ["model"] * 3 + ["people"] * 3


# Contrasts

A = [0.42, 0.51, 0.33, 0.60, 0.47, 0.55]
B = [0.31, 0.45, 0.35, 0.41, 0.38, 0.44]
C = [0.30, 0.22, 0.41, 0.35]


def test_paired_contrast_equals_scipy() -> None:
    row = contrast(in_levels(a=A, b=B), "label", "recency", paired=True, confidence=0.9).loc[0]
    test = stats.ttest_rel(A, B)
    low, high = test.confidence_interval(0.9)
    expected = (test.statistic, test.df, test.pvalue, low, high)
    assert tuple(row[["statistic", "df", "p", "low", "high"]]) == pytest.approx(expected)
    difference = np.subtract(A, B)
    assert row["effect"] == pytest.approx(difference.mean() / difference.std(ddof=1))
    assert (row["effect_kind"], row["n_a"], row["n_b"], row["dropped"]) == ("d_z", 6, 6, 0)
    for end, tail in (("effect_low", 0.95), ("effect_high", 0.05)):
        assert stats.nct.cdf(test.statistic, 5, row[end] * np.sqrt(6)) == pytest.approx(tail, abs=1e-6)


def test_welch_contrast_equals_scipy() -> None:
    row = contrast(in_levels(a=A, c=C), "label", "recency", paired=False).loc[0]
    test = stats.ttest_ind(A, C, equal_var=False)
    low, high = test.confidence_interval()
    expected = (test.statistic, test.df, test.pvalue, low, high)
    assert tuple(row[["statistic", "df", "p", "low", "high"]]) == pytest.approx(expected)
    pooled = np.sqrt((5 * np.var(A, ddof=1) + 3 * np.var(C, ddof=1)) / 8)
    small = gamma(4) / (2 * gamma(3.5))
    assert row["effect"] == pytest.approx((np.mean(A) - np.mean(C)) / pooled * small)
    assert small == pytest.approx(1 - 3 / (4 * 8 - 1), abs=2e-3)  # Hedges' own approximation
    t = stats.ttest_ind(A, C).statistic
    for end, tail in (("effect_low", 0.975), ("effect_high", 0.025)):
        noncentral = row[end] / small / np.sqrt(1 / 6 + 1 / 4)
        assert stats.nct.cdf(t, 8, noncentral) == pytest.approx(tail, abs=1e-6)
    assert row["effect_kind"] == "g"


@pytest.mark.parametrize(("n", "shift"), [(2, 1.0), (20, 50.0), (2000, 4.0)])
def test_effects_have_intervals_however_large(n: int, shift: float) -> None:
    rng = stream(n, "effects")
    frame = in_levels(a=rng.normal(shift, 1, n), b=rng.normal(0, 1, n))
    row = contrast(frame, "label", "recency", paired=True).loc[0]
    assert row["effect_low"] < row["effect"] < row["effect_high"]
    assert stats.nct.cdf(row["statistic"], n - 1, row["effect_high"] * np.sqrt(n)) == pytest.approx(0.025, abs=1e-6)


def test_contrasts_go_over_pairs_or_against_a_baseline() -> None:
    frame = in_levels(people=A, b=B, c=C)
    pairs = contrast(frame, "label", "recency", paired=False)
    assert list(zip(pairs["a"], pairs["b"], strict=True)) == [("people", "b"), ("people", "c"), ("b", "c")]
    against = contrast(frame, "label", "recency", paired=False, baseline="people")
    assert list(zip(against["a"], against["b"], strict=True)) == [("b", "people"), ("c", "people")]
    assert list(against["difference"]) == pytest.approx(list(-pairs["difference"][:2]))
    order = np.argsort(pairs["p"])
    stepped = np.minimum(np.maximum.accumulate(pairs["p"].to_numpy()[order] * [3, 2, 1]), 1)
    assert pairs["p_corrected"].to_numpy()[order] == pytest.approx(stepped)
    for correction, factor in (("bonferroni", 3), ("none", 1)):
        table = contrast(frame, "label", "recency", paired=False, correction=correction)
        assert table["p_corrected"].to_numpy() == pytest.approx(np.minimum(pairs["p"] * factor, 1).to_numpy())
    discovery = contrast(frame, "label", "recency", paired=False, correction="fdr_bh")["p_corrected"]
    assert discovery.to_numpy() == pytest.approx(stats.false_discovery_control(pairs["p"]))


def test_pairing_is_by_label_and_counts_whom_it_drops() -> None:
    frame = in_levels(a=[*A, 0.9], b=[*B[:5], np.nan]).query("not (label == 'a' and subject == 1)")
    row = contrast(frame, "label", "recency", paired=True).loc[0]
    assert (row["n_a"], row["n_b"], row["dropped"]) == (4, 4, 3)
    assert row["statistic"] == pytest.approx(stats.ttest_rel(A[1:5], B[1:5]).statistic)
    assert row["mean_a"] == pytest.approx(np.mean(A[1:5]))
    welch = contrast(frame, "label", "recency", paired=False).loc[0]
    assert (welch["n_a"], welch["n_b"], welch["dropped"]) == (6, 5, 1)
    others = in_levels(a=A, b=B)
    others.loc[others["label"] == "b", "subject"] += 100
    assert contrast(others, "label", "recency", paired=True).loc[0, "effect_kind"] == "g"


@pytest.mark.parametrize(
    ("a", "b", "paired"),
    [
        (A, [0.3], False),
        ([0.4], [0.3], True),
        ([0.3] * 5, [0.2] * 5, False),
        ([0.5, 0.7, 0.3, 0.9], [0.4, 0.6, 0.2, 0.8], True),  # a difference of .1 except for the last bits
        (A, [np.nan] * 6, True),
        (A, [np.nan] * 6, False),
    ],
)
def test_no_test_where_there_is_none(a: list[float], b: list[float], paired: bool) -> None:
    frame = in_levels(a=a, b=b, c=C)
    for table in (
        contrast(frame, "label", "recency", paired=paired),
        equivalence(frame, "label", "recency", paired=paired, margin=0.5),
    ):
        numbers = table.loc[0, [name for name in ("low", "high", "df", "p", "p_corrected") if name in table]]
        assert np.isnan(numbers.astype(float)).all()
        assert "there is no test" in in_words(table)[0]
    # A pair without a test does not count in the correction.
    table = contrast(frame, "label", "recency", paired=False)
    made = table["p"].notna()
    again = contrast(frame[frame["label"] != "b"], "label", "recency", paired=False)
    if made.sum() == 1:
        assert table.loc[made, "p_corrected"].to_list() == again["p_corrected"].to_list()


def test_one_constant_group_still_has_a_test() -> None:
    row = contrast(in_levels(a=A, b=[0.3] * 4), "label", "recency", paired=False).loc[0]
    assert row["p"] == pytest.approx(stats.ttest_1samp(A, 0.3).pvalue)


def test_equivalence_equals_statsmodels() -> None:
    from statsmodels.stats.weightstats import ttost_ind, ttost_paired

    frame = in_levels(a=A, b=B)
    for paired, (p, lower, upper) in (
        (True, ttost_paired(np.array(A), np.array(B), -0.05, 0.15)),
        (False, ttost_ind(np.array(A), np.array(B), -0.05, 0.15, usevar="unequal")),
    ):
        row = equivalence(frame, "label", "recency", paired=paired, margin=(-0.05, 0.15)).loc[0]
        assert row["p"] == pytest.approx(p)
        assert tuple(row[["t_low", "p_low", "df"]]) == pytest.approx(lower)
        assert tuple(row[["t_high", "p_high", "df"]]) == pytest.approx(upper)


@settings(max_examples=60, deadline=None)
@given(a=st.lists(st.integers(0, 40), min_size=3, max_size=9), b=st.lists(st.integers(0, 40), min_size=3, max_size=9))
def test_equivalence_is_the_interval_within_the_margin(a: list[int], b: list[int]) -> None:
    frame = in_levels(a=[v / 40 for v in a], b=[v / 40 for v in b])
    row = equivalence(frame, "label", "recency", paired=False, margin=0.3).loc[0]
    if not np.isnan(row["p"]) and abs(row["p"] - 0.05) > 1e-9:
        assert (row["verdict"] == "equivalent") == (row["low"] > -0.3 and row["high"] < 0.3)
    both = equivalence(frame, "label", "recency", paired=False, margin=0.3, baseline="a").loc[0]
    assert both["p"] == pytest.approx(row["p"], nan_ok=True)


def test_verdicts() -> None:
    near = stream(0, "near").normal(0.5, 0.02, 20)
    frame = in_levels(a=near, b=near[::-1] + 0.001, c=near[::-1] + 0.3, d=[0.1, 0.9, 0.5])
    table = equivalence(frame, "label", "recency", paired=False, margin=0.05, baseline="a")
    assert list(table["verdict"]) == ["equivalent", "different", "undecided"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"baseline": "z"}, "is not a level"),
        ({"correction": "tukey"}, "must be one of 'holm'"),
        ({"paired": "subject"}, "must be True"),
        ({"frame": in_levels(a=A)}, "one level"),
        ({"frame": pd.concat([in_levels(a=A, b=B)] * 2)}, "more than one value"),
        ({"margin": 0.0}, "positive number"),
        ({"margin": (0.1, 0.2)}, "a negative and a positive number"),
        ({"margin": (-0.1, 0.2, 0.3)}, "a negative and a positive number"),
    ],
)
def test_contrasts_refuse(change: dict[str, object], message: str) -> None:
    given = {"frame": in_levels(a=A, b=B), "paired": False, **change}
    frame = given.pop("frame")
    with pytest.raises(InputError, match=message):
        equivalence(frame, "label", "recency", **{"margin": 0.1, **given})
    if "margin" not in change:
        with pytest.raises(InputError, match=message):
            contrast(frame, "label", "recency", **given)


# Words


def test_contrast_in_words() -> None:
    frame = in_levels(people=A, CMR=B)
    said = in_words(contrast(frame, "label", "recency", paired=True), "Recency")
    assert said == [
        "Recency was higher in people (.48) than in CMR (.39): difference .09, 95% CI [.02, .16], t(5) = 3.20, "
        "p = .024 (Holm), d_z = 1.30 [0.15, 2.40]."
    ]
    said = in_words(contrast(frame, "label", "recency", paired=False, correction="none"))
    assert said[0].startswith("recency did not differ detectably between people (.48) and CMR (.39): difference .09")
    frame["recency"] *= 20
    assert (
        "people (9.60) than in CMR (7.80): difference 1.80"
        in in_words(contrast(frame, "label", "recency", paired=True))[0]
    )
    lone = contrast(in_levels(people=A, CMR=[0.3]), "label", "recency", paired=False)
    assert in_words(lone) == [
        "recency: there is no test of people against CMR, since a test needs two subjects, and there is 1 in CMR."
    ]
    missing = contrast(in_levels(people=A, CMR=[*B[:5], np.nan]), "label", "recency", paired=True)
    assert in_words(missing)[0].endswith(" 1 subject was left out for a missing value.")


def test_equivalence_in_words() -> None:
    frame = in_levels(people=A, CMR=B)
    tests = {
        0.3: "Recency was equivalent in people (.48) and CMR (.39), within [-.3, .3]: difference .09, "
        "90% CI [.03, .15], TOST t(5) = -7.46, p < .001 (Holm); difference from zero p = .024.",
        0.1: "Recency differed between people (.48) and CMR (.39), and was not shown to be equivalent within "
        "[-.1, .1]: difference .09, 90% CI [.03, .15], TOST t(5) = -0.36, p = .369 (Holm);",
    }
    for margin, sentence in tests.items():
        table = equivalence(frame, "label", "recency", paired=True, margin=margin)
        assert in_words(table, "Recency")[0].startswith(sentence)


def test_numbers_as_the_apa_writes_them() -> None:
    assert [apa_number(x) for x in (-0.001, 1.005, -0.5)] == ["0.00", "1.00", "-0.50"]
    assert [apa_number(x, bounded=True) for x in (-0.5, 0.999, -0.001, 1.0)] == ["-.50", "1.00", ".00", "1.00"]
    assert [apa_p(p) for p in (0.0009, 0.001, 0.4371, 1.0)] == ["p < .001", "p = .001", "p = .437", "p = 1.000"]
    assert apa_number(np.nan) == "undefined"
    with pytest.raises(InputError, match="not a table"):
        in_words(pd.DataFrame({"a": [1]}))


# Regression


def drawn(
    seed: int, subjects: int, lists: int, length: int = 8, level: float = 0.0, bend: float = 1.0, spread: float = 0.6
) -> Recalls:
    """Recalls in order of study, each item independently, with levels that vary between subjects."""
    rng = stream(seed, "drawn")
    at = np.linspace(-1, 1, length)
    own = rng.normal(0, spread, subjects).repeat(lists)
    recalled = rng.random((subjects * lists, length)) < expit(level + bend * at**2 + own[:, None])
    return recalls_of(recalled, np.arange(subjects).repeat(lists))


def recalls_of(recalled: np.ndarray, subject: np.ndarray) -> Recalls:
    matrix = np.where(recalled, np.arange(1, recalled.shape[1] + 1), 0)
    matrix = np.take_along_axis(matrix, np.argsort(matrix == 0, axis=1, kind="stable"), axis=1)
    return Recalls.from_matrix(matrix, recalled.shape[1], subject=subject)


def single_responses(recalls: Recalls) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Terms, responses and subjects with a row for each item of each list."""
    n, length = recalls.output_of_item.shape
    at = np.linspace(-1, 1, length)
    terms = np.column_stack([at, at**2 - (at**2).mean()])
    terms = np.column_stack([np.ones(length), terms])
    return (
        np.tile(terms, (n, 1)),
        (recalls.output_of_item >= 0).astype(float).ravel(),
        recalls.trials.subject.repeat(length),
    )


def test_gee_of_counts_is_that_of_single_responses() -> None:
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    recalls = drawn(0, subjects=25, lists=6)
    ours = recall_regression(recalls)
    terms, response, subject = single_responses(recalls)
    theirs = GEE(response, terms, subject, family=Binomial(), cov_struct=Exchangeable()).fit(cov_type="bias_reduced")
    assert ours.converged and list(ours.table["term"]) == ["intercept", "position", "position^2"]
    assert ours.table["estimate"].to_numpy() == pytest.approx(theirs.params, abs=2e-3)
    # Of n clusters with equal terms each has the leverage 1/n. Variances are divided by 1 - 1/n, and not by its square
    # (Mancl & DeRouen); F is that of Hotelling's test with n - 1 degrees of freedom.
    n, q = 25, 2
    assert ours.table["se"].to_numpy() == pytest.approx(theirs.bse * np.sqrt((n - 1) / n), rel=5e-3)
    assert ours.table["df"].to_numpy() == pytest.approx(n - 1)
    wald = float(theirs.wald_test(np.eye(3)[1:], scalar=True).statistic) * n / (n - 1)
    test = ours.tests.loc[0]
    assert test["F"] == pytest.approx(wald * (n - q) / ((n - 1) * q), rel=0.02)
    assert (test["df"], test["df_error"]) == (q, pytest.approx(n - q))
    assert test["p"] == pytest.approx(stats.f.sf(test["F"], q, n - q))
    assert list(ours.tests["test"]) == ["position"]


@pytest.fixture(scope="module")
def two_labels() -> dict[str, Recalls]:
    return {"people": drawn(3, 40, 8), "model": drawn(4, 1, 400, level=-0.5, bend=0.2, spread=0)}


@pytest.mark.parametrize("position", ["quadratic", "spline", "edges"])
def test_regression_finds_what_was_drawn(two_labels: dict[str, Recalls], position: str) -> None:
    found = recall_regression(two_labels, position=position)
    assert found.converged
    assert (found.tests.set_index("test")["p"] < 0.01).all()
    assert found.clusters == {"people": 40, "model": 50}
    assert (
        "The lists of model, which has one subject, were divided into 50 blocks that take the place of subjects."
        in found.notes
    )
    at = np.linspace(-1, 1, 8)
    model = found.predicted[found.predicted["label"] == "model"]
    observed = (two_labels["model"].output_of_item >= 0).mean(axis=0)
    assert np.abs(model["prob"].to_numpy() - observed).max() < 0.1
    if position != "edges":
        table = found.table.set_index("term")
        truth = -0.5 + (0.2 - 1) * np.mean(at**2)
        # The average over subjects has log odds nearer to zero, by about 6% here.
        assert abs(table.loc["model", "estimate"] - truth) < 3 * table.loc["model", "se"]
    assert np.log(found.table["odds_ratio"]).to_numpy() == pytest.approx(found.table["estimate"].to_numpy())
    assert found.in_words()[1].startswith("The level of recall differed between people and model, F(1, ")


def test_standard_errors_come_from_subjects(two_labels: dict[str, Recalls]) -> None:
    table = recall_regression(two_labels).table.set_index("term")
    assert table.loc["model", "se"] > 0.6 / np.sqrt(40) * 0.7  # not from single responses, which would give less


def test_without_interaction_there_is_one_curve(two_labels: dict[str, Recalls]) -> None:
    found = recall_regression(two_labels, interaction=False)
    assert list(found.table["term"]) == ["intercept", "model", "position", "position^2"]
    logit = np.log(found.predicted["prob"] / (1 - found.predicted["prob"])).to_numpy().reshape(2, -1)
    assert logit[0] - logit[1] == pytest.approx(np.full(8, logit[0, 0] - logit[1, 0]))
    assert list(found.tests["test"]) == ["position", "label"]


def test_paired_sources_share_subjects() -> None:
    rng = stream(6, "paired")
    own = rng.normal(0, 1.5, 30)
    sources = {}
    for name, level in (("slow", 0.3), ("fast", 0.0)):
        recalled = rng.random((30 * 8, 6)) < expit(level + own.repeat(8)[:, None])
        sources[name] = recalls_of(recalled, np.arange(30).repeat(8))
    apart, paired = (recall_regression(sources, paired=p).table.set_index("term") for p in (False, True))
    assert paired.loc["fast", "se"] < 0.5 * apart.loc["fast", "se"]
    assert paired.loc["intercept", "se"] == pytest.approx(apart.loc["intercept", "se"], rel=0.2)


def test_separation_is_said() -> None:
    recalled = stream(7, "some").random((30, 10)) < 0.5
    recalled[:, 6:] = True
    found = recall_regression(recalls_of(recalled, np.arange(30)), position="edges")
    assert not found.converged
    assert found.table["estimate"].isna().all() and found.tests["p"].isna().all()
    assert found.notes == (
        "These terms have no finite estimate, since they separate positions with all or none recalled: "
        "intercept, recency.",
    )
    assert found.in_words()[0] == "There is no test of position."
    # Neither a line nor a curve separates these positions from those with some items recalled.
    assert recall_regression(recalls_of(recalled, np.arange(30)), position="quadratic").converged


def test_separation_by_hand() -> None:
    terms = np.array([[1.0, -1], [1, 0], [1, 1]])
    lists = np.full(3, 5)
    assert separated_by(terms, np.array([0, 5, 5]), lists).all()
    assert separated_by(terms, np.array([0, 3, 5]), lists).tolist() == [False, True]
    assert not separated_by(terms, np.array([5, 0, 5]), lists).any()
    assert not separated_by(terms, np.array([1, 0, 5]), lists).any()
    assert not separated_by(terms, np.array([1, 2, 3]), lists).any()


def test_regression_where_the_working_correlation_is_out_of_range() -> None:
    """Each subject recalls one item, so 6 positions correlate as negatively as 6 values can; 12 cannot."""
    recalled = np.tile(np.eye(6, dtype=bool), (7, 1))
    sources = {"all": recalls_of(recalled, np.arange(42)), "some": recalls_of(recalled[:6], np.arange(6))}
    found = recall_regression(sources, position="linear", paired=True)
    assert found.converged
    assert found.notes[-1].startswith("The exchangeable correlation was out of its range")
    assert found.predicted["prob"].to_numpy() == pytest.approx(np.full(12, 1 / 6))
    assert recall_regression(sources, position="linear").notes == (found.notes[0],)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recalls": {}}, "expected Recalls"),
        ({"recalls": {"a": 3}}, "expected memsim.Recalls"),
        ({"recalls": {"a": drawn(0, 9, 2), "b": drawn(0, 9, 2, length=5)}}, "differ in length"),
        ({"recalls": drawn(0, 3, 5)}, "has 3 subjects"),
        ({"recalls": drawn(0, 1, 2)}, "has 2 lists"),
        ({"recalls": drawn(0, 9, 5, length=4), "position": "spline"}, "too short"),
        ({"recalls": drawn(0, 9, 5, length=3), "position": "edges"}, "too short"),
        ({"position": "cubic"}, "must be one of 'linear'"),
    ],
)
def test_regression_refuses(change: dict[str, object], message: str) -> None:
    given = {"recalls": drawn(0, 9, 2), **change}
    with pytest.raises(InputError, match=message):
        recall_regression(given.pop("recalls"), **given)


def test_few_subjects_are_noted() -> None:
    found = recall_regression(drawn(0, 6, 20))
    assert found.notes == ("Standard errors are imprecise, with fewer than ten subjects in recalls (6).",)
    assert found.in_words()[-1] == found.notes[0]


# Distances


def test_distances_by_hand() -> None:
    a = tidy(np.array([[0.2, 0.4, np.nan], [0.4, 0.4, np.nan]]))
    b = tidy(np.array([[0.1, 0.4, 0.9]]))
    assert curve_distance(a, b, "position") == pytest.approx(np.sqrt(0.2**2 / 2))
    p, q = np.array([0.3, 0.4]), np.array([0.1, 0.4])
    assert curve_distance(a, b, "position", metric="jsd") == pytest.approx(jensenshannon(p, q, base=2) ** 2)
    apart = tidy(np.array([[0.0, 0.5]])), tidy(np.array([[0.2, 0.0]]))
    assert curve_distance(*apart, "position", metric="jsd") == 1


@settings(max_examples=30, deadline=None)
@given(
    curves=arrays(float, (2, 5), elements=st.floats(0, 1, allow_subnormal=False)).filter(
        lambda c: c.sum(axis=1).min() > 1e-3
    )
)
def test_divergence_is_symmetric_and_at_most_a_bit(curves: np.ndarray) -> None:
    a, b = tidy(curves[:1]), tidy(curves[1:])
    there, back = (curve_distance(*pair, "position", metric="jsd") for pair in ((a, b), (b, a)))
    assert there == pytest.approx(back) and 0 <= there <= 1
    assert there == pytest.approx(np.nan_to_num(jensenshannon(*curves, base=2)) ** 2, abs=1e-9)
    assert curve_distance(a, a, "position", metric="jsd") == pytest.approx(0, abs=1e-15)
    assert curve_distance(a, b, "position") == curve_distance(b, a, "position")


def test_ceiling_of_rmsd_is_the_standard_error() -> None:
    """Over all splits of a sample, the expected squared distance is the mean over points of s²/n."""
    for n in (12, 13):
        values = stream(n, "ceiling").normal(size=(n, 40)) * np.linspace(0.5, 2, 40)
        found = noise_ceiling(tidy(values), "position", n_splits=3000).loc[0]
        assert found["expected"] ** 2 == pytest.approx((values.var(axis=0, ddof=1) / n).mean(), rel=0.03)
    assert found["n_subjects"] == 13
    even = noise_ceiling(tidy(values[:12]), "position").loc[0]
    assert even["expected"] == pytest.approx(even["split_half"] / 2)


def test_ceiling_with_undefined_values() -> None:
    values = stream(2, "ceiling").normal(size=(30, 30))
    values[:15, :15] = np.nan
    found = noise_ceiling(tidy(values), "position", n_splits=3000).loc[0, "expected"]
    exact = np.nanvar(values, axis=0, ddof=1) / np.count_nonzero(~np.isnan(values), axis=0)
    assert found**2 == pytest.approx(exact.mean(), rel=0.06)


@pytest.mark.parametrize("metric", ["rmsd", "jsd"])
def test_a_perfect_model_comes_as_near_as_the_ceiling_says(metric: str) -> None:
    rng = stream(3, "perfect")
    true = np.array([0.3, 0.1, 0.05, 0.05, 0.1, 0.4])
    power = 2 if metric == "rmsd" else 1
    distances, ceilings = [], []
    for _ in range(100):
        each = rng.dirichlet(true * 8, size=20)
        people = tidy(np.stack([rng.multinomial(20, p) for p in each]) / 20)
        distances.append(curve_distance(tidy(true[None]), people, "position", metric=metric) ** power)
        ceilings.append(noise_ceiling(people, "position", metric=metric, n_splits=40).loc[0, "expected"] ** power)
    error = np.hypot(stats.sem(distances), stats.sem(ceilings))
    assert np.mean(distances) == pytest.approx(np.mean(ceilings), abs=3 * error + 0.03 * np.mean(ceilings))
    assert error < 0.1 * np.mean(ceilings)


def test_share_of_attainable() -> None:
    assert share_of_attainable(0.1, 0.1, 0.5) == 1 and share_of_attainable(0.5, 0.1, 0.5) == 0
    assert share_of_attainable(0.3, 0.1, 0.5) == pytest.approx((0.25 - 0.09) / (0.25 - 0.01))
    assert share_of_attainable(0.3, 0.1, 0.5, "jsd") == pytest.approx(0.5)
    assert share_of_attainable(0.0, 0.1, 0.5) > 1 and share_of_attainable(0.7, 0.1, 0.5) < 0
    assert np.isnan(share_of_attainable(0.3, 0.5, 0.5))
    with pytest.raises(InputError, match="distance=-0.1 must be a number of at least 0"):
        share_of_attainable(-0.1, 0.1, 0.5)


@pytest.mark.parametrize("metric", ["rmsd", "jsd"])
def test_attainment(metric: str) -> None:
    true = np.array([0.5, 0.3, 0.2, 0.2, 0.4, 0.8, np.nan])
    people = tidy(np.clip(true + stream(4, "people").normal(0, 0.1, (50, 7)), 0, 1))
    table = attainment(tidy(true[None]), people, "position", metric=metric)
    assert list(table) == ["metric", "distance", "ceiling", "baseline", "share"]
    assert table.loc[0, "share"] == pytest.approx(1, abs=0.02)
    flat = tidy(np.full((1, 6), people["prob"].mean()))
    assert attainment(flat, people, "position", metric=metric).loc[0, "share"] == pytest.approx(0, abs=1e-9)
    # Points that the model does not have do not count.
    part = tidy(true[None, :4])
    fewer = attainment(part, people, "position", metric=metric)
    same = attainment(part, people[people["position"] <= 4], "position", metric=metric)
    pd.testing.assert_frame_equal(fewer, same)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: curve_distance(tidy(SKEWED), tidy(SKEWED, "lag"), "position"), "no column position"),
        (lambda: curve_distance(tidy(SKEWED), tidy(SKEWED * np.nan), "position"), "in common"),
        (lambda: curve_distance(tidy(SKEWED), tidy(-SKEWED), "position", metric="jsd"), "negative values"),
        (lambda: curve_distance(tidy(SKEWED), tidy(0 * SKEWED), "position", metric="jsd"), "sum of zero"),
        (lambda: curve_distance(tidy(SKEWED), tidy(SKEWED), "position", metric="kl"), "must be one of 'rmsd'"),
        (lambda: noise_ceiling(tidy(SKEWED[:1]), "position"), "1 subject"),
        (lambda: noise_ceiling(tidy(SKEWED), "position", n_splits=0), "at least 1"),
        (lambda: noise_ceiling(tidy(np.diag([1.0, 2, 3]) / np.eye(3)), "position"), "more people"),
    ],
)
def test_distances_refuse(call: object, message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the last call divides by zero to obtain NaN
        with pytest.raises(InputError, match=message):
            call()


def test_settings_of_numpy_and_of_other_types() -> None:
    frame = in_levels(a=A, b=B)
    asked: Any = {"column": "label", "value": "recency", "paired": True}
    plain = equivalence(frame, **asked, margin=(-0.05, 0.1), confidence=0.9)
    for margin in ([-0.05, 0.1], np.array([-0.05, 0.1])):
        other = equivalence(frame, **{**asked, "paired": np.True_}, margin=margin, confidence=np.float64(0.9))
        pd.testing.assert_frame_equal(plain, other)
    unfit: list[Any] = ["wide", None, (0.1,) * 3, [], True]
    for wrong in unfit:
        with pytest.raises(InputError, match="equivalence: margin="):
            equivalence(frame, **asked, margin=wrong)
    table = {"a": summary_table(recorded(False)), "b": summary_table(recorded(False))}
    with pytest.raises(InputError, match="summary_contrast: confidence=95 must lie between 0 and 1"):
        summary_contrast(table, "a", confidence=95)
    with pytest.raises(InputError, match="summary_contrast: correction='no' must be one of"):
        summary_contrast(table, "a", correction="no")
    with pytest.raises(InputError, match="by=5 must be a name, or a list of names"):
        bootstrap_interval(frame, 5)
