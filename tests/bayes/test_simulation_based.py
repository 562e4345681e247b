"""Posteriors by simulation: summaries, agreement with an exact posterior, models without one, calibration, errors."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim.analysis.recall.serial_position import serial_position_curve
from memsim.bayes.calibration import RANKS, calibrate
from memsim.bayes.diagnostics import Agreement, convergence_of, people_table, population_table
from memsim.bayes.figures import forest_figure, prediction_figure, trace_figure
from memsim.bayes.inference import posterior
from memsim.bayes.information import information_table
from memsim.bayes.packing import array_from_json, array_to_json
from memsim.bayes.predictive import with_predictions
from memsim.bayes.priors import priors_of
from memsim.bayes.result import Posterior
from memsim.bayes.simulation_based import share_farther, simulated_subjects, standardised
from memsim.bayes.spec import PosteriorSpec
from memsim.bayes.summaries import producible, summary_table
from memsim.commands.main import main
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.likelihood import log_likelihood
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.fitting.space import Space
from memsim.models import SAM, SIMPLE, TCM, TCMA
from memsim.paradigms import FreeRecall, SerialRecall

INSTALLED = all(importlib.util.find_spec(package) for package in ("sbi", "arviz", "h5netcdf"))
needs_sbi = pytest.mark.skipif(not INSTALLED, reason="the extra sbi is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")


def people_of(models: list[Any], n_trials: int | list[int], length: int = 8) -> Recalls:
    """Recalls of a subject for each model."""
    numbers = [n_trials] * len(models) if isinstance(n_trials, int) else n_trials
    made = []
    for subject, (model, number) in enumerate(zip(models, numbers, strict=True)):
        trials = FreeRecall(list_length=length).trials(number, seed=subject)
        made.append(simulate(model, replace(trials, subject=np.full(number, f"s{subject}")), seed=subject))
    return joined(made)


def test_the_way_follows_from_the_likelihood() -> None:
    assert (PosteriorSpec.of(TCM()).by, PosteriorSpec.of(TCM()).pooled) == ("likelihood", True)
    for model in (SAM(), TCMA()):
        spec = PosteriorSpec.of(model, ["lapse"])
        assert (spec.by, spec.pooled) == ("simulation", False)
        assert PosteriorSpec.from_json(spec.to_json()) == spec
    older = {
        name: value for name, value in PosteriorSpec.of(TCM()).to_json().items() if name not in ("by", "simulations")
    }
    assert PosteriorSpec.from_json(older) == PosteriorSpec.of(TCM())


def test_what_does_not_apply_is_an_error() -> None:
    with pytest.raises(InputError, match=r"each subject has a posterior alone.*pooled=False"):
        PosteriorSpec.of(SAM(), pooled=True)
    for options in ({"tune": 10}, {"target_accept": 0.9}, {"correlated": False}, {"stopping": "shared"}):
        with pytest.raises(InputError, match=r"option of by='likelihood', but this is by='simulation'"):
            PosteriorSpec.of(SAM(), ["lapse"], **options)
    with pytest.raises(InputError, match=r"simulations=50 is an option of by='simulation'"):
        PosteriorSpec.of(TCM(), simulations=50)
    with pytest.raises(InputError, match=r"must be one of 'likelihood', 'simulation'"):
        PosteriorSpec.of(TCM(), by="guess")
    with pytest.raises(LikelihoodError, match=r"no exact likelihood.*by='simulation'"):
        PosteriorSpec.of(SAM(), by="likelihood")
    with pytest.raises(LikelihoodError, match="neither simulated recalls nor a likelihood"):
        PosteriorSpec.of(SIMPLE())
    with pytest.raises(InputError, match=r"tune=5 is an option of by='likelihood'"):
        calibrate(SAM(), ["lapse"], tune=5)
    with pytest.raises(InputError, match=r"training=5 is an option of by='simulation'"):
        calibrate(TCM(), training=5)


def test_without_sbi_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sbi", None)
    with pytest.raises(InputError, match=r"pip install 'memsim\[sbi\]'"):
        posterior(SAM(), "peers_notask")
    with pytest.raises(InputError, match=r"pip install 'memsim\[sbi\]'"):
        calibrate(TCMA())


def test_whole_numbers_are_rounded_within_their_range() -> None:
    space = Space.of(SAM(), {"sampling_failures_max": (5, 8)})
    (prior,) = priors_of(space, {"sampling_failures_max": (6, 1)}, whole_numbers=True)
    values = prior.value(np.linspace(-800, 800, 20001))
    assert set(values) == {5.0, 6.0, 7.0, 8.0} and prior.median == 6
    with pytest.raises(InputError, match=r"whole number.*by='simulation'"):
        priors_of(space)


def test_arrays_come_back_as_they_were() -> None:
    array = np.array([[1.5, np.nan, -np.inf]])
    assert np.array_equal(array_from_json(array_to_json(array)), array, equal_nan=True)


def test_summaries_are_counts_made_by_hand() -> None:
    task = FreeRecall(list_length=3)
    recalls = Recalls(
        replace(task.trials(3, seed=0), subject=np.array(["b", "b", "a"])),
        np.array([[2, -1, 3], [0, 0, 0], [1, 1, 2]]),
    )
    table = np.sin(summary_table(recalls, TCM()).drop(columns="lists")) ** 2
    assert list(table.index) == ["a", "b"]
    curve = serial_position_curve(recalls).pivot(index="subject", columns="position", values="prob")
    assert np.allclose(table[[f"serial_position_curve:{i}" for i in (1, 2, 3)]], curve)
    # An intrusion and a repeat are left out, and what follows them closes up, as in the likelihood.
    assert np.allclose(table[[f"responses:{i}" for i in (1, 2, 3)]], [[1, 1, 0], [0.5, 0.5, 0]])
    assert np.allclose(table[["lag_crp:1", "lag_crp:-1"]], [[1, np.nan], [1, 0]], equal_nan=True)
    assert not {"repeats", "intrusions"} & set(table.columns)
    assert np.allclose(summary_table(recalls, TCM())["lists"], np.log([1, 2]))
    simulated = simulate(TCM(), task.trials(50, seed=1), seed=1)
    assert np.array_equal(
        producible(simulated, TCM()).positions[:, : simulated.positions.shape[1]], simulated.positions
    )


def test_summaries_of_serial_recall_are_of_its_curves() -> None:
    recalls = simulate(TCM(), SerialRecall(list_length=5).trials(30, seed=0), seed=0)
    table = summary_table(recalls, TCM())
    assert {"serial_accuracy:1", "transposition_gradient:0", "lag_crp:1", "responses:5"} <= set(table.columns)


def test_subjects_are_simulated_with_the_lists_of_people_in_turn() -> None:
    recalls = people_of([TCM(), TCM()], [3, 9])
    spec = PosteriorSpec.of(TCM(), ["context_drift"], by="simulation", seed=2)
    coordinates, table = simulated_subjects(spec, recalls.trials, 210, workers=1)
    assert coordinates.shape == (210, 1) and len(table) == 210
    assert np.allclose(table["lists"], np.log(np.tile([3, 9], 105)))
    assert abs(coordinates.mean()) < 0.25 and abs(coordinates.std() - 1) < 0.2
    again, _ = simulated_subjects(spec, recalls.trials, 210, workers=1)
    fewer, _ = simulated_subjects(spec, recalls.trials, 5, workers=1)
    assert np.array_equal(coordinates, again) and np.array_equal(coordinates[:5], fewer)


def test_statistics_are_standardised_and_unusual_ones_are_found() -> None:
    rng = np.random.default_rng(0)
    simulated = pd.DataFrame({"a": rng.normal(3, 2, 1000), "b": 1.0, "c": rng.normal(size=1000)})
    simulated.loc[:3, "a"] = np.nan
    observed = pd.DataFrame({"c": [0.0, 0.0], "a": [3.0, np.nan], "other": 0.0})
    statistics, own = standardised(simulated, observed)
    assert statistics.shape == (1000, 2) and np.allclose(statistics.mean(axis=0), 0, atol=1e-9)
    assert np.allclose(own, 0, atol=0.15)
    usual, far = share_farther(statistics, np.array([[0.1, 0.0], [0.0, 6.0]]))
    assert usual > 0.9 and far < 0.01


def test_agreement_is_said_in_words() -> None:
    agreement = Agreement(1.02, "lapse of subject 1", 4000, 10_000, 0, 20)
    said = " ".join(agreement.sentences())
    assert agreement.good and "networks agree" in said and "population" in said
    apart = agreement._replace(r_hat=1.2, unusual=3)
    said = " ".join(apart.sentences())
    assert not apart.good and "lapse of subject 1" in said and "3 of 20 subjects" in said
    assert "takes two networks" in " ".join(agreement._replace(r_hat=float("nan")).sentences())


def exact_moments(recalls: Recalls, spec: PosteriorSpec) -> np.ndarray:
    """(n_subjects, 2) mean and standard deviation of the only parameter's coordinate, by a grid."""
    (prior,) = spec.priors
    grid = np.linspace(-4, 4, 161)
    values = prior.value(prior.location + prior.spread * grid)
    found = []
    for subject in recalls.trials.subjects:
        own = recalls[recalls.trials.subject == subject]
        logs = np.array([log_likelihood(spec.model.replace(**{prior.name: value}), own).sum() for value in values])
        weight = np.exp(logs - grid**2 / 2 - (logs - grid**2 / 2).max())
        weight /= weight.sum()
        mean = weight @ grid
        found.append([mean, np.sqrt(weight @ (grid - mean) ** 2)])
    return np.array(found)


@pytest.mark.slow
@needs_sbi
def test_it_agrees_with_an_exact_posterior() -> None:
    """Means of 20 subjects within .6 exact standard deviations on average, without a bias above .35.

    Summary statistics hold less than the lists, so that standard deviations are somewhat larger than exact ones (1.2
    times with many simulations), and means scatter about the exact ones accordingly.
    """
    drifts = 1 / (1 + np.exp(-np.linspace(-1.5, 2.5, 20)))
    recalls = people_of([TCM(context_drift=float(drift)) for drift in drifts], 10)
    found = posterior(
        TCM(), recalls, ["context_drift"], by="simulation", chains=1, simulations=1500, seed=3, workers=1
    )  # fmt: skip
    (prior,) = found.spec.priors
    draws = (prior.place(found.parameters[:, :, 0]) - prior.location) / prior.spread
    exact = exact_moments(recalls, found.spec)
    apart = (draws.mean(axis=0) - exact[:, 0]) / exact[:, 1]
    assert np.mean(np.abs(apart)) < 0.6 and abs(np.mean(apart)) < 0.35
    assert 0.9 < np.mean(draws.std(axis=0) / exact[:, 1]) < 1.5


@pytest.mark.slow
@needs_sbi
def test_the_same_seed_gives_the_same_draws() -> None:
    recalls = people_of([TCM()], 4)
    settings = {"by": "simulation", "draws": 5, "chains": 2, "simulations": 40, "workers": 1}
    first, same, other = (
        posterior(TCM(), recalls, ["context_drift"], **settings, seed=seed).parameters for seed in (1, 1, 2)
    )
    assert np.array_equal(first, same) and not np.array_equal(first, other)
    assert not np.array_equal(first[:5], first[5:]), "networks learn independently"


@pytest.fixture(scope="module")
def of_sam(tmp_path_factory: pytest.TempPathFactory) -> tuple[Posterior, Recalls]:
    if not INSTALLED:
        pytest.skip("the extra sbi is not installed")
    recalls = people_of([SAM(), SAM(context_strength=0.3)], [6, 8])
    found = posterior(
        SAM(), recalls, ["context_strength", "sampling_failures_max"], draws=60, chains=2, simulations=200, workers=1,
        cache=tmp_path_factory.mktemp("cells"),
    )  # fmt: skip
    return with_predictions(found, recalls, 4, workers=1), recalls


@needs_sbi
def test_a_model_with_a_sampled_likelihood_goes_by_simulation(
    of_sam: tuple[Posterior, Recalls], tmp_path: Path
) -> None:
    found, recalls = of_sam
    assert found.parameters.shape == (120, 2, 2)
    failures = found.parameters[:, :, 1]
    assert np.array_equal(failures, np.rint(failures)) and failures.min() >= 5 and failures.max() <= 100
    groups = set(found.data.groups())
    assert {"posterior", "observed_data", "constant_data", "prior", "posterior_predictive"} <= groups
    assert not {"sample_stats", "log_likelihood"} & groups
    farther = found.data["constant_data"]["share_farther"].values
    assert farther.shape == (2,) and (farther >= 0).all() and (farther <= 1).all()
    said = convergence_of(found)
    assert isinstance(said, Agreement) and said.n_draws == 120 and np.isfinite(said.r_hat)
    assert set(people_table(found)["subject"]) == {"s0", "s1"} and len(population_table(found)) == 2
    for figure in (forest_figure(found), prediction_figure(found, recalls)):
        assert figure.axes
    with pytest.raises(InputError, match="no population"):
        trace_figure(found)
    with pytest.raises(InputError, match="neither LOO nor WAIC"):
        information_table(found)
    found.save(tmp_path / "posterior.nc")
    again = Posterior.load(tmp_path / "posterior.nc")
    assert again.spec == found.spec and again.data["posterior"].equals(found.data["posterior"])


@needs_sbi
def test_random_numbers_and_folders_of_the_caller_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    recalls = people_of([TCMA()], 4)
    posterior(TCMA(), recalls, ["context_drift"], draws=5, chains=1, simulations=60, workers=1)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@needs_sbi
def test_networks_are_calibrated() -> None:
    found = calibrate(
        TCM(), ["context_drift"], by="simulation", paradigm=FreeRecall(list_length=8), simulations=100, n_trials=10,
        training=600, workers=1,
    )  # fmt: skip
    assert len(found.table) == 100 and found.table["rank"].between(0, RANKS - 1).all()
    assert found.summary.iloc[0]["p"] > 1e-3 and found.summary.iloc[0]["coverage"] > 0.85
    assert np.corrcoef(found.table["true"], found.table["mean"])[0, 1] > 0.5
    assert found.figure().axes


@pytest.mark.slow
@needs_sbi
def test_the_commands_write_draws_tables_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people_of([SAM(), SAM()], 4).to_frame().to_csv(tmp_path / "people.csv", index=False)
    shared = ["--free", "context_strength", "--workers", "1"]
    arguments = [
        "posterior", "SAM", "--people", str(tmp_path / "people.csv"), "--simulations", "60", "--draws", "20",
        "--chains", "2", *shared, "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    assert main(arguments) == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"posterior.nc", "people.csv", "forest.png", "posterior-predictive.pdf"} <= written
    assert "information.csv" not in written
    assert "each of 2 subjects" in capsys.readouterr().out
    arguments = [
        "calibrate", "SAM", "--simulations", "20", "--training", "60", "--n-trials", "4", "--list-length", "8",
        *shared, "--out", str(tmp_path / "ranks"),
    ]  # fmt: skip
    assert main(arguments) == 0
    assert (tmp_path / "ranks" / "ranks.csv").exists()
