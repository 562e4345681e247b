"""Fits: spaces, searches, estimates, intervals, ties, and files."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from memsim import Recalls, load_dataset, log_likelihood, simulate
from memsim.analysis import curves_of, serial_position_curve
from memsim.core.errors import DataError, DataWarning, InputError, LikelihoodError
from memsim.fitting.estimation import fit
from memsim.fitting.figures import profile_figure
from memsim.fitting.intervals import profile_cell
from memsim.fitting.objectives import IMPOSSIBLE, LikelihoodObjective, SummaryObjective
from memsim.fitting.result import Fit
from memsim.fitting.search import Search, polish, search
from memsim.fitting.space import Axis, Space
from memsim.fitting.spec import FitSpec
from memsim.fitting.ties import tied_value
from memsim.models import CMR, DNC, SAM, SIMPLE, TCM, TCMA, Strength, Uniform
from memsim.models.lookup import build_model, find_model
from memsim.models.networks.weights import find_weights, load_weights, save_weights
from memsim.paradigms import FreeRecall
from memsim.running.digests import digest
from memsim.running.sealed import sealed, unsealed

TASK = FreeRecall(list_length=8)
TRUTH = TCM(context_drift=0.55, choice_noise=0.5, stop_base=0.05, stop_growth=0.3)


@pytest.fixture(scope="module")
def recalls() -> Recalls:
    return simulate(TRUTH, TASK.trials(300, subjects=3, seed=5), 5)


# Spaces


@settings(deadline=None)
@given(low=st.floats(-50, 50), span=st.floats(0.01, 500), at=st.floats(0, 1), default=st.floats(0, 1))
def test_places_and_values_are_inverse(low: float, span: float, at: float, default: float) -> None:
    parameter = next(p for p in CMR.parameters() if p.name == "choice_exponent")
    declared = type(parameter)("x", low + default * span, low, low + span)
    axis = Axis.of(declared)
    value = axis.value(at)
    assert low <= value <= low + span and axis.place(value) == pytest.approx(at, abs=1e-7)
    assert axis.value(0) == pytest.approx(low, abs=1e-9) and axis.value(1) == pytest.approx(low + span, rel=1e-9)


def test_whole_numbers_have_as_much_room_each() -> None:
    axis = Axis.of(next(p for p in SAM.parameters() if p.name == "store_size"), (2, 5))
    values = [axis.value(at) for at in np.linspace(0, 1, 4001)]
    assert set(values) == {2, 3, 4, 5} and np.bincount(values)[2:].min() >= 999
    assert all(axis.value(axis.place(n)) == n for n in range(2, 6))


def test_ties_are_arithmetic() -> None:
    ties = {"item_to_context_own": "1 - item_to_context_learning", "primacy_decay": "2 * sqrt(item_to_context_own)"}
    space = Space.of(CMR(), ["item_to_context_learning"], ties)
    values = space.values(space.places({"item_to_context_learning": 0.36}))
    assert values["item_to_context_own"] == pytest.approx(0.64) and values["primacy_decay"] == pytest.approx(1.6)
    model: Any = space.at(space.places({"item_to_context_learning": 0.36}))
    assert model.item_to_context_own == pytest.approx(0.64)


@pytest.mark.parametrize(
    ("free", "ties", "message"),
    [
        (["drift"], None, "TCM has no parameter 'drift'"),
        (["context_drift"], {"context_drift": "1"}, "both free and tied"),
        ([], {}, "nothing is free"),
        (["association"], None, "association is not a number, and cannot be free"),
        ({"context_drift": (0.2, 1.2)}, None, "must be two rising numbers within its range"),
        (["context_drift"], {"stop_base": "context_drft"}, "names 'context_drft', which is no parameter; did you mean"),
        (["context_drift"], {"stop_base": "__import__('os')"}, "may hold numbers, parameters"),
        (["context_drift"], {"stop_base": "1 /"}, "is not an expression"),
        (["context_drift"], {"stop_base": "1 / 0"}, "has no value here"),
    ],
)
def test_spaces_that_cannot_be(free: Any, ties: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Space.of(TCM(), free, ties)


# Searches


def test_the_search_finds_the_deepest_of_several_minima() -> None:
    def hilly(place: np.ndarray) -> float:
        return float(((place - 0.7) ** 2).sum() + 0.1 * (1 - np.cos(18 * (place - 0.7))).sum())

    for smooth in (True, False):
        found = search(hilly, 3, smooth=smooth, seed=1)
        assert found.best[0] == pytest.approx([0.7] * 3, abs=1e-2) and found.best[1] < 1e-3


def test_local_searches_end_once_three_agree() -> None:
    """So they do where there is one minimum; where each finds another one, all eight places are tried."""

    def waves(place: np.ndarray) -> float:
        return float(((place - 0.5) ** 2).sum() + 10 * (1 - np.cos(60 * (place - 0.5))).sum())

    one = search(lambda place: float(((place - 0.3) ** 2).sum()), 2, smooth=True, seed=1)
    assert len(one.polished) == 3 + 1 and one.best[0] == pytest.approx([0.3, 0.3], abs=1e-4)
    assert len(search(waves, 2, smooth=True, generations=1, seed=1).polished) > 8


def test_a_search_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Interrupted at any evaluation, it ends in the same place as if nothing had happened."""

    def bowl(place: np.ndarray) -> float:
        return float(((place - [0.2, 0.6]) ** 2).sum() + 0.01 * np.sin(40 * place).sum())

    whole = search(bowl, 2, smooth=True, seed=3)
    for stop_after in (100, 260, whole.evaluations - 5):
        record, left = tmp_path / f"{stop_after}.json", [stop_after]

        def interrupted(place: np.ndarray, left: list[int] = left) -> float:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return bowl(place)

        with pytest.raises(KeyboardInterrupt):
            search(interrupted, 2, smooth=True, seed=3, record=record)
        again = search(bowl, 2, smooth=True, seed=3, record=record)
        assert again.best[1] == whole.best[1] and (again.best[0] == whole.best[0]).all()
    assert Search(**unsealed(record.read_bytes())).generations == 25


# Fits by likelihood


def test_the_stopping_rule_comes_out_as_by_hand(recalls: Recalls) -> None:
    """With growth held at 0, stopping is a coin: its maximum likelihood is stops over opportunities."""
    model = Uniform(stop_growth=0.0)
    fitted = fit(model, recalls, ["stop_base"], starts=2)
    given_all = (recalls.positions > 0).sum(axis=1) == 8  # where nothing is left stopping is certain
    stops = int((recalls.stopped & ~given_all).sum())
    chances = stops + int((recalls.positions > 0).sum())
    estimate = fitted.units[0].estimates["stop_base"]
    assert estimate == pytest.approx(stops / chances, rel=1e-3) and fitted.converged
    assert fitted.log_likelihood == pytest.approx(log_likelihood(fitted.of(), recalls).sum())
    assert fitted.n_events == chances + int((recalls.stopped & given_all).sum())
    assert fitted.aic == pytest.approx(2 - 2 * fitted.log_likelihood)
    assert fitted.bic == pytest.approx(np.log(fitted.n_events) - 2 * fitted.log_likelihood)
    # Its profile interval is that of a binomial likelihood.
    objective = LikelihoodObjective(Space.of(model, ["stop_base"], {}), recalls, samples=1)
    place = objective.space.places({"stop_base": estimate})
    ends = profile_cell(objective, place.tolist(), fitted.units[0].value, 0)
    peak = binom.logpmf(stops, chances, stops / chances)
    for end in (ends["low"], ends["high"]):
        assert peak - binom.logpmf(stops, chances, end) == pytest.approx(1.92, abs=0.1)


def test_estimates_come_near_the_truth(recalls: Recalls) -> None:
    fitted = fit(TCM(), recalls, starts=2, generations=10)
    assert fitted.converged and fitted.kind == "exact"
    assert fitted.log_likelihood >= log_likelihood(TRUTH, recalls).sum()
    for name, tolerance in (("context_drift", 0.08), ("choice_noise", 0.1), ("stop_base", 0.02)):
        assert fitted.units[0].estimates[name] == pytest.approx(getattr(TRUTH, name), abs=tolerance)


def test_each_subject_by_itself(recalls: Recalls) -> None:
    fitted = fit(TCM(), recalls, ["context_drift", "stop_base"], per="subject", starts=1, generations=5)
    table = fitted.to_frame()
    assert table["unit"].tolist() == ["1", "2", "3"] and table["n_lists"].tolist() == [100, 100, 100]
    assert fitted.log_likelihood == pytest.approx(table["log_likelihood"].sum()) and fitted.n_parameters == 6
    first = recalls[recalls.trials.subject == 1]
    assert table["log_likelihood"][0] == pytest.approx(log_likelihood(fitted.of("1"), first).sum())
    assert not fitted.converged, "one start says nothing about convergence"
    with pytest.raises(InputError, match="unit='4' must name one of 1, 2, 3"):
        fitted.of("4")


def test_what_the_data_do_not_tell_has_no_interval(recalls: Recalls) -> None:
    """Without distraction its drift may be anything; the profile ends where the range does."""
    free = ["context_drift", "distraction_drift"]
    with pytest.warns(DataWarning, match="those of 3 people are not"):
        fitted = fit(TCM(), recalls, free, starts=1, generations=5, intervals="profile")
    intervals = fitted.units[0].intervals
    assert intervals["distraction_drift"] == (0.0, 1.0)
    low, high = intervals["context_drift"]
    assert 0 < low < fitted.units[0].estimates["context_drift"] < high < 1 and high - low < 0.3
    assert {"context_drift_low", "context_drift_high"} <= set(fitted.to_frame())


def test_the_bootstrap_is_about_as_wide_as_the_profile(recalls: Recalls) -> None:
    one = recalls[recalls.trials.subject == 1]
    wide = {}
    for how in ("profile", "bootstrap"):
        found = fit(TCM(), one, ["context_drift"], starts=1, generations=5, intervals=how).units[0]
        low, high = found.intervals["context_drift"]
        assert low < found.estimates["context_drift"] < high
        wide[how] = high - low
    assert 0.5 < wide["bootstrap"] / wide["profile"] < 2


def test_a_cut_record_contributes_no_stop() -> None:
    cut = Recalls.from_matrix([[1, 2, 3], [2, 1, 3]], 8, output_limit=3)
    with_stops = Recalls.from_matrix([[1, 2, 3], [2, 1, 3]], 8)
    assert fit(Uniform(), cut, ["stop_base"], starts=1, generations=5).n_events == 6
    assert fit(Uniform(), with_stops, ["stop_base"], starts=1, generations=5).n_events == 8


def test_a_sampled_likelihood_is_said_to_be_one(recalls: Recalls) -> None:
    model = SAM(store_readout="soft", lapse=0.05)
    fitted = fit(model, recalls[:20], {"context_strength": (0.01, 0.5)}, samples=5, starts=1, generations=5)
    assert fitted.kind == "sampled" and fitted.spec.samples == 5
    assert set(fitted.to_frame()["kind"]) == {"sampled"}
    again = log_likelihood(fitted.of(), recalls[:20], samples=5, seed=0).sum()
    assert fitted.log_likelihood == pytest.approx(again)


def test_the_same_whatever_the_workers(recalls: Recalls, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"per": "subject", "starts": 2, "generations": 5}
    here = fit(TCM(), recalls, ["context_drift", "stop_base"], workers=1, **settings)
    there = fit(TCM(), recalls, ["context_drift", "stop_base"], workers=2, cache=tmp_path, **settings)
    assert here.units == there.units
    files = sorted(path.name for path in tmp_path.rglob("*.json"))
    again = fit(TCM(), recalls, ["context_drift", "stop_base"], workers=1, cache=tmp_path, **settings)
    assert again == there and sorted(path.name for path in tmp_path.rglob("*.json")) == files, "nothing was run again"


def test_a_fit_as_a_file(recalls: Recalls, tmp_path: Path) -> None:
    fitted = fit(TCM(association="pre"), recalls, ["context_drift"], starts=1, generations=5)
    fitted.save(tmp_path / "fit.json")
    again = Fit.load(tmp_path / "fit.json")
    assert again == fitted and again.of() == fitted.of()
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(DataError, match="no fit that memsim wrote"):
        Fit.load(tmp_path / "other.json")
    changes: dict[str, Any] = {"estimates": {}, "value": 10**400, "at_bound": [None], "counts": {"n_events": 10**400}}
    for name, value in changes.items():
        record = unsealed((tmp_path / "fit.json").read_bytes())
        record["units"][0][name] = value
        (tmp_path / "other.json").write_text(sealed(record))
        with pytest.raises(DataError, match="no fit that memsim wrote"):
            Fit.load(tmp_path / "other.json")


def test_a_specification_is_read_as_it_was_written() -> None:
    """Also with its free parameters in their order, in which a search draws its random numbers."""
    for spec in (
        FitSpec.of(TCM(association="pre"), ["stop_base", "context_drift"], seed=3),
        FitSpec.of(CMR()),
        FitSpec.of(CMR(), {"item_to_context_learning": (0.1, 0.9)}, {"primacy_decay": "exp(1)"}, per="subject"),
        FitSpec.of(SAM(store_readout="soft", lapse=0.05), samples=5, starts=1),
        FitSpec.of(TCMA(), by="summary", weights={"lag_crp": 2.0}, n_trials=50),
    ):
        again = FitSpec.from_json(json.loads(json.dumps(spec.to_json())))
        assert again == spec and list(again.free) == list(spec.free) and digest(again) == digest(spec)


def test_every_field_of_a_specification_counts_in_its_digest() -> None:
    spec = FitSpec.of(SAM(), ["context_strength", "self_strength"])
    changed = [
        FitSpec.of(SAM(), ["self_strength", "context_strength"]),
        FitSpec.of(SAM(lapse=0.1), ["context_strength", "self_strength"]),
        FitSpec.of(SAM(), {"context_strength": (0.1, 0.2), "self_strength": None}),
        FitSpec.of(SAM(), ["context_strength", "self_strength"], {"lapse": "context_strength / 100"}),
        *(replace(spec, **{name: 7}) for name in ("samples", "starts", "generations", "seed")),
        replace(spec, per="subject"),
        replace(spec, by="summary"),
        replace(spec, by="summary", weights={"lag_crp": 1.0}),
        replace(spec, by="summary", n_trials=7),
    ]
    assert len({digest(each) for each in (spec, *changed)}) == len(changed) + 1


def test_a_fit_of_a_network_as_a_file(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(find_weights("dnc-recall").read_bytes())
    people = simulate(TRUTH, TASK.trials(4, seed=5), 5)
    fitted = fit(DNC(weights=str(weights)), people, ["stop_bias"], starts=1, generations=1)
    fitted.save(tmp_path / "fit.json")
    again = Fit.load(tmp_path / "fit.json")
    assert again == fitted and again.of() == fitted.of()
    tensors, record, _ = load_weights("dnc-recall")
    save_weights(weights, tensors, {**record, "seed": 7})
    with pytest.raises(InputError, match="fit.json cannot be loaded: DNC: .*has changed"):
        Fit.load(tmp_path / "fit.json")


PLUGIN = "from memsim.models import Strength as Base\n\nclass {name}(Base):\n    pass\n"


def test_a_fit_of_a_model_from_a_file(recalls: Recalls, tmp_path: Path) -> None:
    """It is loaded with the class that is given, and no file that it names is run."""
    classes = {}
    for name in ("Mine", "Uniform"):  # the second is called as a registered model is
        path = tmp_path / f"{name}.py"
        path.write_text(PLUGIN.format(name=name))
        classes[name] = cls = find_model(str(path))[1]
        fitted = fit(cls(), recalls[:20], ["retention"], by="summary", n_trials=20, starts=1, generations=1)
        fitted.save(tmp_path / f"{name}.json")
        assert Fit.load(tmp_path / f"{name}.json", model=cls) == fitted
        with pytest.raises(
            InputError, match=rf"not a registered model; give its class, Fit.load\(path, model={name}\)"
        ):
            Fit.load(tmp_path / f"{name}.json")
    with pytest.raises(InputError, match="the record is of the model Mine, not of Uniform"):
        Fit.load(tmp_path / "Mine.json", model=classes["Uniform"])
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'was here')!r}, 'w')\n" + PLUGIN.format(name="Mine"))
    record = unsealed((tmp_path / "Mine.json").read_bytes())
    record["spec"]["model"]["class"] = str(tmp_path / "evil.py")
    (tmp_path / "Mine.json").write_text(sealed(record))
    with pytest.raises(InputError, match="is not a registered model"):
        Fit.load(tmp_path / "Mine.json")
    assert not (tmp_path / "was here").exists()


def test_people_by_name_or_file(recalls: Recalls, tmp_path: Path) -> None:
    recalls.to_frame().to_csv(tmp_path / "people.csv", index=False)
    settings: dict[str, Any] = {"free": ["stop_base"], "starts": 1, "generations": 2}
    given = fit(Uniform(), recalls, **settings)
    assert fit(Uniform(), str(tmp_path / "people.csv"), **settings).units == given.units
    by_name = fit(Uniform(), "peers_notask", ["stop_base"], starts=1, generations=1)
    assert by_name.recalls_digest == digest(load_dataset("peers_notask"))
    with pytest.raises(InputError, match="3 is neither recalls, nor the name of a data set, nor a file"):
        fit(Uniform(), 3)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (TCM, {}, "TCM is a class; pass an instance"),
        (TCM(), {"per": "list"}, "per='list' must be one of"),
        (TCM(), {"starts": 0}, "starts=0 must be a whole number"),
        (TCMA(), {}, "TCMA has no likelihood of a recall sequence; fit it by='summary'"),
        (SIMPLE(), {}, "SIMPLE has no likelihood of a recall sequence"),
        (SIMPLE(), {"by": "summary"}, "predicts the serial_position_curve alone"),
        (TCMA(), {"by": "summary", "weights": {"spc": 1}}, "no curve 'spc' in this task; there are serial_position"),
        (TCMA(), {"by": "summary", "weights": {"lag_crp": 0}}, "the weight of lag_crp is 0"),
        (TCMA(), {"by": "summary", "weights": {}}, "no curve has a weight"),
        (TCM(), {"weights": {"lag_crp": 1}}, "weights are of curves, and apply to by='summary' only"),
        (TCM(), {"samples": 5}, "samples=5 applies to a sampled likelihood, and this fit of TCM has none"),
        (TCM(), {"n_trials": 5}, "n_trials=5 lists are simulated with by='summary' only"),
        (TCM(), {"intervals": "hessian"}, "intervals='hessian' must be None, 'profile', 'robust', 'bootstrap'"),
    ],
)
def test_fits_that_cannot_be(recalls: Recalls, model: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises((InputError, LikelihoodError), match=message):
        fit(model, recalls, **options)


def test_impossible_recalls_are_no_fit() -> None:
    """Strict read-out of SAM's store makes some recalls impossible whatever its strengths."""
    recalls = Recalls.from_matrix([[1, 8, 2, 7]], 8)
    model = SAM(store_size=4, store_readout="strict", displacement_bias=1.0)
    space = Space.of(model, {"context_strength": (0.01, 1)})
    assert LikelihoodObjective(space, recalls, samples=3)(np.array([0.5])) == IMPOSSIBLE
    with pytest.raises(InputError, match="gives some lists no probability wherever the search looked"):
        fit(model, recalls, {"context_strength": (0.01, 1)}, samples=3, starts=1, generations=5)


# Fits by curves


def test_a_model_that_simulates_is_fitted_to_curves(recalls: Recalls) -> None:
    fitted = fit(Strength(), recalls, ["retention", "residue"], by="summary", n_trials=200, starts=1, generations=5)
    assert fitted.kind == "summary" and np.isnan(fitted.log_likelihood) and np.isnan(fitted.aic)
    objective = SummaryObjective(Space.of(Strength(), ["retention", "residue"]), recalls,
                                 dict.fromkeys(curves_of(recalls.trials.paradigm), 1.0), 200)  # fmt: skip
    assert fitted.units[0].value < objective(objective.space.default)
    with pytest.raises(InputError, match="no profile likelihood"):
        fit(Strength(), recalls, ["retention"], by="summary", starts=1, generations=5, intervals="profile")


def test_the_distance_of_curves_by_hand() -> None:
    people = simulate(Strength(), TASK.trials(200, subjects=4, seed=9), 9)
    space = Space.of(Strength(), ["retention"])
    objective = SummaryObjective(space, people, {"serial_position_curve": 2.0}, n_trials=100, seed=1)
    model: Any = space.at(np.array([0.4]))
    curves = [
        serial_position_curve(each).groupby("position")["prob"].mean().to_numpy()
        for each in (people, simulate(model, TASK.trials(100, 1, pool=people.trials.pool), 1))
    ]
    assert objective(np.array([0.4])) == pytest.approx(np.sqrt(np.mean((curves[0] - curves[1]) ** 2)))


def test_simple_is_fitted_to_its_curve() -> None:
    people = load_dataset("peers_notask")[:500]
    fitted = fit(SIMPLE(), people, by="summary", weights={"serial_position_curve": 1.0}, starts=2)
    assert fitted.units[0].value < 0.06 and fitted.units[0].counts["n_points"] == 16


def test_profiles_say_what_lists_do_not_identify(tmp_path: Path) -> None:
    """Under the power rule only the ratios of the parts of CMR's support matter, so none of these is identified."""
    recalls = simulate(CMR(), FreeRecall(list_length=8).trials(60, 3), seed=3)
    supports = {"context_to_item_own": (0.05, 0.5), "context_to_item_learning": (0.3, 3.0), "primacy_scale": (0.4, 4.0)}
    fitted = fit(
        CMR(context_to_item_shared=0), recalls, {**supports, "stop_growth": (0.01, 2.0)}, ties={}, starts=1,
        generations=5, intervals="profile",
    )  # fmt: skip
    (unit,) = fitted.units
    open_ends = fitted.open_ends(unit)
    assert set(supports) <= set(open_ends) and "stop_growth" not in open_ends
    assert "below and above" in open_ends.values()
    assert fitted.to_frame().loc[0, "open_ends"].count(";") == len(open_ends) - 1
    fitted.save(tmp_path / "fit.json")
    assert Fit.load(tmp_path / "fit.json").units == fitted.units
    figure = profile_figure(fitted)
    titles = [axis.get_title() for axis in figure.axes]
    assert sum("open" in title for title in titles) == len(open_ends)
    without = replace(fitted, units=tuple(replace(each, profiles={}) for each in fitted.units))
    with pytest.raises(InputError, match="has no profiles"):
        profile_figure(without)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("9 ** 9 ** 9 ** 9", "has no value here"),
        ("store_size ** 99 ** 99", "has no value here"),
        ("(-8) ** 0.5", "is not a finite number"),
        ("1e999", "is not a finite number"),
        ("().__class__", "may hold numbers, parameters"),
        ("exp.__self__", "may hold numbers, parameters"),
        ("min(*store_size)", "may hold numbers, parameters"),
        ("min(1, 2, key=exp)", "may hold numbers, parameters"),
        ("'a' * 9", "may hold numbers, parameters"),
        ("1 if store_size else 2", "may hold numbers, parameters"),
        ("True", "may hold numbers, parameters"),
        ("exp(1, 2)", "has no value here"),
        ("log(0)", "has no value here"),
        ("rule", "has no value here"),
        ("(" * 500 + "1" + ")" * 500, "is not an expression"),
    ],
)
def test_ties_are_bounded(expression: str, message: str) -> None:
    """No expression runs for long, or does anything but arithmetic."""
    with pytest.raises(InputError, match=f"(?s)the tie tied = .*{message}"):
        tied_value("tied", expression, {"store_size": 3, "rule": "power"})


def test_ties_are_taken_in_their_order() -> None:
    ties = {"stop_growth": "context_drift / 10", "stop_base": "stop_growth / 50"}
    space = Space.of(TCM(), ["context_drift"], ties)
    assert space.values(np.array([0.5]))["stop_base"] == pytest.approx(0.001)
    for wrong in (dict(reversed(ties.items())), {"stop_base": "stop_base / 2"}):
        with pytest.raises(InputError, match="is not tied before it"):
            Space.of(TCM(), ["context_drift"], wrong)


def test_ties_of_a_class_hold_where_what_they_follow_is_sought() -> None:
    model = CMR(item_to_context_own=0.9)
    assert Space.of(model, ["stop_base"]).ties == {}
    assert Space.of(model, ["item_to_context_learning"]).ties == dict(CMR.ties)


@pytest.mark.parametrize("name", ["primacy_decay", "choice_exponent", "stop_growth"])
def test_axes_reach_the_ends_of_their_ranges(name: str) -> None:
    axis = Axis.of(next(parameter for parameter in CMR.parameters() if parameter.name == name))
    assert (axis.value(0.0), axis.value(1.0)) == (axis.low, axis.high)
    assert axis.at_bound(axis.low) and axis.at_bound(axis.high)


def test_bounds_that_exclude_the_value_of_the_model() -> None:
    assert Space.of(Uniform(), {"stop_growth": (1.0, 5.0)}).default.tolist() == [0.0]
    with pytest.raises(InputError, match="must be whole numbers"):
        Space.of(SAM(), {"store_size": (2.5, 7.5)})
    whole = Space.of(SAM(), {"store_size": (2, 7)}).axes[0]
    assert whole.at_bound(2) and whole.at_bound(7) and not whole.at_bound(3)


@pytest.mark.parametrize("wrong", [{"generations": 0}, {"samples": 1.5}, {"starts": True}, {"n_trials": 0}])
def test_counts_of_a_fit_are_whole_numbers(recalls: Recalls, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(wrong))}=.* must be a whole number above 0"):
        fit(TCM(), recalls, **wrong)


def test_records_of_searches_go_when_the_search_is_done(recalls: Recalls, tmp_path: Path) -> None:
    fit(Uniform(), recalls, starts=1, generations=2, cache=tmp_path)
    assert list((tmp_path / "searches").iterdir()) == []
    record = tmp_path / "broken.json"
    record.write_text("", encoding="utf-8")
    with pytest.warns(UserWarning, match="is damaged"):
        search(lambda place: float(((place - 0.3) ** 2).sum()), 2, smooth=True, generations=2, record=record)


@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("error", [ValueError("the objective says this"), TypeError("the objective says this")])
def test_errors_of_an_objective_are_its_own(error: Exception, smooth: bool) -> None:
    def objective(place: Any) -> float:
        raise error

    with pytest.raises(type(error), match="the objective says this"):
        search(objective, 2, smooth=smooth, generations=1)
    with pytest.raises(type(error), match="the objective says this"):
        polish(objective, np.array([0.5, 0.5]), smooth=smooth)


def test_workers_fit_the_model_of_a_file(recalls: Recalls, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("from memsim.models import Strength\n\nclass Mine(Strength):\n    pass\n")
    model = build_model(str(file))
    options: dict[str, Any] = {"free": ["retention"], "starts": 2, "generations": 2}
    alone = fit(model, recalls, **options, workers=1)
    assert fit(model, recalls, **options, workers=2, cache=tmp_path / "cells").units == alone.units
