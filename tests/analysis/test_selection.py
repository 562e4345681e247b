"""Comparison of models, against numbers by hand, scipy and brute force; and invariances of the results."""

from itertools import product
from math import exp, lgamma, log

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import digamma, softmax

from memsim.analysis.selection.bayesian import bayesian_model_selection, exceedance_probabilities
from memsim.analysis.selection.criteria import aic, aicc, bic, information_criteria
from memsim.analysis.selection.evidence import log_evidence, winners
from memsim.analysis.selection.figure import selection_figure
from memsim.analysis.selection.prediction import held_out
from memsim.analysis.selection.words import comparison_table, selection_in_words
from memsim.core.errors import InputError


def fits() -> pd.DataFrame:
    """Two models, two subjects."""
    rows = [("A", 1, -100.0, 2, 50), ("A", 2, -90.0, 2, 40), ("B", 1, -98.0, 5, 50), ("B", 2, -89.0, 5, 40)]
    return pd.DataFrame(rows, columns=["model", "unit", "log_likelihood", "n_parameters", "n_events"])


def lists(values: npt.ArrayLike, models: str = "ABC", subjects: npt.ArrayLike | None = None) -> pd.DataFrame:
    """A table of held-out lists from (n_lists, n_models) values; by default two lists for each subject."""
    values = np.asarray(values, dtype=float)
    subject = np.arange(len(values)) // 2 if subjects is None else np.asarray(subjects)
    parts = [
        pd.DataFrame(
            {"model": name, "subject": subject, "list": np.arange(len(values)), "fold": 1, "log_likelihood": column,
             "n_events": 4}
        )
        for name, column in zip(models, values.T, strict=False)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_criteria_by_hand() -> None:
    table = information_criteria(fits()).set_index(["unit", "model"])
    a, b = table.loc[(1, "A")], table.loc[(1, "B")]
    assert (a["aic"], b["aic"]) == (204, 206)
    assert a["aicc"] == pytest.approx(204 + 12 / 47) and b["aicc"] == pytest.approx(206 + 60 / 44)
    assert a["bic"] == pytest.approx(200 + 2 * log(50)) and b["bic"] == pytest.approx(196 + 5 * log(50))
    assert (a["delta_aic"], b["delta_aic"]) == (0, 2)
    assert b["weight_aic"] == pytest.approx(exp(-1) / (1 + exp(-1)))
    summed = table.loc[("all", "B")]
    assert summed["bic"] == pytest.approx(196 + 5 * log(50) + 178 + 5 * log(40))
    assert (summed["n_parameters"], summed["n_events"], summed["log_likelihood"]) == (10, 90, -187)
    assert summed["delta_bic"] == pytest.approx(-6 + 3 * log(50) + 3 * log(40))
    weights = table[["weight_aic", "weight_aicc", "weight_bic"]].groupby("unit").sum().to_numpy()
    assert weights == pytest.approx(np.ones((3, 3)))


def test_criteria_of_numbers() -> None:
    assert aic(-100.0, 2) == 204 and bic(-100.0, 2, 50) == 200 + 2 * log(50)
    assert aicc(-100.0, 2, 50) == pytest.approx(204 + 12 / 47)
    assert np.isnan(aicc(-100.0, 2, 3))


def test_criteria_at_the_edges() -> None:
    few = fits().assign(n_events=6)
    table = information_criteria(few).set_index(["unit", "model"])
    assert np.isnan(table.loc[(1, "B"), "aicc"]) and not np.isnan(table.loc[(1, "A"), "aicc"])
    assert np.isnan(table.loc[(1, "A"), "weight_aicc"])
    impossible = fits()
    impossible.loc[0, "log_likelihood"] = -np.inf
    table = information_criteria(impossible).set_index(["unit", "model"])
    assert table.loc[(1, "A"), "weight_bic"] == 0 and table.loc[(1, "B"), "weight_bic"] == 1
    assert table.loc[("all", "A"), "delta_aic"] == np.inf


def test_criteria_refuse() -> None:
    with pytest.raises(InputError, match="B was fitted to summary statistics"):
        information_criteria(fits().assign(kind=["exact", "exact", "summary", "summary"]))
    with pytest.raises(InputError, match="B was fitted to summary"):
        information_criteria(fits().assign(log_likelihood=[-1, -1, np.nan, -1]))
    with pytest.raises(InputError, match=r"of unit 2 40 events are scored for A and 41 for B"):
        information_criteria(fits().assign(n_events=[50, 40, 50, 41]))
    with pytest.raises(InputError, match="unit 2 is in the table for A, but not for B"):
        information_criteria(fits().iloc[:3])
    with pytest.raises(InputError, match="unit 1 is 2 times in the table for A"):
        information_criteria(fits().assign(unit=1))
    with pytest.raises(InputError, match="a unit is called 'all'"):
        information_criteria(fits().assign(unit=["all", 2, "all", 2]))
    with pytest.raises(InputError, match="n_parameters=2.5 of A"):
        information_criteria(fits().assign(n_parameters=2.5))
    with pytest.raises(InputError, match="no column n_events"):
        information_criteria(fits().drop(columns="n_events"))
    with pytest.raises(InputError, match="expected a table"):
        information_criteria([1])


def test_held_out_by_hand_and_by_scipy() -> None:
    values = np.array([[-10, -12, -20], [-12, -11, -22], [-9, -13, -19], [-11, -12, -25], [-8, -8, -21.0]])
    subject = [0, 0, 1, 1, 1]
    found = held_out(lists(values, subjects=subject), "C")
    assert found["model"].tolist() == ["A", "B", "C"] and set(found["best"]) == {"A"}
    means = np.array([values[:2].mean(axis=0), values[2:].mean(axis=0)])
    assert found["per_list"].to_numpy() == pytest.approx(means.mean(axis=0))
    assert found["per_event"].to_numpy() == pytest.approx(means.mean(axis=0) / 4)
    assert found["log_likelihood"].tolist() == values.sum(axis=0).tolist()
    for role, other in (("best", 0), ("baseline", 2)):
        for row, model in zip(found.to_dict("records"), range(3), strict=True):
            name = f"from_{role}"
            if model == other:
                assert row[name] == 0 and np.isnan(row[f"{name}_t"]) and row[f"{name}_better"] == 0
                continue
            test = stats.ttest_rel(means[:, model], means[:, other])
            low, high = test.confidence_interval(0.95)
            expected = [(means[:, model] - means[:, other]).mean(), low, high, test.statistic, test.pvalue]
            given = [row[name + part] for part in ("", "_low", "_high", "_t", "_p")]
            assert given == pytest.approx(expected)
            assert row[f"{name}_better"] == (means[:, model] > means[:, other]).sum()


def test_one_subject_is_tested_over_lists() -> None:
    values = np.array([[-1, -2], [-3, -3.5], [-2, -4.0]])
    found = held_out(lists(values, subjects=[7, 7, 7]))
    test = stats.ttest_rel(values[:, 1], values[:, 0])
    assert set(found["over"]) == {"lists"} and found["n_subjects"].tolist() == [1, 1]
    assert found.loc[1, ["from_best_t", "from_best_p"]].tolist() == pytest.approx([test.statistic, test.pvalue])
    single = held_out(lists(values[:1], subjects=[7]))
    assert single.loc[1, "from_best"] == -1 and np.isnan(single.loc[1, "from_best_sem"])


def test_impossible_lists_are_counted_and_not_dropped() -> None:
    table = lists([[-1, -2, -np.inf], [-2, -np.inf, -np.inf], [-3, -2, -1], [-2, -2, -1]])
    found = held_out(table, "B")
    assert found["model"].tolist() == ["A", "B", "C"] and found["impossible"].tolist() == [0, 1, 2]
    assert found["per_list"].tolist() == [-2, -np.inf, -np.inf]
    assert found.loc[1, "from_best"] == -np.inf and np.isnan(found.loc[1, "from_best_t"])
    assert np.isnan(found.loc[2, "from_baseline"]) and found.loc[2, "from_best_better"] == 1
    text = " ".join(selection_in_words(found))
    assert "Under C, 2 of 4 lists are impossible" in text and "B has no finite difference from A" in text


def test_references_are_not_the_best() -> None:
    table = lists([[-1, -2], [-1, -3], [-2, -2.5], [-1, -4]])
    found = held_out(table, references=["A"])
    assert found["model"].tolist() == ["A", "B"] and set(found["best"]) == {"B"}
    assert found["reference"].tolist() == [True, False] and found.loc[0, "from_best"] == pytest.approx(1.625)
    assert "A (a reference, not a model)" in selection_in_words(found)[1]
    with pytest.raises(InputError, match="all models are references"):
        held_out(table, references=["A", "B"])


def test_held_out_refuses() -> None:
    table = lists(np.full((4, 3), -1.0))
    with pytest.raises(InputError, match="list 3 of subject 1 is in the table for A, but not for C"):
        held_out(table.iloc[:-1])
    with pytest.raises(InputError, match="list 0 of subject 0 is in the table for B, but not for A"):
        held_out(table.iloc[1:])
    with pytest.raises(InputError, match="list 1 of subject 0 is 2 times in the table for B"):
        held_out(pd.concat([table, table.iloc[[5]]]))
    with pytest.raises(InputError, match="of list 2 of subject 1 4 events are scored for A and 5 for B"):
        held_out(table.assign(n_events=[4] * 6 + [5] + [4] * 5))
    with pytest.raises(InputError, match="log-likelihood of list 0 of subject 0 is nan for B"):
        held_out(table.assign(log_likelihood=[-1.0] * 4 + [np.nan] + [-1.0] * 7))
    with pytest.raises(InputError, match="'D' is not one of the models A, B, C"):
        held_out(table, "D")
    with pytest.raises(InputError, match="has no rows"):
        held_out(table.iloc[:0])
    with pytest.raises(InputError, match="confidence=95"):
        held_out(table, confidence=95)


evidences = st.tuples(st.integers(1, 7), st.integers(2, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(st.floats(-30, 0), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


@settings(max_examples=60, deadline=None)
@given(values=evidences, data=st.data())
def test_what_does_not_change_a_selection(values: list[list[float]], data: st.DataObject) -> None:
    evidence = np.array(values)
    shift = np.array(data.draw(st.lists(st.floats(-50, 50), min_size=len(values), max_size=len(values))))
    order = data.draw(st.permutations(range(evidence.shape[1])))
    found = bayesian_model_selection(evidence)
    table = found.table.drop(columns="model").to_numpy()
    again = bayesian_model_selection(evidence + shift[:, None])
    assert again.table.drop(columns="model").to_numpy() == pytest.approx(table, abs=1e-6)
    permuted = bayesian_model_selection(evidence[:, order])
    assert permuted.table.drop(columns="model").to_numpy() == pytest.approx(table[order], abs=1e-6)
    assert permuted.omnibus_risk == pytest.approx(found.omnibus_risk, abs=1e-6)
    for column in ("frequency", "exceedance", "protected_exceedance"):
        assert found.table[column].sum() == pytest.approx(1)
    assert found.posterior.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(values)))
    alpha = table[:, 0]  # the fixed point of Stephan et al. (2009), equations 12 to 14
    assert 1 + softmax(evidence + digamma(alpha), axis=1).sum(axis=0) == pytest.approx(alpha, abs=1e-6)


def exact_log_evidence(evidence: npt.NDArray[np.float64]) -> float:
    """The log evidence of frequencies that differ, summed over all assignments of subjects to models."""
    n, k = evidence.shape
    total = 0.0
    for assignment in product(range(k), repeat=n):
        counts = np.bincount(assignment, minlength=k)
        log_prior = lgamma(k) - lgamma(k + n) + sum(lgamma(count + 1) for count in counts)
        total += exp(log_prior + sum(evidence[i, model] for i, model in enumerate(assignment)))
    return log(total)


def test_selection_is_exact_where_every_subject_is_certain() -> None:
    evidence = np.full((7, 3), -np.inf)
    evidence[range(7), [0, 0, 0, 0, 0, 1, 1]] = 0
    found = bayesian_model_selection(evidence)
    assert found.table["alpha"].tolist() == pytest.approx([6, 3, 1])
    assert found.table["frequency"].tolist() == pytest.approx([0.6, 0.3, 0.1])
    assert found.free_energy == pytest.approx(lgamma(3) - lgamma(10) + lgamma(6) + lgamma(3) + lgamma(1))
    assert found.free_energy == pytest.approx(exact_log_evidence(evidence))
    assert found.free_energy_null == pytest.approx(-7 * log(3))
    risk = 1 / (1 + exp(found.free_energy - found.free_energy_null))
    assert found.omnibus_risk == pytest.approx(risk)
    expected = found.table["exceedance"] * (1 - risk) + risk / 3
    assert found.table["protected_exceedance"].tolist() == pytest.approx(expected.tolist())
    assert found.posterior.to_numpy() == pytest.approx(np.exp(evidence))


@pytest.mark.parametrize("seed", range(4))
def test_free_energy_is_a_near_lower_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    evidence = rng.normal(0, 3, (5, 3))
    found = bayesian_model_selection(evidence)
    top = evidence.max(axis=1).sum()
    exact = exact_log_evidence(evidence) - top
    assert exact - 1 < found.free_energy <= exact + 1e-9
    null = sum(log(np.exp(row).mean()) for row in evidence) - top
    assert found.free_energy_null == pytest.approx(null)


def test_selection_without_information() -> None:
    found = bayesian_model_selection(np.zeros((20, 4)))
    assert found.omnibus_risk > 0.5
    for column in ("frequency", "exceedance", "protected_exceedance"):
        assert found.table[column].tolist() == pytest.approx([0.25] * 4)


def test_an_outlier_does_not_decide() -> None:
    evidence = np.array([[0.0, -3.0]] * 11 + [[-80.0, 0.0]])
    assert evidence.sum(axis=0)[1] > evidence.sum(axis=0)[0]
    found = bayesian_model_selection(evidence)
    assert found.table.loc[0, "exceedance"] > 0.97


@pytest.mark.parametrize("alpha", [(1, 1), (3.2, 1.7), (0.02, 0.5), (400, 380.5), (2e4, 2.02e4), (1, 60)])
def test_two_exceedance_probabilities_are_a_beta_tail(alpha: tuple[float, float]) -> None:
    found = exceedance_probabilities(alpha)
    assert found[0] == pytest.approx(stats.beta.sf(0.5, *alpha), rel=1e-8, abs=1e-12)
    assert found.sum() == pytest.approx(1)


def test_exceedance_probabilities_by_integration_and_by_simulation() -> None:
    alpha = np.array([4.0, 2.5, 7.3, 1.0])
    found = exceedance_probabilities(alpha)

    def density(x: float, k: int) -> float:
        others = [stats.gamma.cdf(x, other) for j, other in enumerate(alpha) if j != k]
        return float(stats.gamma.pdf(x, alpha[k]) * np.prod(others))

    assert found == pytest.approx([integrate.quad(density, 0, 60, args=(k,))[0] for k in range(4)], abs=1e-8)
    alpha = np.array([30, 28, 25, 31, 3, 1, 29, 27.5, 26, 30.5])
    draws = np.random.default_rng(0).dirichlet(alpha, 200_000).argmax(axis=1)
    share = np.bincount(draws, minlength=10) / len(draws)
    found = exceedance_probabilities(alpha)
    assert np.all(np.abs(found - share) < 5 * np.sqrt(found * (1 - found) / len(draws)) + 1e-5)
    assert exceedance_probabilities([5.0, 5, 5]) == pytest.approx([1 / 3] * 3)
    with pytest.raises(InputError, match="must be an array of numbers above 0"):
        exceedance_probabilities([1, 0])


def test_selection_refuses() -> None:
    with pytest.raises(InputError, match="two models or more"):
        bayesian_model_selection([[1.0], [2.0]])
    with pytest.raises(InputError, match="subject 2 for model 1 is nan"):
        bayesian_model_selection([[0, 0], [np.nan, 0]])
    with pytest.raises(InputError, match="the recalls of subject 1 are impossible under every model"):
        bayesian_model_selection([[-np.inf, -np.inf], [0, 0]])
    with pytest.raises(InputError, match="prior=0"):
        bayesian_model_selection([[0, 1]], prior=0)
    with pytest.raises(InputError, match="expected numbers"):
        bayesian_model_selection([["a", "b"]])


def test_log_evidence() -> None:
    values = np.array([[-1, -2], [-3, -4], [-5, -6.5]])
    wide = log_evidence(lists(values, "BA", ["y", "y", "x"]))
    assert wide.columns.tolist() == ["B", "A"] and wide.index.tolist() == ["y", "x"]
    assert wide.to_numpy().tolist() == [[-4, -6], [-5, -6.5]]
    criteria = information_criteria(fits())
    by_bic = log_evidence(criteria)
    assert by_bic.loc[1, "A"] == pytest.approx(-100 - log(50)) and by_bic.index.tolist() == [1, 2]
    pd.testing.assert_frame_equal(by_bic, log_evidence(fits()))


def test_winners_by_hand() -> None:
    table = lists([[-1, -2, -4], [-1, -2, -4], [-3, -1, -2], [-3, -1, -2], [-2, -2, -5], [-2, -2, -5]])
    found = winners(table)
    assert found.per_subject["winner"].fillna("none").tolist() == ["A", "B", "none"]
    assert found.per_subject["second"].fillna("none").tolist() == ["B", "C", "none"]
    assert found.per_subject["margin"].tolist() == [2, 2, 0] and found.per_subject["tied"].tolist() == [
        False,
        False,
        True,
    ]
    assert found.counts["won"].tolist() == [1, 1, 0] and found.counts["tied"].tolist() == [1, 1, 0]
    assert winners(log_evidence(table)).counts.equals(found.counts)
    lost = winners([[-np.inf, -np.inf], [-np.inf, -1]])
    assert lost.per_subject["winner"].fillna("none").tolist() == ["none", "model 2"]
    assert lost.per_subject["margin"].tolist() == [0, np.inf]


def test_one_table_of_all() -> None:
    table = lists([[-1, -2, -4], [-1, -2, -4], [-3, -1, -2], [-3, -1, -2]])
    held, criteria = held_out(table), information_criteria(fits())
    joined = comparison_table(held, criteria, bayesian_model_selection(log_evidence(table)), winners(table))
    assert joined["model"].tolist() == held["model"].tolist() == ["B", "A", "C"]
    joined = joined.set_index("model")
    assert np.isnan(joined.loc["C", "bic"]) and joined.loc["A", "fit_log_likelihood"] == -190
    assert joined["per_list"].tolist() == held["per_list"].tolist() and joined["won"].sum() == 2
    assert comparison_table(criteria=criteria)["model"].tolist() == ["A", "B"]
    with pytest.raises(InputError, match="no table"):
        comparison_table()


def test_words() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(-20, 0.1, (30, 1)) + rng.normal([0, -3, 0], 0.01, (30, 3))
    values[:, 2] += np.where(np.arange(30) // 2 % 2, 0.5, -0.6)
    table = lists(values)
    held = held_out(table, "B")
    sentences = selection_in_words(
        held, information_criteria(fits()), bayesian_model_selection(log_evidence(table)), winners(table)
    )
    text = "\n".join(sentences)
    assert sentences[0].startswith("A predicts held-out lists best") and "30 lists of 15 subjects" in sentences[0]
    assert "B is worse than A" in text and "C does not differ detectably from A" in text and "95% CI [" in text
    assert "Of 15 subjects, " in text and " best" in text and "protected" in text and "summed over 2 units" in text
    alone = selection_in_words(held_out(lists(values, subjects=np.zeros(30))))
    assert "over lists" in alone[1] and "of 30 lists" in alone[2]
    with pytest.raises(InputError, match="no result is given"):
        selection_in_words()


def test_figure() -> None:
    values = np.random.default_rng(0).normal([-10, -12, -11], 1, (12, 3))
    values[3, 1] = -np.inf
    table = lists(values)
    whole = selection_figure(table, fits(), baseline="C", title="Models")
    assert [axis.get_title(loc="left") for axis in whole.axes] == ["A", "B", "C"]
    assert [label.get_text() for label in whole.axes[0].get_yticklabels()] == held_out(table)["model"].tolist()
    assert whole.axes[0].get_xlabel() == "Log-likelihood per list minus C"
    texts = [text.get_text() for axis in whole.axes for text in axis.texts]
    assert "−∞: 1 list impossible" in texts and "not defined" in texts
    assert len(selection_figure(table).axes) == 2 and len(selection_figure(fits=fits()).axes) == 2
    assert len(selection_figure(table, references=["A", "C"], baseline="A").axes) == 1
    assert len(selection_figure(lists(values, subjects=np.zeros(12))).axes) == 1
    assert len(selection_figure(fits=fits().query("unit == 1")).axes) == 1
    whole.draw_without_rendering()
    for wrong in ({}, {"table": table, "baseline": "D"}, {"table": lists(values[:, :1])}):
        with pytest.raises(InputError, match="selection_figure"):
            selection_figure(**wrong)
