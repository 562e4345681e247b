"""Coverage of intervals, and the population behind fits to subjects."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import memsim
from memsim.commands.main import main
from memsim.core.errors import DataWarning, InputError
from memsim.evaluation import interval_coverage
from memsim.evaluation.interval_coverage import Coverage, coverage
from memsim.fitting.intervals import bootstrap_cell, with_intervals
from memsim.fitting.population_means import population
from memsim.fitting.spec import FitSpec
from memsim.models import CMR, TCM, Uniform
from memsim.paradigms import FreeRecall

EIGHT = FreeRecall(list_length=8)


def test_intervals_over_lists_are_too_narrow_where_people_differ_and_those_over_people_are_not() -> None:
    """Of people whose stopping differs: the profile, which takes lists as independent, is far too narrow."""
    found = coverage(
        Uniform(stop_base=0.1, stop_growth=0.0), {"stop_base": 0.04}, EIGHT, people=10, n_trials=40, simulations=25,
        intervals=("profile", "robust", "subjects"), workers=1,
    ).summary.set_index("interval")  # fmt: skip
    assert (found["simulations"] == 25).all() and (found["undefined"] == 0).all()
    assert found.loc["profile", "coverage"] < 0.8
    for kind in ("robust", "subjects"):
        assert found.loc[kind, "coverage"] >= 0.84, "23 of 25 at 95% are expected, and 20 or fewer in 1 of 100 runs"
        assert found.loc[kind, "width"] > 1.8 * found.loc["profile", "width"]
        assert abs(found.loc[kind, "bias"]) < 0.02


def test_bootstrap_of_people_is_about_as_wide_as_the_sandwich() -> None:
    found = coverage(
        Uniform(stop_base=0.1, stop_growth=0.0), {"stop_base": 0.04}, EIGHT, people=12, n_trials=40, simulations=3,
        intervals=("bootstrap", "robust"), workers=1,
    ).summary.set_index("interval")  # fmt: skip
    assert 0.5 < found.loc["bootstrap", "width"] / found.loc["robust", "width"] < 1.3


def test_summary_counts_what_is_held() -> None:
    rows = [("robust", 0.5, low, high) for low, high in ((0.4, 0.6), (0.5, 0.7), (0.6, 0.7), (np.nan, np.nan))]
    table = pd.DataFrame(rows, columns=["interval", "true", "low", "high"]).assign(
        parameter="a", estimate=0.55, simulation=range(4)
    )
    found = Coverage(table, 0, "").summary.iloc[0]
    assert found["coverage"] == 0.5 and found["undefined"] == 1
    assert found["bias"] == pytest.approx(0.05)
    assert (found["low"], found["high"]) == pytest.approx((0.15, 0.85), abs=0.005), "Wilson's interval of 2 in 4"


def test_what_is_refused() -> None:
    for changes, words in (
        ({"spread": {}}, "names no parameter"),
        ({"spread": {"context_drift": -1}}, "must be a finite number"),
        ({"spread": {"contxt_drift": 0.1}}, "did you mean 'context_drift'"),
        ({"intervals": ("hessian",)}, "no intervals are called 'hessian'"),
        ({"people": 1}, "give two or more"),
        ({"intervals": ()}, "names no kind"),
    ):
        options = {"spread": {"context_drift": 0.1}, **changes}
        with pytest.raises(InputError, match=words):
            coverage(TCM(), **options)


def test_the_truth_is_the_mean_within_the_range_and_ties_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Uniform(stop_base=0.02, stop_growth=0.0)
    found = coverage(model, {"stop_base": 0.1}, EIGHT, people=60, n_trials=60, simulations=2, intervals=["subjects"])
    assert found.table["true"].iloc[0] == pytest.approx(0.02 + 0.1 * 0.39104 / 0.57926, abs=1e-4) and found.redrawn > 0
    assert abs(found.summary["bias"].iloc[0]) < 0.02
    spec = FitSpec.of(CMR(item_to_context_learning=0.4), ["item_to_context_learning"])
    assert spec.ties, "of the class"
    seen: list[FitSpec] = []

    def run(cells: Any, **_: Any) -> list[dict[str, Any]]:
        seen.append(cells[0].arguments["spec"])
        return [{"rows": [], "redrawn": 0}]

    monkeypatch.setattr(interval_coverage, "run_cells", run)
    coverage(CMR(), {"item_to_context_learning": 0.1}, EIGHT, simulations=1)
    assert seen[0].ties == spec.ties


def test_no_option_is_taken_and_dropped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["coverage", "Uniform", "--spread", "stop_base=0.02", "--samples", "5", "--out", str(tmp_path / "out")])
    assert "unrecognized arguments: --samples 5" in capsys.readouterr().err


def test_the_command_writes_both_tables(tmp_path: Path) -> None:
    out = tmp_path / "out"
    status = main(
        ["coverage", "Uniform", "--spread", "stop_base=0.02", "--list-length", "5", "--people", "3", "--n-trials", "8",
         "--simulations", "2", "--intervals", "robust", "--workers", "1", "--out", str(out)]
    )  # fmt: skip
    assert status == 0
    assert pd.read_csv(out / "coverage.csv")["simulations"].tolist() == [2]
    assert len(pd.read_csv(out / "intervals.csv")) == 2


@pytest.fixture(scope="module")
def people() -> memsim.Recalls:
    """Twelve people who stop at different rates: 30 lists each."""
    rng = np.random.default_rng(5)
    trials = EIGHT.trials(360, 1, subjects=12)
    parts = [
        memsim.simulate(Uniform(stop_base=rate, stop_growth=0.0), trials[trials.subject == code + 1], code)
        for code, rate in enumerate(rng.uniform(0.05, 0.3, 12))
    ]
    from memsim.core.recall_parts import joined

    return joined(parts)


def test_robust_intervals_of_a_fit(people: memsim.Recalls) -> None:
    model = Uniform(stop_growth=0.0)
    robust = memsim.fit(model, people, ["stop_base"], intervals="robust", starts=1)
    with pytest.warns(DataWarning, match="the intervals are too narrow"):
        profile = memsim.fit(model, people, ["stop_base"], intervals="profile", starts=1)
    wide, narrow = (np.diff(each.units[0].intervals["stop_base"])[0] for each in (robust, profile))
    assert wide > 1.5 * narrow
    low, high = robust.units[0].intervals["stop_base"]
    assert low < robust.units[0].estimates["stop_base"] < high
    with pytest.raises(InputError, match="over people"):
        memsim.fit(model, people, ["stop_base"], "subject", intervals="robust", starts=1)


def test_the_sandwich_of_a_binomial_rate_by_hand(people: memsim.Recalls) -> None:
    """With one rate, each response or stop is a trial; the cluster-robust variance of a rate is in every textbook."""
    model = Uniform(stop_growth=0.0)
    fitted = memsim.fit(model, people, ["stop_base"], intervals="robust", starts=1)
    rate = fitted.units[0].estimates["stop_base"]
    stops, chances = [], []
    for subject in people.trials.subjects:
        part = people[people.trials.subject == subject]
        n = (part.positions > 0).sum(axis=1)
        stops.append(int((n < 8).sum()))
        chances.append(int((n + (n < 8)).sum()))
    error = np.array(stops) - rate * np.array(chances)
    assert rate == pytest.approx(sum(stops) / sum(chances), abs=1e-5)
    sem = np.sqrt(12 / 11 * (error**2).sum()) / sum(chances)
    low, high = fitted.units[0].intervals["stop_base"]
    assert (high - low) / 2 == pytest.approx(2.200985 * sem, rel=1e-3), "Student's t with 11 degrees of freedom"


def test_population_of_fits_to_subjects(people: memsim.Recalls) -> None:
    fitted = memsim.fit(Uniform(stop_growth=0.0), people, ["stop_base"], "subject", starts=1)
    found = population(fitted).iloc[0]
    each = np.array([unit.estimates["stop_base"] for unit in fitted.units])
    assert found["mean"] == pytest.approx(each.mean()) and found["sd"] == pytest.approx(each.std(ddof=1))
    assert found["high"] - found["mean"] == pytest.approx(2.200985 * each.std(ddof=1) / np.sqrt(12), rel=1e-5)
    group = memsim.fit(Uniform(), people, ["stop_base"], starts=1)
    with pytest.raises(InputError, match="per='subject'"):
        population(group)


def at_levels(people: memsim.Recalls, few: int) -> memsim.Recalls:
    """The people at two levels of a condition, of which one has a ``few``."""
    group = np.where(people.trials.subject_codes < few, "few", "many")
    return replace(people, trials=replace(people.trials, conditions={"group": group}))


def test_intervals_of_a_level_are_over_its_own_people(people: memsim.Recalls) -> None:
    """The interval of each level is that of a fit to its people alone; one person alone has none."""
    two = at_levels(people, 4)
    model, options = Uniform(stop_growth=0.0), {"intervals": "robust", "starts": 1}
    both: Any = memsim.fit(model, two, {"stop_base": "by group"}, **options)
    for level, n in (("few", 4), ("many", 8)):
        part = two[two.trials.conditions["group"] == level]
        alone: Any = memsim.fit(model, part, ["stop_base"], **options)
        own, expected = both.units[0].intervals[f"stop_base[{level}]"], alone.units[0].intervals["stop_base"]
        assert own == pytest.approx(expected, rel=0.02), n
    for how in ("robust", "bootstrap"):
        with pytest.raises(InputError, match=r"1 person decides stop_base\[few\]"):
            options["intervals"] = how
            memsim.fit(model, at_levels(people, 1), {"stop_base": "by group"}, **options)


def test_a_bootstrap_draws_each_level_by_itself_and_says_that_people_are_few(people: memsim.Recalls) -> None:
    two = at_levels(people, 2)
    spec = FitSpec.of(Uniform(stop_growth=0.0), {"stop_base": "by group"}, recalls=two, starts=1, generations=1)
    objective, places = spec.objective(two), np.array([0.1, 0.2])
    drawn = {round(bootstrap_cell(objective, places.tolist(), i, 0)[0], 4) for i in range(20)}
    assert 2 <= len(drawn) <= 3, "the two people, or one of them twice"
    assert 0.1 not in drawn
    fitted = memsim.fit(spec, two)
    with pytest.warns(DataWarning, match="over 2 people, fewer than 20"):
        with_intervals(fitted, two, "bootstrap", resamples=2)
    one = people[people.trials.subject == 1][:1]
    single = memsim.fit(Uniform(stop_growth=0.0), one, ["stop_base"], starts=1)
    with pytest.raises(InputError, match="1 list decides stop_base"):
        with_intervals(single, one, "bootstrap", resamples=2)
