"""Calibration: ranks that are uniform, and ranks that are not."""

import re
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim.bayes.calibration import RANKS, Calibration, calibrate
from memsim.bayes.spec import PosteriorSpec
from memsim.core.errors import InputError, MemsimError
from memsim.models import SAM, TCM, UnequalVariance
from memsim.paradigms import FreeRecall
from tests.bayes.test_posterior import needs_packages

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")


def calibration_of(ranks: np.ndarray) -> Calibration:
    spec = PosteriorSpec.of(TCM(), ["context_drift"], pooled=False)
    table = pd.DataFrame({"simulation": np.arange(len(ranks)), "parameter": "context_drift", "rank": ranks})
    return Calibration(spec, table)


def test_uniform_ranks_pass_and_narrow_posteriors_do_not() -> None:
    rng = np.random.default_rng(0)
    uniform = calibration_of(rng.integers(RANKS, size=400)).summary.iloc[0]
    assert uniform["p"] > 0.01 and uniform["df"] == 19 and 0.92 < uniform["coverage"] < 0.98
    narrow = calibration_of((RANKS * rng.beta(0.4, 0.4, 400)).astype(int).clip(0, RANKS - 1))
    assert narrow.summary.iloc[0]["p"] < 1e-4 and narrow.summary.iloc[0]["coverage"] < 0.9
    assert narrow.counts("context_drift").sum() == 400 and narrow.figure().axes


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"free": ["nothing"]}, "TCM has no parameter 'nothing'"),
        ({"by": "both"}, "by='both' must be one of"),
        ({"seed": -1}, "seed=-1 must be"),
        ({"tune": "x"}, "calibrate: tune='x' must be"),
        ({"tune": 0}, "calibrate: tune=0 must be"),
        ({"model": SAM(), "training": 0}, "calibrate: training=0 must be"),
        ({"model": SAM(), "paradigm": "serial_recall"}, "SAM has no account of this task"),
        ({"paradigm": "recognition"}, "probes are judged in Recognition, and posteriors are of recalls"),
        ({"paradigm": "recall_then_recognition"}, "probes are judged in RecallThenRecognition"),
        ({"model": UnequalVariance()}, "UnequalVariance has no account of this task"),
        ({"people": 100_000, "n_trials": 1_000_000}, "n_trials=100000000000 must be at most 1,000,000"),
        ({"paradigm": FreeRecall(list_length=10_000)}, "are too many for the memory"),
        ({"workers": 0}, "workers=0 must be"),
        ({"cache": 3}, "cache: 3 is no path"),
    ],
)
def test_wrong_values_are_refused_before_packages_are_asked_for(
    wrong: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("nutpie", "sbi"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match="not installed"):
        calibrate(TCM())
    with pytest.raises(MemsimError, match=re.escape(message)):
        calibrate(**{"model": TCM(), **wrong})


@needs_packages
@pytest.mark.slow
def test_a_population_is_ranked_by_means_and_spreads() -> None:
    free = {"context_drift": (0.1, 0.9), "lapse": (0.0001, 0.25)}
    found = calibrate(
        TCM(), free, paradigm=FreeRecall(list_length=8), people=4, simulations=2, n_trials=6, tune=60, workers=1
    )
    assert found.names == ["context_drift", "lapse", "spread of context_drift"], "a lapse is common to all"
    assert found.table["rank"].between(0, RANKS - 1).all() and len(found.summary) == 3 and found.figure().axes
    with pytest.raises(InputError, match="people=3 is of a population, which has no posterior by simulation"):
        calibrate(TCM(), free, by="simulation", people=3)


@needs_packages
def test_a_posterior_of_tcm_is_calibrated() -> None:
    found = calibrate(
        TCM(), ["context_drift"], paradigm=FreeRecall(list_length=8), simulations=10, n_trials=8, tune=60, workers=1
    )
    assert set(found.table["parameter"]) == {"context_drift"} and len(found.table) == 10
    assert found.table["rank"].between(0, RANKS - 1).all()
    assert 0.2 < found.table["rank"].mean() / RANKS < 0.8
    assert np.corrcoef(found.table["true"], found.table["mean"])[0, 1] > 0.3
