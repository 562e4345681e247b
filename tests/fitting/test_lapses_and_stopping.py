"""Lapses of people, shared stopping, and the parts of the likelihood in fits."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from memsim import Observed, Recalls, load_dataset, log_likelihood, simulate
from memsim.core.errors import DataWarning, InputError
from memsim.core.likelihood import likelihood_parts
from memsim.evaluation.candidates import Fitted
from memsim.fitting.estimation import fit
from memsim.fitting.nested_fits import likelihood_ratio
from memsim.fitting.result import Fit
from memsim.fitting.shared_stopping import fitted_hazard, n_hazards
from memsim.fitting.spec import LAPSE_RANGE, FitSpec, specs_of
from memsim.models import CMR, SAM, SIMPLE, TCM, Strength, Uniform
from memsim.models.serial.start_end import StartEnd
from memsim.paradigms import FreeRecall, SerialRecall

QUICK: dict[str, Any] = {"starts": 1, "generations": 2}


@pytest.fixture(scope="module")
def people() -> Recalls:
    return load_dataset("peers_notask")[:40]


@pytest.fixture(scope="module")
def simulated() -> Recalls:
    return simulate(TCM(), FreeRecall(list_length=6).trials(60, subjects=3, seed=1), 1)


# Lapses


def test_which_lapses_are_free(people: Recalls, simulated: Recalls) -> None:
    def free(model: Any, *args: Any, **options: Any) -> list[str]:
        return list(FitSpec.of(model, *args, **options).free)

    usual = list(TCM.fitted)
    assert free(TCM(), recalls=people) == [*usual, "lapse"] and free(TCM()) == usual
    assert free(TCM(), recalls=simulated) == usual == free(TCM(), recalls=people, lapse="none")
    assert free(TCM(), recalls=people, lapse="list") == [*usual, "list_lapse"]
    assert free(TCM(), ["stop_base"], recalls=people) == ["stop_base"]
    assert free(TCM(), ["stop_base"], lapse="response") == ["stop_base", "lapse"]
    assert free(TCM(), {"lapse": (0, 0.5)}, lapse="response") == ["lapse"]
    assert "lapse" not in free(Strength()) and "lapse" in free(Strength(), recalls=people)
    soft = SAM(store_readout="soft", lapse=0.05)  # has a lapse of its own
    assert free(soft, recalls=people) == list(SAM.fitted)
    spec = FitSpec.of(TCM(), recalls=people)
    assert spec.free["lapse"] == LAPSE_RANGE and spec.lapse == "response" and FitSpec.of(TCM()).lapse == "none"
    start = spec.space.values(spec.space.default)["lapse"]
    assert 0 < start <= 0.02
    assert specs_of("compare", {"TCM": TCM()}, recalls=people)["TCM"].lapse == "response"


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (TCM(), {"lapse": "some"}, "lapse='some' must be one of"),
        (TCM(), {"free": ["lapse"], "lapse": "none"}, "lapse is free, and lapse='none' says that it is not"),
        (SIMPLE(), {"lapse": "response", "by": "summary"}, "SIMPLE predicts positions and has no lapses"),
        (TCM(), {"stopping": "some"}, "stopping='some' must be one of 'own', 'shared'"),
        (TCM(), {"stopping": "shared", "by": "summary"}, "a shared stopping rule applies to likelihoods"),
    ],
)
def test_options_that_do_not_apply(model: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FitSpec.of(model, **options)


def test_no_list_of_people_is_impossible() -> None:
    """A list in an order that the model all but excludes has a probability wherever the search looks."""
    task = SerialRecall(list_length=6)
    recalls = simulate(StartEnd(), task.trials(30, seed=1), 1)
    positions = recalls.positions.copy()
    positions[0] = [6, 1, 5, 2, 4, 3]
    theirs = replace(recalls, positions=positions, origin=Observed("mine"))
    spec = FitSpec.of(StartEnd(), recalls=theirs)
    assert spec.lapse == "response"
    for place in (spec.space.default, np.zeros(len(spec.free)), np.full(len(spec.free), 0.5)):
        model: Any = spec.space.at(place)
        assert model.lapse >= LAPSE_RANGE[0] and np.isfinite(log_likelihood(model, theirs)).all()


def test_tables_show_lapses_that_are_fixed(simulated: Recalls) -> None:
    frame = fit(TCM(lapse=0.05), simulated, ["stop_base"], **QUICK).to_frame()
    assert frame.loc[0, "lapse"] == 0.05 and "list_lapse" not in frame
    frame = fit(TCM(list_lapse=0.02), simulated, ["stop_base"], **QUICK).to_frame()
    assert frame.loc[0, "lapse"] == 0 and frame.loc[0, "list_lapse"] == 0.02


# Parts


@pytest.mark.parametrize("stopping", ["own", "shared"])
def test_parts_sum_to_the_likelihood(people: Recalls, stopping: Any, tmp_path: Path) -> None:
    fitted = fit(TCM(), people, stopping=stopping, **QUICK)
    frame = fitted.to_frame()
    parts = frame.loc[0, ["choice", "termination", "intrusion", "repeat"]]
    assert parts.sum() == pytest.approx(fitted.log_likelihood) and parts["choice"] < 0 and parts["termination"] < 0
    if stopping == "own":
        expected = likelihood_parts(fitted.of(), people)
        assert parts["choice"] == pytest.approx(expected.choice.sum())
    fitted.save(tmp_path / "fit.json")
    assert Fit.load(tmp_path / "fit.json") == fitted


# Shared stopping


def test_the_hazard_is_that_of_the_lists() -> None:
    """Stops after 0, 1, 1 and 3 of 3 responses: one of four, two of three, none of one."""
    trials = FreeRecall(list_length=3).trials(4, seed=0)
    positions = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 2, 1]])
    hazard = fitted_hazard(Recalls(trials, positions))
    assert hazard[:4] == pytest.approx([1.5 / 5, 2.5 / 4, 0.5 / 2, 1])
    assert (hazard[3:] == 1).all() and n_hazards(Recalls(trials, positions)) == 3


def test_the_hazard_of_serial_recall_is_the_rate_of_omissions() -> None:
    trials = SerialRecall(list_length=3).trials(4, seed=0)
    positions = np.array([[1, 2, 3], [1, 0, 3], [0, 0, 3], [1, 2, 0]])
    hazard = fitted_hazard(Recalls(trials, positions))
    assert hazard[:3] == pytest.approx([1.5 / 5, 2.5 / 5, 1.5 / 5])


def test_with_a_shared_rule_models_differ_in_choices_alone(people: Recalls) -> None:
    fits = {name: fit(model, people, stopping="shared", lapse="none", **QUICK)
            for name, model in {"TCM": TCM(), "Uniform": Uniform()}.items()}  # fmt: skip
    assert not set(TCM.termination_parameters) & set(fits["TCM"].spec.free)
    frames = {name: each.to_frame().iloc[0] for name, each in fits.items()}
    assert frames["TCM"]["termination"] == pytest.approx(frames["Uniform"]["termination"])
    hazards = frames["TCM"]["n_hazards"]
    assert hazards == frames["Uniform"]["n_hazards"] == n_hazards(people)
    if not fits["Uniform"].spec.free:  # uniform choice has nothing else to fit
        assert frames["Uniform"]["n_parameters"] == hazards
    assert frames["TCM"]["n_parameters"] == hazards + len(fits["TCM"].spec.free)


@pytest.mark.skipif(not TCM.termination_parameters, reason="TCM declares none")
def test_what_only_stops_is_not_free_beside_a_shared_rule() -> None:
    with pytest.raises(InputError, match="stop_base only decides when"):
        FitSpec.of(TCM(), ["stop_base"], stopping="shared")


def test_lists_held_out_are_possible_under_the_shared_rule(people: Recalls) -> None:
    spec = FitSpec.of(TCM(), ["context_drift"], stopping="shared", lapse="response", **QUICK)
    found = Fitted(spec).scores(people[:20], people[20:], 0)
    likelihood, events = found.log_likelihood, found.n_events
    assert np.isfinite(likelihood).all() and len(events) == 20


# Likelihood ratios


@pytest.mark.filterwarnings("ignore:likelihood_ratio")
def test_a_ratio_is_that_of_the_likelihoods(simulated: Recalls) -> None:
    small = fit(TCM(), simulated, ["stop_base"], **QUICK)
    large = fit(TCM(), simulated, ["stop_base", "context_drift"], **QUICK)
    row = likelihood_ratio(small, large).iloc[0]
    statistic = 2 * (large.log_likelihood - small.log_likelihood)
    assert row["statistic"] == pytest.approx(statistic) and row["df"] == 1 and row["at_bound"] == ""
    assert row["p"] == pytest.approx(chi2.sf(statistic, 1))


@pytest.mark.filterwarnings("ignore:likelihood_ratio")
def test_at_a_bound_half_of_the_mass_is_at_zero(simulated: Recalls) -> None:
    small = fit(TCM(), simulated, ["stop_base"], **QUICK)
    large = fit(TCM(), simulated, ["stop_base"], lapse="response", **QUICK)
    row = likelihood_ratio(small, large).iloc[0]
    assert row["at_bound"] == "lapse"
    assert row["p"] == pytest.approx(0.5 * chi2.sf(row["statistic"], 1) + 0.5 * (row["statistic"] <= 0))
    own = (fit(TCM(), simulated, ["stop_base"], "subject", **QUICK),
           fit(TCM(), simulated, ["stop_base", "context_drift"], "subject", **QUICK))  # fmt: skip
    table = likelihood_ratio(*own)
    assert table["unit"].tolist() == ["1", "2", "3", "all"] and table["df"].tolist() == [1, 1, 1, 3]
    assert table["statistic"].iloc[3] == pytest.approx(table["statistic"].iloc[:3].sum())


def test_a_ratio_of_two_conditions_as_by_hand() -> None:
    """With growth held at 0, stopping is a coin; the test of two coins has a closed form."""
    recalls = simulate(Uniform(stop_growth=0.0), FreeRecall(list_length=5).trials(60, seed=1), 1)
    kinds = np.arange(60) % 2
    recalls = replace(recalls, trials=replace(recalls.trials, conditions={"kind": kinds}))
    quick: dict[str, Any] = {"starts": 1, "generations": 1, "ties": {}}
    small = fit(Uniform(stop_growth=0.0), recalls, {"stop_base": (0.001, 0.9)}, **quick)
    large = fit(Uniform(stop_growth=0.0), recalls, {"stop_base": "0.001:0.9 by kind"}, **quick)
    left = (recalls.positions > 0).sum(axis=1)
    stops, responses = (left < 5).astype(int), left

    def peak(rows: Any) -> float:
        s, n = stops[rows].sum(), responses[rows].sum()
        return float(s * np.log(s / (s + n)) + n * np.log(n / (s + n)))

    expected = 2 * (peak(kinds == 0) + peak(kinds == 1) - peak(kinds >= 0))
    row = likelihood_ratio(small, large).iloc[0]
    assert row["statistic"] == pytest.approx(expected, abs=1e-3) and row["df"] == 1
    assert row["p"] == pytest.approx(chi2.sf(expected, 1), abs=1e-3)


@pytest.mark.filterwarnings("ignore:likelihood_ratio")
def test_what_is_not_nested(simulated: Recalls) -> None:
    def fitted(model: Any, free: Any, recalls: Recalls = simulated, **options: Any) -> Fit:
        return fit(model, recalls, free, starts=1, generations=1, **options)

    base = fitted(TCM(), ["stop_base"])
    for small, large, message in [
        (base, fitted(TCM(), ["stop_base", "context_drift"], simulated[:30]), "to different lists"),
        (base, fitted(Uniform(), ["stop_base"]), "different models"),
        (base, fitted(TCM(), ["context_drift", "stop_growth"]), "stop_base is free in the smaller fit"),
        (base, fitted(TCM(choice_noise=0.3), ["stop_base", "context_drift"]), "choice_noise is 0.441 in the smaller"),
        (base, fitted(TCM(), {"stop_base": (0.01, 0.1), "context_drift": None}), "stop_base has wider bounds"),
        (fitted(TCM(), ["stop_base", "context_drift"]), base, "context_drift is free in the smaller fit"),
        (base, base, "no more parameters"),
    ]:
        with pytest.raises(InputError, match=message):
            likelihood_ratio(small, large)


def test_bounds_of_the_larger_fit_hold_the_smaller_one(simulated: Recalls) -> None:
    small = fit(TCM(stop_growth=0.0), simulated, ["stop_base"], "subject", starts=1, generations=1)
    large = fit(TCM(), simulated, {"stop_base": None, "stop_growth": (0.1, 0.5)}, "subject", starts=1, generations=1)
    with pytest.raises(InputError, match="stop_growth is 0.0 in the smaller fit, outside the bounds"):
        likelihood_ratio(small, large)
    tied = fit(
        TCM(), simulated, {"context_drift": (0.2, 0.9)}, "subject", ties={"stop_base": "context_drift / 5"},
        starts=1, generations=1,
    )  # fmt: skip
    both = {"context_drift": None, "stop_base": (0.5, 0.9)}
    with pytest.raises(InputError, match="stop_base is .* by its tie in the smaller fit, outside"):
        likelihood_ratio(tied, fit(TCM(), simulated, both, "subject", starts=1, generations=1))


def test_every_level_at_a_bound_counts(simulated: Recalls) -> None:
    recalls = replace(simulated, trials=replace(simulated.trials, conditions={"kind": np.arange(len(simulated)) % 2}))
    small = fit(TCM(), recalls, ["stop_base"], "subject", **QUICK)
    large = fit(TCM(), recalls, {"stop_base": None, "lapse": "0.0001:0.25 by kind"}, "subject", **QUICK)
    row = likelihood_ratio(small, large).iloc[0]
    assert row["at_bound"] == "lapse[0], lapse[1]" and row["p"] == pytest.approx(chi2.sf(row["statistic"], 2))


def test_lists_of_several_people_are_said_to_be_taken_as_independent(simulated: Recalls) -> None:
    small, large = (fit(TCM(), simulated, free, **QUICK) for free in (["stop_base"], ["stop_base", "context_drift"]))
    with pytest.warns(DataWarning, match="those of 3 people are not"):
        likelihood_ratio(small, large)


@pytest.mark.filterwarnings("ignore:likelihood_ratio")
def test_a_tie_restricts(simulated: Recalls) -> None:
    ties = {"item_to_context_own": "1 - item_to_context_learning"}
    free = {"item_to_context_learning": (0.1, 0.9)}
    small = fit(CMR(), simulated, free, ties=ties, starts=1, generations=1)
    large = fit(CMR(), simulated, {**free, "item_to_context_own": (0, 2)}, ties={}, starts=1, generations=1)
    assert likelihood_ratio(small, large)["df"].iloc[0] == 1
