"""Measures of discrimination and bias, ROCs and fits of ratings, against known values and identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from memsim import ItemPool, Trials
from memsim.analysis import (
    called_old,
    detection_measures,
    fit_ratings,
    recollection,
    roc,
    summary_table,
    zroc,
    zroc_slope,
)
from memsim.analysis.recognition import formulas
from memsim.analysis.recognition.measures import values_of_measures
from memsim.analysis.recognition.roc import area_of_counts
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments
from memsim.core.probes import Probes
from memsim.paradigms import Recognition

NEW, OLD = (90, 70, 55, 45, 25, 15), (12, 18, 25, 40, 55, 150)
COUNTS = np.array([[NEW, OLD]])
PEERS = np.array(
    [
        [17411, 16102, 16060, 12079, 6646, 4204, 4115, 3264, 2183, 2427],
        [1746, 2390, 4137, 4222, 3997, 4810, 8698, 16388, 24583, 99659],
    ]
)


def close(value: object) -> object:
    return pytest.approx(value, abs=6e-11)


def judgments_of(counts: np.ndarray) -> Judgments:
    """Judgments of one person with these counts of ratings of new and old items."""
    new, old = counts
    ratings = np.repeat(np.arange(1, len(new) + 1), new), np.repeat(np.arange(1, len(old) + 1), old)
    n_new, n_old = map(len, ratings)
    task = Recognition(list_length=n_old, n_targets=n_old, n_lures=n_new, ratings=len(new))
    items = np.arange(n_old + n_new)[None]
    trials = Trials(items[:, :n_old], ItemPool.numbered(n_old + n_new), task, probes=Probes(np.roll(items, n_new)))
    return Judgments(trials, np.concatenate(ratings)[None])


@pytest.mark.parametrize(
    ("h", "f", "name", "value"),
    [
        (0.8, 0.2, "d_prime", 1.6832424671), (0.8, 0.2, "criterion_c", 0), (0.8, 0.2, "a_prime", 0.875),
        (0.8, 0.2, "zhang_mueller_a", 0.86), (0.9, 0.3, "d_prime", 1.8059520783),
        (0.9, 0.3, "criterion_c", -0.3785755264), (0.9, 0.3, "ln_beta", -0.6836892587),
        (0.9, 0.3, "a_prime", 0.8809523810), (0.9, 0.3, "zhang_mueller_a", 0.87),
        (0.9, 0.3, "b_double_prime", -0.5882352941), (0.4, 0.1, "d_prime", 1.0282044624),
        (0.4, 0.1, "criterion_c", 0.7674493343), (0.4, 0.1, "a_prime", 0.7708333333),
        (0.4, 0.1, "zhang_mueller_a", 0.7625), (0.75, 0.6, "d_prime", 0.4211426471),
        (0.75, 0.6, "criterion_c", -0.4639184267), (0.75, 0.6, "a_prime", 0.64375),
        (0.75, 0.6, "zhang_mueller_a", 0.63125), (0.8, 0.2, "two_high_threshold_bias", 0.5),
    ],
)  # fmt: skip
def test_known_values(h: float, f: float, name: str, value: float) -> None:
    assert float(getattr(formulas, name)(np.array(h), np.array(f))) == close(value)


@pytest.mark.parametrize(
    ("hits", "targets", "alarms", "lures", "d", "c"),
    [(20, 20, 0, 20, 3.9615047933, 0), (18, 20, 5, 40, 2.2867639981, -0.0363791185),
     (0, 10, 3, 10, -1.2178325086, 1.0817053753)],
)  # fmt: skip
def test_log_linear(hits: int, targets: int, alarms: int, lures: int, d: float, c: float) -> None:
    measures = values_of_measures(np.array([[[lures - alarms, alarms], [targets - hits, hits]]]))
    assert measures["discrimination", "d'"][0] == close(d)
    assert measures["bias", "c"][0] == close(c)


def test_what_happens_at_0_and_1() -> None:
    perfect = np.array([[[20, 0], [0, 20]]])
    assert values_of_measures(perfect, "none")["discrimination", "d'"][0] == np.inf
    bounded = values_of_measures(perfect, "1/(2n)")["discrimination", "d'"][0]
    assert bounded == pytest.approx(2 * 1.9599639845)
    all_old = values_of_measures(np.array([[[0, 9], [0, 9]]]))
    assert all_old["discrimination", "A'"][0] == all_old["discrimination", "A"][0] == 0.5
    for nothing_said in ([[[9, 0], [4, 0]]], [[[0, 9], [0, 4]]]):
        silent = values_of_measures(np.array(nothing_said))
        assert np.isnan(silent["discrimination", "d'"][0]) and np.isnan(silent["bias", "ln β"][0])
        assert silent["discrimination", "area"][0] == 0.5
    perfectly = values_of_measures(perfect)
    assert np.isnan(perfectly["bias", "B''D"][0]) and np.isnan(perfectly["bias", "Br"][0])
    nobody = values_of_measures(np.zeros((1, 2, 2), dtype=int))
    assert all(np.isnan(value[0]) for value in nobody.values())
    with pytest.raises(InputError, match="correction='some' must be one of 'log-linear'"):
        values_of_measures(perfect, "some")


def test_a_session() -> None:
    old = np.array([1, 0, 1, 1, 0, 0, 1, 0])
    ratings = np.array([6, 2, 4, 3, 1, 4, 5, 3])
    counts = np.stack([np.bincount(ratings[old == kind] - 1, minlength=6) for kind in (0, 1)])
    judged = judgments_of(counts)
    values = detection_measures(judged).set_index("measure")["value"]
    assert values["hits"] == 0.75 and values["false alarms"] == 0.25 and values["area"] == 0.875
    assert values["d'"] == close(1.0488010254)
    assert called_old(judged)["prob"].tolist() == [0.75, 0.25]


def test_roc_of_counts() -> None:
    frame = roc(judgments_of(COUNTS[0]))
    assert frame["rating"].tolist() == [6, 5, 4, 3, 2]
    assert frame["prob"].to_numpy() == close([0.5, 0.6833333333, 0.8166666667, 0.9, 0.96])
    assert frame["false_alarms"].to_numpy() == close([0.05, 0.1333333333, 0.2833333333, 0.4666666667, 0.7])
    assert area_of_counts(COUNTS)[0] == close(0.8426666667)
    assert area_of_counts(PEERS[None])[0] == close(0.9226664580)
    assert (np.diff(zroc(judgments_of(COUNTS[0]))[["z_hits", "z_false_alarms"]], axis=0) > 0).all()


def test_maximum_likelihood() -> None:
    equal = fit_ratings(COUNTS, "equal variance")
    assert equal.parameters["d_prime"][0] == pytest.approx(1.480676, abs=6e-7)
    assert equal.log_likelihood[0] == pytest.approx(-927.904081, abs=6e-7)
    unequal = fit_ratings(COUNTS)
    assert unequal.parameters["mu"][0] == pytest.approx(1.674667, abs=6e-7)
    assert unequal.parameters["sigma"][0] == pytest.approx(1.240422, abs=6e-7)
    assert unequal.criteria[0] == pytest.approx([-0.520721, 0.082309, 0.565295, 1.097689, 1.670073], abs=1.1e-6)
    assert unequal.log_likelihood[0] == pytest.approx(-925.360234, abs=6e-7)
    dual = fit_ratings(COUNTS, "dual process")
    assert dual.parameters["recollection"][0] == pytest.approx(0.257754, abs=6e-7)
    assert dual.parameters["d_prime"][0] == pytest.approx(1.214357, abs=6e-7)
    assert dual.log_likelihood[0] == pytest.approx(-926.179274, abs=6e-7)
    table = zroc_slope(judgments_of(COUNTS[0]))
    assert table["slope"][0] == pytest.approx(0.806177, abs=6e-7) and table["fit"][0] == "fine"
    assert recollection(judgments_of(COUNTS[0]))["recollection"][0] == pytest.approx(0.257754, abs=6e-7)


def test_pooled_people() -> None:
    unequal, dual = fit_ratings(PEERS[None]), fit_ratings(PEERS[None], "dual process")
    # The maximum is flat: the values of an independent fit agree to 2e-5, the likelihoods to all digits.
    assert unequal.parameters["mu"][0] == pytest.approx(2.424872, abs=2e-5)
    assert unequal.parameters["sigma"][0] == pytest.approx(1.305785, abs=2e-5)
    assert unequal.log_likelihood[0] == pytest.approx(-421627.1946, abs=6e-5)
    assert dual.parameters["recollection"][0] == pytest.approx(0.284220, abs=2e-5)
    assert dual.log_likelihood[0] == pytest.approx(-422624.8153, abs=6e-5)


def test_unused_ratings_merge_and_what_is_not_identified_is_counted() -> None:
    gap = np.insert(COUNTS, 3, 0, axis=2)
    fits = fit_ratings(gap)
    assert fits.merged[0] == 1 and fits.status[0] == "fine"
    assert np.isnan(fits.criteria[0, 3]) and np.isfinite(np.delete(fits.criteria[0], 3)).all()
    assert fits.parameters["mu"][0] == pytest.approx(fit_ratings(COUNTS).parameters["mu"][0], rel=1e-9)
    two = fit_ratings([[[5, 0, 3], [2, 0, 7]], [[0, 0, 0], [1, 2, 3]]])
    assert two.status.tolist() == ["not identified"] * 2 and np.isnan(two.log_likelihood).all()
    apart = fit_ratings([[[5, 3, 1, 0], [0, 0, 2, 7]]])
    assert apart.status[0] == "at a bound"
    assert np.isnan(zroc_slope(judgments_of(np.array([[5, 3, 1, 0], [0, 0, 2, 7]])))["slope"][0])


def test_a_rating_without_lures_lets_its_criterion_go_to_infinity() -> None:
    """The top rating is all recollection: its criterion is infinite, and the others are still at the maximum."""
    counts = np.array([[[5, 106, 585, 750, 144, 93, 214, 45, 3, 0], [0, 4, 63, 205, 90, 59, 506, 1225, 1297, 482]]])
    fits = fit_ratings(counts, "dual process")
    assert fits.parameters["recollection"][0] == pytest.approx(0.12261, abs=1e-4)
    assert fits.log_likelihood[0] > -9540.864


def test_yes_and_no_do_not_identify_a_variance() -> None:
    judged = judgments_of(np.array([[8, 2], [3, 7]]))
    with pytest.raises(InputError, match="zroc_slope: answers are old or new, and 2 ratings do not identify"):
        zroc_slope(judged)
    with pytest.raises(InputError, match="recollection: answers are old or new"):
        recollection(judged)
    assert "zroc_slope" not in summary_table(judged)["statistic"].tolist()
    assert "zroc_slope" in summary_table(judgments_of(COUNTS[0]))["statistic"].tolist()
    for counts, model, reason in (
        (COUNTS[0], "equal variance", "expected"), (-COUNTS, "equal variance", "expected"), (COUNTS, "some", "one of"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=reason):
            fit_ratings(counts, model)


cells = st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(sum)


@given(new=cells, old=cells)
def test_the_area_is_that_of_mann_and_whitney(new: list[int], old: list[int]) -> None:
    counts = np.array([[new, old]])
    ratings = [np.repeat(np.arange(4), each) for each in (old, new)]
    assert area_of_counts(counts)[0] == pytest.approx(
        mannwhitneyu(*ratings, method="asymptotic").statistic / sum(new) / sum(old)
    )


@given(new=cells, old=cells)
def test_models_are_nested(new: list[int], old: list[int]) -> None:
    """Equal variance is a case of both others; no likelihood is above that of the observed shares."""
    counts = np.array([[new, old]])
    equal, *others = (fit_ratings(counts, model) for model in ("equal variance", "unequal variance", "dual process"))
    shares = counts / counts.sum(axis=2, keepdims=True)
    best = (counts * np.log(np.where(counts > 0, shares, 1))).sum()
    for fits in others:
        if fits.status[0] == "not identified" or equal.status[0] != "fine":
            continue
        assert fits.log_likelihood[0] <= best + 1e-6
        if not (fits is others[1] and equal.parameters["d_prime"][0] < 0):
            assert fits.log_likelihood[0] >= equal.log_likelihood[0] - 1e-5


@given(h=st.floats(0.01, 0.99), f=st.floats(0.01, 0.99))
def test_symmetries(h: float, f: float) -> None:
    """Answers exchanged, old for new: discrimination stays, bias turns round; probes exchanged: the reverse."""
    hits, alarms = np.array([h, 1 - f, f]), np.array([f, 1 - h, h])
    for measure in (formulas.d_prime, formulas.a_prime, formulas.zhang_mueller_a):
        values = measure(hits, alarms)
        assert values[1] == pytest.approx(values[0], abs=1e-9)
        middle = 0 if measure is formulas.d_prime else 0.5
        assert values[2] - middle == pytest.approx(middle - values[0], abs=1e-9)
    for bias in (formulas.criterion_c, formulas.b_double_prime):
        values = bias(hits, alarms)
        assert values[1] == pytest.approx(-values[0], abs=1e-9) and values[2] == pytest.approx(values[0], abs=1e-9)


@given(
    seed=st.integers(0, 10_000), n_ratings=st.integers(3, 12), n=st.integers(3, 60),
    model=st.sampled_from(("equal variance", "unequal variance", "dual process")),
)  # fmt: skip
def test_sparse_ratings_are_fitted_or_named(seed: int, n_ratings: int, n: int, model: str) -> None:
    """Few answers on many ratings have maxima far out, where information about criteria nearly vanishes."""
    rng = np.random.default_rng(seed)
    counts = np.stack([rng.multinomial(n, rng.dirichlet(np.full(n_ratings, 0.15))) for _ in range(2)])[None]
    fits = fit_ratings(counts, model)
    assert fits.status[0] == "not identified" or np.isfinite(fits.log_likelihood[0])
    assert fits.status[0] == "not identified" or fits.log_likelihood[0] <= 0
