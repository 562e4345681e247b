"""Analyses of people against targets that were computed from the same tables independently."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from memsim.analysis import (
    called_old,
    cued_intrusions_by_lag,
    cued_intrusions_by_list,
    cued_recall_by_direction,
    cued_recall_by_lag,
    cued_recall_by_position,
    cued_recall_responses,
    detection_measures,
    false_alarms_by_test_position,
    fit_ratings,
    hits_by_list,
    hits_by_serial_position,
    hits_by_test_position,
    recall_recognition_contingency,
    recollection,
    roc,
    yules_q,
    zroc_slope,
)
from memsim.analysis.recognition.counts import rating_counts
from memsim.core.judgments import Judgments
from tests.analysis.human_recognition import (
    human,
    judged,
    judged_pairs,
    over_people,
    pairs_of,
    peers_sessions,
    target,
)


def agree(found: Sequence[npt.ArrayLike], targets: Sequence[npt.ArrayLike]) -> None:
    """Equal to the five decimals of the targets."""
    for mine, theirs in zip(found, targets, strict=True):
        assert np.asarray(mine, dtype=float) == pytest.approx(np.asarray(theirs, dtype=float), abs=0.7e-5, nan_ok=True)


def rows_of(name: str, dataset: str = "") -> pd.DataFrame:
    table = target(name)
    return (table[table["dataset"] == dataset] if dataset else table).set_index("cond")


def check_detection(answers: Judgments, ratings: Judgments, row: pd.Series, *, counted: bool = True) -> None:
    """Rates, d', c and the area; means of the fine fits, how many there are, and the fit to pooled counts."""
    measures = over_people(detection_measures(answers), "measure", "value").set_index("measure")
    for mine, theirs in (("hits", "hit"), ("false alarms", "fa"), ("d'", "dprime"), ("c", "c")):
        agree(measures.loc[mine, ["mean", "sem"]], row[[theirs, f"{theirs}_sem"]])
    area = over_people(detection_measures(ratings), "measure", "value").set_index("measure").loc["area"]
    agree(area[["mean", "sem"]], row[["auc", "auc_sem"]])
    pooled = fit_ratings(rating_counts(ratings).sum(axis=0)[None])
    assert pooled.parameters["mu"][0] == pytest.approx(row["mu_pooled"], abs=5e-5)
    assert pooled.parameters["sigma"][0] == pytest.approx(row["sigma_pooled"], abs=5e-5)
    assert -pooled.log_likelihood[0] == pytest.approx(row["nll_pooled"], abs=2e-5)
    if not counted:
        return
    fits = zroc_slope(ratings)
    fine = fits[fits["fit"] == "fine"]
    assert (len(fine), (fits["fit"] == "at a bound").sum()) == (row["n_fit_ok"], row["n_fit_at_bound"])
    for mine, theirs in (("mu", "mu"), ("sigma", "sigma"), ("slope", "zroc_slope"), ("d_a", "da")):
        assert fine[mine].mean() == pytest.approx(row[theirs], abs=2e-5)
        assert fine[mine].sem() == pytest.approx(row[f"{theirs}_sem"], abs=2e-5)
    assert fits["slope"].median() == pytest.approx(row["zroc_slope_median"], abs=2e-5)


CONDITIONS = ("all", "e1_all", "e2_all", "e3_all", "e1_task_size", "e1_recalled", "e1_ffr")


@pytest.mark.slow
@pytest.mark.parametrize("condition", CONDITIONS)
def test_peers_detection(condition: str) -> None:
    frame = peers_sessions()
    first, old = frame["experiment"] == 1, frame["old"] == 1
    which = {
        "all": frame["experiment"] > 0, "e1_all": first, "e2_all": frame["experiment"] == 2,
        "e3_all": frame["experiment"] == 3, "e1_task_size": first & (~old | (frame["task"] == "size")),
        "e1_recalled": first & (~old | (frame["initial_output"] > 0)), "e1_ffr": first & (frame["ffr"] == 1),
    }[condition]  # fmt: skip
    part = frame[which]
    row = rows_of("peers_recognition_sdt").loc[condition]
    check_detection(judged(part, "answer", 2, 256, 16), judged(part, "rating", 10, 256, 16), row)


@pytest.mark.slow
@pytest.mark.parametrize("condition", ["e1", "e2", "e3", "e1_no_ffr"])
def test_peers_positions_and_contingency(condition: str) -> None:
    frame = peers_sessions()
    part = frame[frame["experiment"] == int(condition[1])]
    people = judged(part[part["ffr"] == 0] if "ffr" in condition else part, "answer", 2, 256, 16, "initial_output")
    rows = rows_of("peers_recognition_position").loc[condition]
    for by, analysis in (("position", hits_by_serial_position), ("list", hits_by_list)):
        for initial, recalled in (("all", None), ("recalled", True), ("not_recalled", False)):
            wanted = rows[(rows["by"] == by) & (rows["initial"] == initial)].set_index("value")
            found = analysis(people, recalled=recalled)
            points = over_people(found, by).set_index(by).reindex(wanted.index)
            agree([points["mean"], points["sem"]], [wanted["hit"], wanted["hit_sem"]])
            assert found["possible"].sum() == wanted["n_trials"].sum()
    row = rows_of("peers_recall_recognition").loc["e1_all" if condition == "e1" else condition]
    found = recall_recognition_contingency(people)
    table = found[["both", "recalled_only", "recognised_only", "neither"]].sum()
    assert table.tolist() == row[["recalled_hit", "recalled_miss", "unrecalled_hit", "unrecalled_miss"]].tolist()
    given = found["p_recognised_given_recalled"]
    agree(
        [found["p_recalled"].mean(), found["p_recognised"].mean(), given.mean(), given.sem(), yules_q(table)],
        [row["p_recall"], row["p_hit"], row["p_hit_given_recalled"], row["sem_rec"], row["yule_q_pooled"]],
    )
    if condition == "e1":
        blocks = rows_of("peers_recognition_block").loc["e1"].set_index(["stimulus", "block"])
        for stimulus, analysis_of in (("new", false_alarms_by_test_position), ("old", hits_by_test_position)):
            points = over_people(analysis_of(people, block=20), "position")
            points.index = pd.Index(((points["position"] - 10.5) / 20 + 1).astype(int))  # the middle of a block of 20
            points = points.reindex(blocks.loc[stimulus].index)
            agree([points["mean"], points["sem"]], [blocks.loc[stimulus, "p_old"], blocks.loc[stimulus, "sem"]])


@pytest.mark.slow
def test_peers_landmarks() -> None:
    """Means of the fits, the ROC and the contingency of all sessions."""
    people = judged(peers_sessions(), "rating", 10, 256, 16, "initial_output")
    dual, unequal = recollection(people), zroc_slope(people)
    agree_to_three = [
        (dual["recollection"].mean(), 0.453), (dual["recollection"].sem(), 0.033), (dual["d_prime"].mean(), 1.601),
        (dual["d_prime"].sem(), 0.076), (unequal["mu"].mean(), 2.953), (unequal["slope"].mean(), 0.652),
        (recall_recognition_contingency(people)["q_raw"].mean(), 0.670),
    ]  # fmt: skip
    for mine, theirs in agree_to_three:
        assert mine == pytest.approx(theirs, abs=6e-4)
    better = unequal["log_likelihood"] - dual["log_likelihood"]
    assert (better > 0).sum() == 58 and better.mean() == pytest.approx(23.2, abs=0.06)
    rows = target("peers_recognition_roc")
    rows = rows[rows["cond"] == "all"].set_index("rating_at_least").loc[10:2]
    found = roc(people)
    for value, name in (("prob", "hit"), ("false_alarms", "fa")):
        points = over_people(found, "rating", value).set_index("rating").reindex(rows.index)
        agree([points["mean"], points["sem"]], [rows[f"{name}_mean"], rows[f"{name}_sem"]])


SETS = {
    "kantner2012_e1": ("word", "word_cycle1", "word_cycle2"), "kantner2012_e2": ("word", "word_cycle1", "word_cycle2"),
    "kantner2012_e3": ("painting", "word"), "kantner2010": ("word", "small_feedback", "big_no_feedback"),
    "kantner2014_e2": ("face", "word"), "fallow_unpub_1": ("face", "painting", "word"),
}  # fmt: skip


@pytest.mark.parametrize(("dataset", "condition"), [(name, each) for name, some in SETS.items() for each in some])
def test_ratings_of_confidence(dataset: str, condition: str) -> None:
    frame = human("recognition_confidence_dev")
    part = frame[frame["dataset"] == dataset]
    if "feedback" in condition:
        part = part[part["condition"] == condition.replace("_no_", ", no ").replace("_", ", ")]
    else:
        part = part[part["stimulus_type"] == condition.split("_")[0]]
    if "cycle" in condition:
        part = part[part["cycle"] == int(condition[-1])]
    part = part.assign(label=part["cycle"].astype(str) + part["stimulus_type"], answer=part["response"] + 1)
    row = rows_of("recognition_confidence_sdt", dataset).loc[condition]
    assert len(part) == row["n_trials"]
    # Ratings of one person (words of kantner2014_e2) do not overlap: an infinite mean, which the target counts as fine.
    counted = (dataset, condition) != ("kantner2014_e2", "word")
    check_detection(judged(part, "answer", 2), judged(part, "rating", 6), row, counted=counted)


@pytest.mark.parametrize("frequency", ["high", "low"])
def test_continuous_recognition(frequency: str) -> None:
    """Fits are not compared: the target says that slopes of single people are not identified."""
    frame = human("reder2000_continuous_recognition_dev")
    part = frame[(frame["word_freq"] == frequency) & frame["presentation"].isin([1, 2])]
    part = part.assign(label=1, rating=part["response"].map({"new": 1, "know": 2, "remember": 3}).fillna(0))
    people = judged(part, "rating", 3)
    row = rows_of("reder2000_sdt").loc[f"{frequency}_presentation2_vs_new"]
    check_detection(people, people, row, counted=False)
    row = rows_of("remember_know").loc[f"{frequency}_presentation2"]
    points = over_people(roc(people), "rating").set_index("rating")
    agree([points.loc[3, ["mean", "sem"]]], [row[["p_remember", "sem_remember"]]])


def test_remember_and_know() -> None:
    frame = human("diana2006_recognition_dev")
    frame = frame[frame["phase"] == "test"]
    rating = frame["response"].map({"new": 1, "familiar": 2, "remember": 3}).fillna(0)
    people = judged(frame.assign(label=1, rating=rating), "rating", 3)
    for kind, value in (("old", "prob"), ("new", "false_alarms")):
        row = rows_of("remember_know", "diana2006_e1").loc[kind]
        points = over_people(roc(people), "rating", value).set_index("rating")
        agree(points.loc[3, ["mean", "sem"]], row[["p_remember", "sem_remember"]])
        agree(points.loc[2, ["mean", "sem"]], row[["p_old", "sem_old"]])


def test_associative_recognition() -> None:
    people = judged_pairs(human("buchler2008_associative_recognition_dev"))
    found = called_old(people, label="condition")
    # Two words of a few new pairs happened to be studied elsewhere, so that their kind is another.
    found["cond"] = found["probe"].str.extract(r"\((.*)\)")[0]
    sums = found.groupby(["subject", "cond"], as_index=False)[["actual", "possible"]].sum()
    points = over_people(sums.assign(prob=sums["actual"] / sums["possible"]), "cond").set_index("cond")
    rows = rows_of("associative_recognition").loc[points.index]
    assert len(rows) == 14
    agree([points["mean"], points["sem"]], [rows["p_intact_response"], rows["sem_intact"]])


@pytest.mark.parametrize("dataset", ["criss2011_e1", "criss2011_e2", "criss2011_e3"])
def test_cued_recall(dataset: str) -> None:
    frame = human("criss2011_cued_recall_dev")
    part = frame[frame["dataset"] == dataset]
    part = part.assign(
        label=part["list"], first=part["cue"], second=part["target"], forward=True, said=part["response"],
        test=part["test_position"],
    )  # fmt: skip
    n_pairs = int(part["study_position"].max())
    people = pairs_of(part, n_pairs)
    rows = rows_of("cued_recall", dataset)
    kinds = over_people(cued_recall_responses(people), "response").set_index("response")
    agree([kinds.loc["none", ["mean", "sem"]]], [rows.loc["all", ["p_none", "sem_none"]]])
    agree([kinds.loc["correct", ["mean", "sem"]]], [rows.loc["all", ["p_correct", "sem_correct"]]])
    points = over_people(cued_recall_by_position(people), "position")
    wanted = rows.loc[[f"study_position_{position}" for position in range(1, n_pairs + 1)]]
    agree([points["mean"], points["sem"]], [wanted["p_correct"], wanted["sem_correct"]])
    if dataset != "criss2011_e1":
        agree([kinds.loc["cue", "mean"]], [rows.loc["error_own_cue", "p_incorrect"]])


@pytest.mark.parametrize("dataset", ["aue2017_e1", "aue2017_e2", "aue2017_e4"])
def test_cued_recall_after_another_list(dataset: str) -> None:
    frame = human("aue2017_cued_recall_dev")
    frame = frame[frame["dataset"] == dataset]
    frame = frame.assign(
        label=1, first="cue " + frame["cue"].astype(str), second=frame["target"], forward=True,
        said=frame["response"], test=frame["test_position"],
    )  # fmt: skip
    for condition, part in (("all", frame), *frame.groupby("condition")):
        found = cued_recall_responses(pairs_of(part, int(frame["study_position"].max())))
        kinds = over_people(found, "response").set_index("response")
        row = rows_of("cued_recall", dataset).loc[condition]
        agree([kinds.loc["correct", ["mean", "sem"]]], [row[["p_correct", "sem_correct"]]])
        agree([kinds.loc["none", ["mean", "sem"]]], [row[["p_none", "sem_none"]]])


def test_paired_associates() -> None:
    frame = human("pal1_dev")
    frame = frame.assign(
        label=frame["session"] * 100 + frame["list"], first=frame["study_1"], second=frame["study_2"],
        forward=frame["direction"] == "forward", said=frame["response"], test=frame["probe_order"],
    )  # fmt: skip
    short = frame["subject"] == "R1238N"  # fifty lists of three pairs
    people = [pairs_of(frame[~short], 6), pairs_of(frame[short], 3)]

    def points(analysis: object, by: str, some: slice = slice(None), **options: object) -> pd.DataFrame:
        frames = [analysis(each, **options) for each in people[some]]
        return over_people(pd.concat(frames, ignore_index=True), by).set_index(by)

    rows = target("pal_accuracy").set_index(["by", "value"])
    kinds = points(cued_recall_responses, "response")
    row = rows.loc[("all", "all")]
    agree([kinds.loc["correct", ["mean", "sem"]]], [row[["p_correct", "sem_correct"]]])
    agree([kinds.loc["none", "mean"]], [row["p_none"] + row["p_pass"] + 0.5e-5])
    for by, analysis, column in (
        ("study_position", cued_recall_by_position, "position"),
        ("direction", cued_recall_by_direction, "direction"),
    ):
        found = points(analysis, column)
        wanted = rows.loc[by].reindex(found.index.astype(str))
        agree([found["mean"], found["sem"]], [wanted["p_correct"], wanted["sem_correct"]])
    # The target takes lists of three pairs as lists of six; at the ends only those of six have these lags.
    lags, wanted = points(cued_recall_by_lag, "lag"), rows.loc["pairs_between_study_and_test"]
    agree(lags.loc[[1, 9], "mean"], wanted.loc[["1", "9"], "p_correct"])
    errors = target("pal_intrusions")
    overall = errors[errors["lag"] == "all"].set_index("intrusion_type")
    for mine, theirs in (("same_list", "same_list"), ("prior_list", "prior_list"), ("cue", "probe")):
        agree(kinds.loc[mine, ["mean", "sem"]], overall.loc[theirs, ["rate_per_probe", "sem"]])
    outside = overall.loc[["extra", "prior_session"], "rate_per_probe"].sum()
    assert kinds.loc["extra_list", "mean"] == pytest.approx(outside, abs=2e-5)
    by_list = errors[(errors["intrusion_type"] == "prior_list") & (errors["lag"] != "all")]
    # Sessions whose first list was not kept have one list fewer before each here.
    found = points(cued_intrusions_by_list, "list_lag", max_lag=10)["mean"]
    assert found.to_numpy() == pytest.approx(by_list["rate_per_probe"].to_numpy(), abs=5e-5)
    by_distance = errors[errors["intrusion_type"] == "same_list_distance"]
    by_distance = by_distance.set_index(by_distance["lag"].astype(int)).loc[-5:-1]
    found = points(cued_intrusions_by_lag, "lag", per="cue").loc[-5:-1]
    agree([found["mean"], found["sem"]], [by_distance["rate_per_probe"], by_distance["sem"]])
