"""The long table of judgments: what is read, from files as well, and what is refused."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd
import pytest

from memsim import ItemPool, Judgments, Normal, OldnessScale, Probes, Recalls, Trials, log_likelihood, simulate
from memsim.core.errors import DataWarning, InputError
from memsim.core.origin import Observed
from memsim.core.recall_parts import joined
from memsim.data import load_recalls
from memsim.data.loading import load_responses
from memsim.models import MINERVA2
from memsim.models.recognition.signal_detection import UnequalVariance
from memsim.paradigms import (
    AssociativeRecognition,
    ContinuousRecognition,
    CuedRecall,
    FreeRecall,
    FrequencyJudgment,
    RecallThenRecognition,
    Recognition,
)
from memsim.running.digests import digest

ROWS: list[tuple[Any, ...]] = [
    ("s1", 1, "study", 1, "owl", np.nan),
    ("s1", 1, "study", 2, "fox", np.nan),
    ("s1", 1, "test", 1, "Fox", 4),
    ("s1", 1, "test", 2, "cat", 1),
    ("s1", 2, "study", 1, "cat", np.nan),
    ("s1", 2, "study", 2, "dog", np.nan),
    ("s1", 2, "test", 1, "owl", np.nan),
]
TABLE = pd.DataFrame(ROWS, columns=["subject", "list", "trial_type", "position", "item", "rating"])


def test_a_table_of_people() -> None:
    judgments = Judgments.from_frame(TABLE, paradigm=Recognition, ratings=4)
    assert judgments.ratings.tolist() == [[4, 1], [0, 0]] and judgments.times is None
    assert judgments.trials.probe_kinds.tolist() == [["target", "lure"], ["lure", ""]]
    assert judgments.trials.units_of_probes[:, :, 0].tolist() == [[1, 2], [2, -1]]
    task = judgments.trials.paradigm
    assert isinstance(task, Recognition) and (task.targets, task.lures, task.n_ratings) == (1, 1, 4)
    assert digest(Judgments.from_frame(judgments.to_frame(), paradigm=task)) == digest(judgments)
    assert digest(Judgments.from_frame(judgments.to_frame(), paradigm=Recognition)) == digest(judgments)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda t: t, {"ratings": None}, "does not say how many ratings the scale has"),
        (lambda t: t, {"ratings": 3}, "the rating 4 in row 2 is off the scale, which goes from 1 to 3"),
        (lambda t: t.assign(scale=5), {}, "ratings=4, but the column 'scale' says 5"),
        (
            lambda t: t.assign(scale=5),
            {"paradigm": Recognition(list_length=2, n_targets=1), "ratings": None},
            "the scale has 5",
        ),
        (lambda t: t[t["trial_type"] != "test"], {}, "no row with the trial_type 'test'"),
        (lambda t: t[t["trial_type"] != "study"], {}, "no study rows"),
        (lambda t: t.drop(columns="rating"), {}, "lacks the column 'rating'"),
        (lambda t: t.assign(rating=1.5), {}, "the rating 1.5 in row 2 is not a whole number"),
        (lambda t: t.assign(rating=t["rating"] - 1), {}, "the rating 0 in row 3: ratings count from 1"),
        (lambda t: t.assign(rating=t["rating"] - 5), {}, "the rating -1 in row 2 is off the scale"),
        (lambda t: t.assign(time=np.inf), {}, "the time in row 2 is infinite"),
        (lambda t: t.assign(time=-3.0), {}, "the time in row 2 is -3, and seconds from the probe are at least 0"),
        (lambda t: t, {"labels": ["rating"]}, "labels='rating': this column of the table is read as what it is"),
        (lambda t: t.drop(index=5), {}, "give list_length= one of them, which leaves the others out"),
        (
            lambda t: t.assign(kind=["", "", "target", "target", "", "", "odd"]),
            {},
            "the kind in row 3 is 'target', but by its items the probe is 'lure'",
        ),
        (lambda t: t, {"paradigm": FreeRecall}, "nothing is judged in FreeRecall; .* --paradigm recognition "),
        (lambda t: t, {"paradigm": CuedRecall(2)}, "nothing is judged in CuedRecall"),
        (lambda t: t.assign(position=[1, 2, 1, 3, 1, 2, 1]), {}, "test positions are not 1 to 2"),
        (lambda t: t.assign(kind="target"), {}, "the kind in row 3 is 'target', but by its items the probe is 'lure'"),
        (lambda t: t.assign(item=[*t["item"][:-1], None]), {}, "no item in test row 6"),
        (lambda t: t.assign(about=-2), {}, "about -2 in row 2 is no number of a list"),
        (lambda t: t.replace({"trial_type": {"test": "recall"}}), {}, "no row with the trial_type 'test'"),
        (lambda t: t, {"labels": ["how"]}, r"lacks the column\(s\) how"),
        (lambda t: t, {"paradigm": FrequencyJudgment}, "does not say which lists and frequencies"),
        (lambda t: t, {"paradigm": ContinuousRecognition}, "2 probes in a sequence of 2|each presentation"),
        (lambda t: t, {"pool": ItemPool(["owl", "fox", "cat"])}, "'dog' is not in the pool"),
    ],
)
def test_what_is_refused(change: Any, options: dict[str, Any], message: str) -> None:
    if options.get("paradigm") is ContinuousRecognition:
        change = lambda t: t[t["position"] < 2]  # noqa: E731
        message = "cannot|1 probes|list_length"
    with pytest.raises(InputError, match=message):
        Judgments.from_frame(change(TABLE), **{"paradigm": Recognition, "ratings": 4, **options})


def test_what_was_not_answered_is_counted(tmp_path: Path) -> None:
    timed = TABLE.assign(time=[np.nan, np.nan, 1.5, 2.0, np.nan, np.nan, 9.0])
    judgments = Judgments.from_frame(timed, paradigm=Recognition, ratings=4)
    assert isinstance(judgments.origin, Observed)
    assert judgments.origin.details == {"answers_left_out": 1, "times_without_response": 1}
    assert judgments.times is not None and judgments.times[0].tolist() == [1.5, 2.0] and np.isnan(judgments.times[1, 0])
    timed.to_csv(path := tmp_path / "people.csv", index=False)
    with pytest.warns(DataWarning, match="left out: 1 probe without an answer; kept with doubt: 1 time where there is"):
        load_responses(path, ratings=4)
    whole = Judgments.from_frame(TABLE[:-1], paradigm=Recognition, ratings=4)
    assert isinstance(whole.origin, Observed) and not whole.origin.details


@pytest.mark.parametrize("lowest", [1, 0])
def test_yes_and_no_of_zero_and_one_are_refused_and_of_one_and_two_are_read(lowest: int, tmp_path: Path) -> None:
    """Hits 1/1 and false alarms 0/1: codes from 0 were once read as no answer and no."""
    table = TABLE[TABLE["list"] == 1].assign(rating=[np.nan, np.nan, lowest + 1, lowest])
    table.to_csv(path := tmp_path / "people.csv", index=False)
    if lowest == 0:
        with pytest.raises(InputError, match="people.csv: the rating 0 in line 5: ratings count from 1"):
            load_responses(path, ratings=2)
    else:
        found = load_responses(path, ratings=2)
        assert isinstance(found, Judgments) and found.called_old.tolist() == [[True, False]]


def test_kinds_in_other_words_are_not_compared() -> None:
    with pytest.warns(DataWarning, match="'kind' holds old in 3 of 3 test rows, which are not compared"):
        Judgments.from_frame(TABLE.assign(kind="old"), paradigm=Recognition, ratings=4)
    with pytest.warns(DataWarning, match="'kind' holds new in 1 of 3 test rows"):  # of pairs alone it is a word
        Judgments.from_frame(
            TABLE.assign(kind=[None, None, "target", "new", None, None, None]), paradigm=Recognition, ratings=4
        )
    empty = TABLE.assign(kind=[None, None, "target", "", None, None, "lure"])
    Judgments.from_frame(empty, paradigm=Recognition, ratings=4)


def test_judgments_and_recalls_are_told_apart() -> None:
    judgments = Judgments.from_frame(TABLE, paradigm=Recognition, ratings=4)
    with pytest.raises(InputError, match=r"read its table by memsim.Judgments.from_frame"):
        Recalls.from_frame(judgments.to_frame(), paradigm=judgments.trials.paradigm)
    with pytest.raises(InputError, match="recalls and judgments cannot be joined"):
        joined(cast(Any, [judgments, Recalls.from_matrix([[1, 2]], 2)]))
    assert judgments.trials.probes is not None
    with pytest.raises(InputError, match="different labels"):
        labelled = replace(judgments.trials.probes, labels={"how": np.full((2, 2), "x")})
        joined([judgments, replace(judgments, trials=replace(judgments.trials, probes=labelled))])


def test_of_labels_that_are_text_a_missing_one_is_empty() -> None:
    probes = Probes([[0, 1]], labels={"how": np.array([["x", None]], dtype=object), "far": np.array([[1, 2]])})
    assert probes.labels["how"].tolist() == [["x", ""]] and probes.labels["far"].dtype.kind == "i"


@dataclass(frozen=True)
class RecallsAndJudges(OldnessScale):
    """Recalls items in any order, and judges by whether they were studied."""

    probes: ClassVar[tuple[str, ...]] = ("item",)

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return np.ones((len(trials), trials.list_length + 1))

    def study(self, state: Any, position: int) -> Any:
        return state

    def outcome_probabilities(self, state: Any) -> Any:
        return state / state.sum(axis=1, keepdims=True)

    def recalled(self, state: Any, position: Any) -> Any:
        at = np.flatnonzero(position < state.shape[1] - 1)
        state[at, position[at]] = 0
        return state

    def familiarity(self, state: Any, probe: Any) -> Any:
        return Normal((probe.positions[:, 0] >= 0) * 2.0, 1.0)


def answered(task: Any, seed: int = 1) -> Judgments:
    pool = ItemPool([f"word {i}" for i in range(60)], categories=np.array(["animal", "tool"] * 30))
    trials = task.trials(6, seed, pool=pool, subjects=3)
    trials = replace(trials, conditions={"room": np.array(["x", "y"] * 3)}, session=np.array([1, 2] * 3))
    if task.judged == "pair":
        ratings = np.random.default_rng(0).integers(1, task.n_ratings + 1, (6, task.n_probes))
        return Judgments(trials, ratings, ratings / 4)
    model: Any = RecallsAndJudges() if task.cue else MINERVA2() if task.asks_about_lists else UnequalVariance()
    judgments = simulate(model, trials, seed)
    if judgments.recalls is not None:
        positions = judgments.recalls.positions
        recalls = replace(judgments.recalls, intruders=np.full(positions.shape, -1))
        return replace(judgments, times=judgments.ratings / 8, recalls=recalls)
    return replace(judgments, times=judgments.ratings / 8)


@pytest.mark.parametrize(
    "task",
    [
        Recognition(list_length=8, n_targets=4, n_lures=6, ratings=6),
        Recognition(list_length=12, strength="mixed", repetitions=2),
        RecallThenRecognition(list_length=6, ratings=4, recognition_delay=3),
        ContinuousRecognition(list_length=12, lags=(0, 2), ratings=4),
        AssociativeRecognition(list_length=16, n_intact=2, n_rearranged=2, n_half=3, n_new=2, ratings=4),
        FrequencyJudgment(list_length=42),
    ],
    ids=lambda task: type(task).__name__,
)
def test_files_hold_all_that_tables_hold(task: Any, tmp_path: Path) -> None:
    judgments = answered(task)
    probes = judgments.trials.probes
    assert probes is not None
    options: dict[str, Any] = {"conditions": ["room"], "category": "category", "labels": list(probes.labels)}
    frame = judgments.to_frame()
    read = Judgments.from_frame(frame, paradigm=task, **options)
    assert digest(Judgments.from_frame(read.to_frame(), paradigm=task, **options)) == digest(read)
    assert np.array_equal(read.ratings, judgments.ratings) and np.array_equal(read.times, judgments.times)
    assert np.array_equal(read.trials.probe_kinds, judgments.trials.probe_kinds)
    assert read.trials.pool.categories is not None and read.trials.probes is not None
    for one, other in ((read.trials.items, judgments.trials.items), (read.trials.probes.items, probes.items)):
        for name in ("labels", "categories"):
            here, there = getattr(read.trials.pool, name), getattr(judgments.trials.pool, name)
            assert np.array_equal(here[one], there[other])
    path = tmp_path / "judgments.csv"
    frame.to_csv(path, index=False)
    loaded = load_responses(path, paradigm=task, **options)
    assert isinstance(loaded, Judgments) and digest(loaded) == digest(read)
    with pytest.raises(InputError, match=r"expected memsim.Recalls, got Judgments"):
        load_recalls(path, paradigm=task, **options)
    if not isinstance(task, FrequencyJudgment):
        guessed = load_responses(path, **options, **({"paradigm": type(task)} if "Continuous" in str(task) else {}))
        assert isinstance(guessed, Judgments) and np.array_equal(guessed.ratings, read.ratings)
        assert type(guessed.trials.paradigm) is type(task)


def test_recall_before_recognition_is_scored_and_kept() -> None:
    judgments = answered(RecallThenRecognition(list_length=6, ratings=4))
    assert judgments.recalls is not None and judgments.recalls.trials is judgments.trials
    likelihood = log_likelihood(RecallsAndJudges(), judgments)
    alone = log_likelihood(RecallsAndJudges(), judgments.recalls)
    assert np.isfinite(likelihood).all() and (likelihood < alone).all()
    read = Judgments.from_frame(judgments.to_frame(), paradigm=judgments.trials.paradigm)
    assert read.recalls is not None and np.array_equal(read.recalls.positions, judgments.recalls.positions)
    assert log_likelihood(RecallsAndJudges(), read) == pytest.approx(likelihood)


@pytest.mark.filterwarnings("ignore:.*1 probe without an answer")
def test_options_of_judgments_and_of_recalls(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    TABLE.to_csv(path, index=False)
    assert load_responses(path, ratings=4).trials.paradigm.n_ratings == 4
    with pytest.raises(InputError, match="does not say how many ratings"):
        load_responses(path)
    with pytest.raises(InputError, match="output_limit is for recalls"):
        load_responses(path, ratings=4, output_limit=3)
    TABLE[TABLE["trial_type"] == "study"].drop(columns="rating").to_csv(path, index=False)
    with pytest.raises(InputError, match="ratings=4 is for judgments"):
        load_responses(path, ratings=4)
    TABLE.rename(columns={"rating": "confidence"}).to_csv(path, index=False)
    for options in ({"ratings": 4}, {"paradigm": "recognition"}, {}):
        with pytest.raises(InputError, match=r"people.csv.* 'rating'.* as in rating=confidence"):
            load_responses(path, **options)
    assert load_responses(path, ratings=4, columns={"rating": "confidence"}).trials.paradigm.n_ratings == 4
    TABLE.assign(rating=TABLE["rating"] + 6).to_csv(path, index=False)
    with pytest.raises(InputError, match="the rating 10 in line 4 is off the scale, which goes from 1 to 4"):
        load_responses(path, ratings=4)


def test_numbers_as_items_and_empty_sides() -> None:
    task = CuedRecall(list_length=4)
    trials = Trials([[7, 3, 5, 1]], ItemPool(np.arange(10, 20)), task, probes=Probes(np.array([[[7, -1], [5, -1]]])))
    frame = Recalls(trials, [[2, 4]]).to_frame()
    assert frame["item_2"].isna().all() and frame["item"].tolist() == [17, 13, 15, 11, 13, 11, 17, 15]
    read = Recalls.from_frame(frame, paradigm=CuedRecall)
    assert read.trials.pool.labels.tolist() == [17, 13, 15, 11] and read.is_correct.all()
