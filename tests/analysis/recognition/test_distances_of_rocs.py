"""Distances between ROCs count hits and false alarms alike, wherever curves are compared."""

import numpy as np
import pandas as pd
import pytest

from memsim.analysis import (
    analyze,
    attainment,
    curve_distance,
    curve_table,
    noise_ceiling,
    root_mean_squared_difference,
)
from memsim.analysis.figures.crowds import MOST_MODELS, nearest
from memsim.analysis.points import points_of
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments
from memsim.core.prediction import Prediction
from memsim.core.probes import Probes
from memsim.core.trials import Trials
from memsim.paradigms import Recognition
from tests.analysis.recognition.test_curves import POOL


def answers(hits: list[list[int]], false_alarms: list[list[int]]) -> Judgments:
    """Ratings from 1 to 3 of four targets and four lures, of one person in each row."""
    task = Recognition(list_length=4, n_targets=4, n_lures=4, ratings=3)
    n = len(hits)
    trials = Trials([[0, 1, 2, 3]] * n, POOL, task, range(n), probes=Probes([[0, 1, 2, 3, 4, 5, 6, 7]] * n))
    return Judgments(trials, np.hstack((hits, false_alarms)))


PEOPLE = answers([[3, 3, 2, 1]], [[1, 1, 1, 2]])  # points (rating 3: 0, .5), (rating 2: .25, .75)
SAYS_OLD = answers([[3, 3, 3, 3]], [[3, 3, 3, 3]])  # both points at (1, 1)
EXPECTED = np.sqrt((0.5**2 + 0.25**2 + 1**2 + 0.75**2) / 4)


def distance(model: Prediction, people: Prediction) -> float:
    return root_mean_squared_difference(curve_table(model), curve_table(people))["roc"]


def test_known_distance() -> None:
    assert distance(SAYS_OLD, PEOPLE) == pytest.approx(EXPECTED)
    frames = analyze(SAYS_OLD, "roc"), analyze(PEOPLE, "roc")
    assert curve_distance(*frames, "rating", across="false_alarms") == pytest.approx(EXPECTED)
    assert curve_distance(*frames, "rating") == pytest.approx(np.sqrt((0.5**2 + 0.25**2) / 2)), "of hits alone"
    assert distance(PEOPLE, PEOPLE) == 0
    with pytest.raises(InputError, match="with across use metric='rmsd'"):
        curve_distance(*frames, "rating", metric="jsd", across="false_alarms")


def test_false_alarms_alone_make_a_distance() -> None:
    liberal = answers([[3, 3, 2, 1]], [[3, 3, 3, 3]])
    assert distance(liberal, PEOPLE) == pytest.approx(np.sqrt((1**2 + 0.75**2) / 4))


def test_without_lures_there_is_no_distance() -> None:
    silent = Judgments(PEOPLE.trials, np.where(np.arange(8) < 4, PEOPLE.ratings, 0))
    assert np.isnan(distance(silent, PEOPLE)) and np.isnan(distance(silent, silent))
    assert np.isnan(
        root_mean_squared_difference(curve_table(PEOPLE).drop(columns="across"), curve_table(PEOPLE))["roc"]
    ), "a table that does not hold false alarms"


def test_models_near_people_are_near_in_false_alarms_too() -> None:
    hits = [[3, 3, 2, 1]]
    frames = {"people": PEOPLE, "liberal": answers(hits, [[3, 3, 3, 3]])}
    frames |= {f"model {i}": answers([[3, 3, 3, 1]], [[1, 1, 1, 2]]) for i in range(MOST_MODELS)}
    table = pd.concat([analyze(each, "roc").assign(label=name) for name, each in frames.items()], ignore_index=True)
    table.attrs = {"analysis": "roc", "by": [], "people": ["people"]}
    assert "liberal" not in nearest([points_of(table)]), "its hits are those of people"


def test_ceiling_and_attainment_of_rocs() -> None:
    rng = np.random.default_rng(0)
    group = answers(rng.integers(1, 4, (8, 4)).tolist(), rng.integers(1, 4, (8, 4)).tolist())
    frame = analyze(group, "roc")
    hits, false_alarms = (frame.pivot(index="subject", columns="rating", values=of) for of in ("prob", "false_alarms"))
    both = pd.concat([hits, false_alarms.rename(columns=lambda rating: rating + 10)],
                     axis=1).melt(ignore_index=False, var_name="x", value_name="prob").reset_index()  # fmt: skip
    of_both = noise_ceiling(frame, "rating", n_splits=50, across="false_alarms")
    pd.testing.assert_frame_equal(of_both, noise_ceiling(both, "x", n_splits=50))
    found = attainment(analyze(SAYS_OLD, "roc"), frame, "rating", n_splits=50, across="false_alarms").iloc[0]
    mean = frame.groupby("rating")[["prob", "false_alarms"]].mean()
    assert found["distance"] == pytest.approx(np.sqrt(((mean - 1) ** 2).to_numpy().mean()))
    assert found["baseline"] == pytest.approx(np.sqrt(((mean - mean.mean()) ** 2).to_numpy().mean()))
