"""TCM-A: its race against one written out, its clock, and what it shows."""

from typing import Any

import numpy as np
import pytest

from memsim import ItemPool, Trials, event_log_probabilities, log_likelihood, score, simulate
from memsim.analysis import curve_table, probability_of_nth_recall
from memsim.core.errors import LikelihoodError
from memsim.core.loop import study
from memsim.core.seeding import stream
from memsim.models import TCM, TCMA
from memsim.models.context.race_kernels import Race, run_race
from memsim.paradigms import FreeRecall


def explicit_race(rng: np.random.Generator, race: Race, support: Any, recalled: Any) -> tuple[int, float]:
    """The race as its equation says, for one trial: the winner, or -1, and when."""
    level, elapsed = np.zeros(len(support)), 0.0
    while elapsed + race.seconds_per_step <= race.seconds:
        elapsed += race.seconds_per_step
        others = level.sum() - level
        noise = np.array([rng.standard_normal() for _ in support])
        level = level + race.rate * (support - race.decay * level - race.inhibition * others) + race.noise * noise
        level = np.maximum(level, 0)
        won = np.flatnonzero((level >= 1) & ~recalled)
        level[(level >= 1) & recalled] = 0.95
        if len(won):
            return int(won[np.argmax(level[won])]), elapsed
    return -1, elapsed


def test_race_equals_its_equation() -> None:
    race = Race(0.1, 0.174, 0.111, 0.338, 0.3, 6.0)
    support = np.random.default_rng(1).uniform(0, 1.2, (300, 5))
    recalled = np.random.default_rng(2).random((300, 5)) < 0.3
    winner, elapsed, done = np.empty(300, dtype=np.intp), np.zeros(300), np.zeros(300, dtype=bool)
    run_race(stream(3, "race"), race, support, recalled, done, elapsed, winner)
    rng = stream(3, "race")
    for trial in range(300):
        expected = explicit_race(rng, race, support[trial], recalled[trial])
        assert (winner[trial], elapsed[trial]) == (expected[0], pytest.approx(expected[1]))
    assert (winner == -1).any() and not recalled[np.arange(300)[winner >= 0], winner[winner >= 0]].any()


def test_recall_takes_time_and_ends_with_it() -> None:
    recalls = simulate(TCMA(recall_time=20), FreeRecall(list_length=8).trials(400), seed=1)
    times = recalls.times
    assert times is not None and np.array_equal(np.isnan(times), recalls.positions == 0)
    assert np.nanmax(times) <= 20 + 1e-9 and np.nanmin(times) >= 0.1
    assert (np.diff(times, axis=1)[~np.isnan(times[:, 1:])] > 0).all()
    more = simulate(TCMA(recall_time=90), FreeRecall(list_length=8).trials(400), seed=1)
    assert more.n_responses > recalls.n_responses and recalls.stopped.all()


def test_without_new_context_in_what_is_brought_back_context_evolves_as_in_tcm() -> None:
    """γ_FT = 0 leaves the item's own context, as γ to infinity does in TCM; support is that of binding before."""
    task = FreeRecall(list_length=6, retention_interval=3)
    one = study(TCMA(new_brought=0, new_support=1, primacy_scale=0), task.trials(1), stream(0, "x"))
    two = study(TCM(context_drift=0.62676, association="pre"), task.trials(1), stream(0, "x"))
    assert np.allclose(one.searching.support, two.searching.support, atol=1e-12)


def test_primacy_gradient_and_recency() -> None:
    trials = FreeRecall().trials(2000, subjects=20)
    flat, steep = (curve_table(simulate(TCMA(primacy_scale=scale), trials, seed=1)) for scale in (0.0, 19.0))
    first = [table[table["curve"] == "serial_position_curve"]["mean"].iloc[0] for table in (flat, steep)]
    assert first[1] > 1.5 * first[0]
    assert probability_of_nth_recall(simulate(TCMA(), trials, seed=1))["prob"].iloc[-1] > 0.4


def test_has_no_likelihood_and_says_so() -> None:
    recalls = simulate(TCMA(), FreeRecall(list_length=5).trials(3), seed=1)
    for ask in (log_likelihood, event_log_probabilities, score):
        with pytest.raises(LikelihoodError, match="TCMA only simulates"):
            ask(TCMA(), recalls)


def test_the_clock_counts_whole_steps() -> None:
    race = Race(0.1, 0.0, 0.0, 0.0, 0.0, 0.3)
    winner, elapsed = np.empty(1, dtype=np.intp), np.zeros(1)
    run_race(
        stream(0, "x"), race, np.zeros((1, 2)), np.zeros((1, 2), dtype=bool), np.zeros(1, dtype=bool), elapsed, winner
    )
    assert elapsed[0] == pytest.approx(0.3)


def test_no_trials() -> None:
    empty = Trials(np.zeros((0, 4)), ItemPool.numbered(4), FreeRecall(list_length=4))
    assert len(simulate(TCMA(), empty)) == 0
