"""Posteriors: known distributions through the sampler, results and their files, recovery, predictions, commands."""

import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import memsim
from memsim.bayes import sampler
from memsim.bayes.diagnostics import Convergence, convergence_of, people_table, population_table
from memsim.bayes.figures import forest_figure, pair_figure, prediction_figure, trace_figure
from memsim.bayes.inference import posterior
from memsim.bayes.information import information_sentences, information_table
from memsim.bayes.predictive import _stopped_by, prediction_table, with_predictions
from memsim.bayes.result import FORMAT, Posterior
from memsim.commands.main import main
from memsim.core.errors import DataError, InputError, MemsimError
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.models import TCM, UnequalVariance
from memsim.paradigms import FreeRecall, Recognition

LISTS = Recalls.from_matrix([[1, 2, 0], [2, 1, 3]], list_length=3)
INSTALLED = all(importlib.util.find_spec(package) for package in ("nutpie", "arviz", "h5netcdf"))
needs_packages = pytest.mark.skipif(not INSTALLED, reason="the extra bayes is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")


def test_without_the_packages_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nutpie", None)
    with pytest.raises(InputError, match=r"pip install 'memsim\[bayes\]'"):
        posterior(TCM(), "peers_notask")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"people": "peers_nottask"}, "peers_nottask"),
        ({"people": "nowhere.csv"}, "nowhere.csv"),
        ({"people": LISTS[[]]}, "there are no lists"),
        ({"people": simulate(UnequalVariance(), Recognition(n_targets=2, n_lures=2).trials(3))}, "got Judgments"),
        ({"model": "Chaining"}, "no account of this task"),
        ({"pooled": "yes"}, "pooled='yes' must be True or False"),
        ({"pooled": 1}, "pooled=1 must be True or False"),
        ({"ties": 3}, "ties: 3 is no mapping"),
        ({"ties": ["recall"]}, "no mapping; give a dict"),
        ({"ties": {"stop_growth": "stop_base * 1e9"}}, "stop_growth"),
        ({"priors": 3}, "priors: 3 is no mapping"),
        ({"priors": [1]}, "no mapping; give a dict"),
        ({"priors": {3: (1, 1), "nothing": (1, 1)}}, "a prior of 3, which is not free"),
        ({"workers": 0}, "workers=0 must be a whole number above 0, or None"),
        ({"workers": "2"}, "workers='2' must be"),
        ({"backend": None}, "there is no backend None"),
        ({"backend": "slurm"}, "there is no backend 'slurm'"),
        ({"backend": "dask"}, "needs the address of its scheduler"),
        ({"scheduler": "tcp://here"}, "is for backend='dask'"),
        ({"scheduler": 3, "backend": "dask"}, "scheduler=3 must be an address"),
        ({"cache": 3}, "cache: 3 is no path"),
        ({"progress": "yes"}, "progress='yes' must be True or False"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_before_packages_are_asked_for(
    wrong: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nutpie", None)
    with pytest.raises(MemsimError, match=re.escape(message)):
        posterior(**{"model": TCM(), "people": LISTS, **wrong})


@needs_packages
def test_the_sampler_finds_a_known_normal_distribution() -> None:
    covariance = np.array([[1.0, 0.8], [0.8, 2.0]])
    precision, middle = np.linalg.inv(covariance), np.array([1.0, -2.0])

    def density(x: np.ndarray) -> tuple[float, np.ndarray]:
        apart = x - middle
        return -0.5 * float(apart @ precision @ apart), -precision @ apart

    chain = sampler.sample(density, np.zeros((1, 2)), draws=3000, tune=300, seed=4)
    assert np.allclose(chain.draws.mean(axis=0), middle, atol=0.12)
    assert np.allclose(np.cov(chain.draws.T), covariance, atol=0.2)
    assert not chain.statistics["diverging"].any()
    again = sampler.chain_from_json(sampler.chain_to_json(chain))
    assert np.array_equal(again.draws, chain.draws)
    same = sampler.sample(density, np.zeros((1, 2)), draws=50, tune=50, seed=4)
    other = sampler.sample(density, np.zeros((1, 2)), draws=50, tune=50, seed=4, chain=1)
    assert np.array_equal(same.draws, sampler.sample(density, np.zeros((1, 2)), draws=50, tune=50, seed=4).draws)
    assert not np.array_equal(same.draws, other.draws)


@needs_packages
def test_an_error_in_the_density_comes_out_as_itself() -> None:
    calls = []

    def density(x: np.ndarray) -> tuple[float, np.ndarray]:
        calls.append(1)
        if len(calls) > 20:
            raise ZeroDivisionError("here")
        return -0.5 * float(x @ x), -x

    with pytest.raises(ZeroDivisionError, match="here"):
        sampler.sample(density, np.ones((1, 2)), draws=20, tune=20, seed=0)
    with pytest.raises(memsim.errors.MemsimError, match="finite log density"):
        sampler.sample(lambda x: (-np.inf, x), np.ones((1, 2)), draws=20, tune=20, seed=0)


def people(drifts: np.ndarray, n_trials: int) -> Recalls:
    made = []
    for subject, drift in enumerate(drifts):
        trials = FreeRecall(list_length=10).trials(n_trials, seed=subject)
        trials = replace(trials, subject=np.full(n_trials, f"s{subject}"))
        made.append(simulate(TCM(context_drift=float(drift)), trials, seed=subject))
    return joined(made)


@pytest.fixture(scope="module")
def sampled() -> tuple[Posterior, Recalls]:
    if not INSTALLED:
        pytest.skip("the extra bayes is not installed")
    logits = np.log(0.6 / 0.4) + np.random.default_rng(5).standard_normal(6)
    recalls = people(1 / (1 + np.exp(-logits)), 20)
    found = posterior(
        TCM(), recalls, ["context_drift", "choice_noise"], draws=120, tune=120, chains=2, seed=1, workers=1
    )
    return with_predictions(found, recalls, 4, workers=1), recalls


@needs_packages
def test_population_and_people_are_recovered(sampled: tuple[Posterior, Recalls]) -> None:
    found, _ = sampled
    table = population_table(found).set_index("parameter")
    assert table.loc["context_drift", "typical_low"] < 0.6 < table.loc["context_drift", "typical_high"]
    assert table.loc["choice_noise", "typical_low"] < TCM().choice_noise < table.loc["choice_noise", "typical_high"]
    logits = np.log(0.6 / 0.4) + np.random.default_rng(5).standard_normal(6)
    drifts = people_table(found).query("parameter == 'context_drift'")
    inside = (drifts["low"] < 1 / (1 + np.exp(-logits))) & (1 / (1 + np.exp(-logits)) < drifts["high"])
    assert inside.sum() >= 4
    assert np.corrcoef(drifts["mean"], logits)[0, 1] > 0.6


@needs_packages
def test_the_result_is_inference_data_and_a_file(sampled: tuple[Posterior, Recalls], tmp_path: Path) -> None:
    found, recalls = sampled
    groups = {"posterior", "sample_stats", "log_likelihood", "observed_data", "constant_data", "prior"}
    assert groups | {"prior_predictive", "posterior_predictive"} <= set(found.data.groups())
    lists = found.data["log_likelihood"]["lists"].values
    parameters = found.data["posterior"]["theta"].values[1, -1]
    expected = np.concatenate([
        memsim.log_likelihood(TCM(context_drift=drift, choice_noise=noise), recalls[recalls.trials.subject == subject])
        for (drift, noise), subject in zip(parameters, recalls.trials.subjects, strict=True)
    ])  # fmt: skip
    assert np.allclose(lists[1, -1], expected)
    found.save(tmp_path / "posterior.nc")
    again = Posterior.load(tmp_path / "posterior.nc")
    assert again.spec == found.spec and again.recalls_digest == found.recalls_digest
    assert again.data["posterior"].equals(found.data["posterior"])
    assert population_table(again).equals(population_table(found))
    (tmp_path / "other.nc").write_text("no")
    with pytest.raises(DataError, match="no posterior"):
        Posterior.load(tmp_path / "other.nc")


@needs_packages
def test_convergence_and_information_are_said_in_words(sampled: tuple[Posterior, Recalls]) -> None:
    found, _ = sampled
    convergence = convergence_of(found)
    assert isinstance(convergence, Convergence)
    assert 0.99 < convergence.r_hat < 1.2 and convergence.n_draws == 240
    said = " ".join(convergence.sentences())
    assert "R-hat is" in said and "effective" in said and "diverged" in said
    assert not convergence._replace(divergences=2).good
    assert "2 trajectories diverged" in " ".join(convergence._replace(divergences=2).sentences())
    table = information_table(found)
    assert list(table["over"]) == ["lists", "lists", "subjects", "subjects"]
    loo, waic = table[table["over"] == "lists"].set_index("criterion")["elpd"][["loo", "waic"]]
    total = found.data["log_likelihood"]["lists"].mean(("chain", "draw")).values.sum()
    assert loo == pytest.approx(waic, abs=2) and loo < total
    k_hats = table.loc[table["over"] == "subjects"].iloc[0]
    assert bool(k_hats["unsure"]) == any("over subjects" in each for each in information_sentences(table))


@needs_packages
def test_predictions_are_curves_with_bands(sampled: tuple[Posterior, Recalls]) -> None:
    found, recalls = sampled
    table = prediction_table(found, recalls)
    assert set(table["curve"]) == {"serial_position_curve", "probability_of_nth_recall", "lag_crp"}
    known = table.dropna()
    assert ((known["low"] <= known["mean"] + 1e-12) & (known["mean"] <= known["high"] + 1e-12)).all()
    curve = table[table["curve"] == "serial_position_curve"]
    assert list(curve["x"]) == list(range(1, 11))
    for figure in (
        prediction_figure(found, recalls), prediction_figure(found, recalls, "prior"), trace_figure(found),
        pair_figure(found), forest_figure(found),
    ):  # fmt: skip
        assert figure.axes
    with pytest.raises(InputError, match="not the recalls that were fitted"):
        with_predictions(found, recalls[:20])


@needs_packages
def test_the_command_writes_draws_tables_and_figures(
    sampled: tuple[Posterior, Recalls], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, recalls = sampled
    recalls[:40].to_frame().to_csv(tmp_path / "people.csv", index=False)
    arguments = [
        "posterior", "TCM", "--people", str(tmp_path / "people.csv"), "--free", "context_drift", "--draws", "20",
        "--tune", "30", "--chains", "2", "--stopping", "shared", "--priors", "context_drift=0.5:1", "--workers", "1",
        "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    assert main(arguments) == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {
        "posterior.nc",
        "population.csv",
        "people.csv",
        "information.csv",
        "trace.png",
        "prior-predictive.pdf",
    } <= written
    assert "R-hat is" in capsys.readouterr().out
    assert Posterior.load(tmp_path / "out" / "posterior.nc").spec.stopping == "shared"
    with pytest.raises(InputError, match="MEDIAN:SPREAD"):
        from memsim.commands.posterior import _priors

        _priors(["context_drift=0.5"])


def test_a_shared_stopping_rule_also_ends_what_is_predicted() -> None:
    recalls = simulate(TCM(stop_base=0.0), FreeRecall(list_length=10).trials(2000, seed=0), seed=0)
    assert ((recalls.positions > 0).sum(axis=1) == 10).all()
    hazard = np.full(21, 0.2)
    cut = _stopped_by(recalls, hazard, np.random.default_rng(0))
    numbers = (cut.positions > 0).sum(axis=1)
    assert np.mean(numbers == 0) == pytest.approx(0.2, abs=0.03)
    assert np.mean(numbers) == pytest.approx(sum(0.8**k for k in range(1, 11)), abs=0.15)


@pytest.mark.parametrize(
    "record", ["[" * 100_000, "[]", '{"format": []}', f'{{"format": "{FORMAT}", "spec": [1]}}', "{"]
)
def test_a_file_without_the_record_of_a_posterior_is_none(record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = SimpleNamespace(attrs={"memsim": record}, load=lambda: None)
    monkeypatch.setattr("memsim.bayes.result.require_packages", lambda *names: None)
    monkeypatch.setitem(sys.modules, "arviz", SimpleNamespace(from_netcdf=lambda *given, **options: data))
    with pytest.raises(DataError, match=r"mine\.nc is no posterior that memsim wrote"):
        Posterior.load("mine.nc")
