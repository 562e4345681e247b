"""Intrusions and repetitions, the end of recall, latencies, and lists that repeat items."""

import numpy as np
import pandas as pd
import pytest
from psifr import fr

from memsim import ItemPool, Recalls, Trials, load_dataset, simulate
from memsim.analysis import (
    analyze,
    edge_indices,
    error_rates,
    lag_rank,
    latency_by_lag,
    mean_over_subjects,
    prior_list_intrusions,
    probability_of_nth_recall,
    recall_raster,
    repetition_effect,
    response_latency,
    serial_position_curve,
    spacing_effect,
    stopping_by_response,
    stopping_by_time,
    stopping_probability,
)
from memsim.core.errors import InputError
from memsim.models import StartEnd
from memsim.paradigms import FreeRecall, SerialRecall
from tests.conftest import shared_file


def human(name: str) -> pd.DataFrame:
    """Trial-level data that are not in the repository, because they have no licence."""
    return pd.read_csv(shared_file(f"data/human/{name}.csv"))


def target(name: str, dataset: str, condition: str) -> pd.DataFrame:
    table = pd.read_csv(shared_file(f"data/targets/free_recall_{name}.csv"))
    return table[(table["dataset"] == dataset) & (table["cond"] == condition)]


@pytest.fixture(scope="module")
def okada() -> Recalls:
    """Murdock & Okada (1970), with times; an interval of 0 was not recorded."""
    table = human("murdockokada1970")
    matrix = table.filter(regex=r"^r\d+$").to_numpy()
    intervals = table.filter(regex=r"^irt\d+$").to_numpy()
    times = np.where(intervals == 0, np.nan, np.nancumsum(intervals, axis=1))
    times[matrix == 0] = np.nan
    return Recalls.from_matrix(matrix, 20, subject=table["subject"], list=table["list"], times=times)


@pytest.fixture(scope="module")
def spaced() -> dict[str, Recalls]:
    """Kahana & Howard (2005): thirty items, three times each."""
    table = human("howardkahana2005")
    conditions = {}
    for condition, rows in table[table["practice"] == 0].groupby("condition"):
        items = np.array([text.split() for text in rows["presentation"]], dtype=int) - 1
        trials = Trials(items, ItemPool.numbered(30), FreeRecall(list_length=90), subject=rows["subject"].to_numpy())
        given = [np.array(str(text).split(), dtype=int) for text in rows["recalls"].fillna("")]
        positions = np.zeros((len(rows), max(map(len, given))), dtype=int)
        for row, (responses, shown) in enumerate(zip(given, items, strict=True)):
            at = [-1 if item < 1 else np.argmax(shown == item - 1) + 1 for item in responses]
            positions[row, : len(at)] = at
        conditions[str(condition)] = Recalls(trials, positions)
    return conditions


def test_prior_list_intrusions_as_psifr() -> None:
    table = fr.sample_data("Morton2013")
    table["item"] = table["item"].str.split().str.join(" ")  # "BLUE  MOSQUE", which psifr does not take for the same
    found = prior_list_intrusions(Recalls.from_frame(table), 3, across_sessions=True)
    theirs = fr.pli_list_lag(fr.merge_free_recall(table), 3)
    twice = (found["subject"] == 23) & (found["list_lag"] == 2)  # a chair, studied one and two lists before
    assert (theirs["count"] - found["actual"]).tolist() == twice.astype(int).tolist()
    responses = table[(table["trial_type"] == "recall") & (table["list"] > 3)]
    studied = table.loc[table["trial_type"] == "study", ["subject", "list", "item"]].assign(studied=True)
    alien = responses.merge(studied, how="left", on=["subject", "list", "item"])["studied"].isna()
    total = alien.groupby(responses["subject"].to_numpy()).sum()
    assert found["possible"].tolist() == np.repeat(total.to_numpy(), 3).tolist()
    assert found["per_list"][~twice].to_numpy() == pytest.approx(theirs["per_list"][~twice].to_numpy(), abs=1e-12)


def test_kinds_of_errors_by_hand() -> None:
    """Three lists of two items; the third has intrusions from the first, the second, no list, and one not recorded."""
    pool = ItemPool(np.array(list("abcdefg")))
    trials = Trials([[0, 1], [2, 3], [4, 5]], pool, FreeRecall(list_length=2), subject=[7, 7, 7], list=[11, 12, 14])
    positions = [[1, -1, 0, 0, 0], [1, 1, 0, 0, 0], [-1, -1, -1, -1, 2]]
    intruders = [[-1, 4, -1, -1, -1], [-1] * 5, [0, 2, 6, -1, -1]]
    recalls = Recalls(trials, positions, intruders=intruders)
    table = error_rates(recalls).set_index("kind")
    # "e" intrudes in the first list and is studied only later, so it is not from an earlier list.
    assert table["total"].to_dict() == {"prior_list": 2, "extra_list": 2, "unknown": 1, "repetition": 1}
    assert table["per_list"]["prior_list"] == pytest.approx(2 / 3) and (table["count"] == 3).all()
    lags = prior_list_intrusions(recalls, 3).set_index("list_lag")
    assert lags["actual"].tolist() == [0, 1, 1] and (lags["possible"] == 4).all() and (lags["lists"] == 1).all()
    unknown = Recalls(trials, positions)
    assert error_rates(unknown).set_index("kind")["total"]["unknown"] == 5
    with pytest.raises(InputError, match="do not say which words intruded"):
        prior_list_intrusions(unknown)
    with pytest.raises(InputError, match="max_lag=0 must be a whole number above 0"):
        prior_list_intrusions(recalls, 0)


def test_an_item_studied_twice_counts_from_its_last_list() -> None:
    trials = Trials([[0, 1], [0, 2], [3, 4]], ItemPool.numbered(5), FreeRecall(list_length=2))
    recalls = Recalls(trials, [[0], [0], [-1]], intruders=[[-1], [-1], [0]])
    assert prior_list_intrusions(recalls, 2)["actual"].tolist() == [1, 0]


@pytest.mark.parametrize("condition", ["10-2", "20-1", "40-1"])
@pytest.mark.parametrize(("responses", "counting"), [("correct", "correct"), ("all", "all_outputs")])
def test_stopping_as_independent_targets(
    murdock_matrix: pd.DataFrame, condition: str, responses: str, counting: str
) -> None:
    rows = murdock_matrix[murdock_matrix["condition"] == condition]
    recalls = Recalls.from_matrix(
        rows.filter(regex=r"^r\d+$").to_numpy(), int(condition[:2]), subject=rows["subject"], list=rows["list"]
    )
    found = mean_over_subjects(stopping_probability(recalls, responses=responses), "recalled").set_index("recalled")
    expected = target("stop", "murdock1962", condition).query("counting == @counting").set_index("after_k")
    found = found.loc[expected.index]
    assert found["mean"].to_numpy() == pytest.approx(expected["p_stop"].to_numpy(), abs=6e-6)
    assert found["n_subjects"].tolist() == expected["n_subj_reaching"].tolist()


def test_a_record_cut_short_shows_no_stop() -> None:
    recalls = Recalls.from_matrix([[1, 2, 0], [1, 2, 3], [-1, 2, 2]], 5, output_limit=3)
    table = stopping_probability(recalls).set_index("recalled")
    assert table["actual"].tolist() == [0, 0, 1, 0, 0, 0] and table["possible"].tolist() == [3, 2, 2, 0, 0, 0]
    every = stopping_probability(recalls, responses="all").set_index("recalled")
    assert every["actual"].tolist() == [0, 0, 1, 0] and every["possible"].tolist() == [3, 3, 3, 0]
    last = stopping_by_response(recalls).set_index("response")
    assert last["actual"].tolist() == [1, 0, 0] and last["possible"].tolist() == [5, 1, 0]
    with pytest.raises(InputError, match="recall does not end by itself"):
        stopping_probability(simulate(StartEnd(), SerialRecall(list_length=4).trials(2), seed=0))


def test_stopping_by_time_by_hand() -> None:
    times = [[1.0, 3.0, np.nan], [2.0, np.nan, np.nan]]
    recalls = Recalls.from_matrix([[1, 2, 0], [1, 0, 0]], 5, times=times)
    table = stopping_by_time(recalls, [0, 2, 4])
    assert table["actual"].tolist() == [0, 2] and table["possible"].tolist() == [1, 2]
    assert table["center"].tolist() == [1, 3]
    assert stopping_by_time(recalls)["possible"].sum() == 3
    with pytest.raises(InputError, match="have no times"):
        stopping_by_time(Recalls.from_matrix([[1]], 5))


def test_latencies_as_independent_targets(okada: Recalls) -> None:
    """The first two outputs agree to all digits, later ones to 1%, where a missing time may cost two intervals."""
    expected = target("irt", "murdockokada1970", "all")
    whole = expected[expected["total"] == "all"].set_index("output")
    matrix = np.where(okada.positions != 0, np.arange(1, okada.positions.shape[1] + 1), 0)
    every = Recalls.from_matrix(matrix, 20, subject=okada.trials.subject, times=okada.times)
    found = mean_over_subjects(response_latency(every), "output", "latency").set_index("output")["mean"]
    assert found[[1, 2]].to_numpy() == pytest.approx(whole["mean_irt"][[1, 2]].to_numpy(), abs=6e-6)
    assert found[whole.index[:12]].to_numpy() == pytest.approx(whole["mean_irt"][:12].to_numpy(), rel=0.01)
    by_total = response_latency(every, by_recalled=True)
    split = by_total.groupby(["subject", "output"])[["total", "count"]].sum()
    joined = response_latency(every).set_index(["subject", "output"])[["total", "count"]]
    assert np.allclose(split, joined.loc[split.index])
    six = mean_over_subjects(by_total.query("recalled == 6"), "output", "latency").set_index("output")["mean"]
    assert six[1] == pytest.approx(expected[expected["total"] == "6"]["mean_irt"].iloc[0], abs=6e-6)


def test_near_transitions_are_fast(okada: Recalls) -> None:
    """People recall a neighbour faster than a distant item (Kahana, 1996)."""
    means = mean_over_subjects(latency_by_lag(okada), "lag", "latency").set_index("lag")["mean"]
    assert means[1] < means[[-1, 2]].min() < means[[4, 5, 6]].mean()


def test_latency_by_lag_by_hand() -> None:
    recalls = Recalls.from_matrix([[1, 2, -1, 4, 2]], 4, times=[[1.0, 1.5, 3, 4, 6]])
    table = latency_by_lag(recalls).set_index("lag")
    assert table["count"].sum() == 1 and table["latency"][1] == 0.5


@pytest.mark.parametrize("condition", ["10-2", "20-1", "40-1"])
def test_the_temporal_factor_as_independent_targets(murdock_matrix: pd.DataFrame, condition: str) -> None:
    rows = murdock_matrix[murdock_matrix["condition"] == condition]
    matrix = rows.filter(regex=r"^r\d+$").to_numpy()
    found = lag_rank(Recalls.from_matrix(matrix, int(condition[:2]), subject=rows["subject"]))["rank"].mean()
    expected = target("summary", "murdock1962", condition)["temp_factor_psifr"].iloc[0]
    assert found == pytest.approx(expected, abs=6e-6)


def test_spaced_items_are_recalled_better(spaced: dict[str, Recalls]) -> None:
    """Kahana & Howard (2005): recall by condition equals the independent count, and grows with spacing."""
    means = []
    for condition, recalls in spaced.items():
        table = repetition_effect(recalls)
        assert table["presentations"].unique().tolist() == [1, 2, 3] and (table["possible"] > 0).sum() == 66
        means.append(table["prob"].mean())
        expected = target("summary", "howardkahana2005", condition)["mean_correct"].iloc[0] / 30
        assert means[-1] == pytest.approx(expected, abs=6e-6), condition
    assert list(spaced) == ["massed", "spaced_long", "spaced_short"]
    massed, far, near = means
    assert massed < near < far
    assert spacing_effect(spaced["massed"])["spacing"].unique().tolist() == [0]


def test_spacing_by_hand() -> None:
    """a a b c b d: a is massed, b has one item between, c and d are presented once."""
    trials = Trials([[0, 0, 1, 2, 1, 3]] * 2, ItemPool.numbered(4), FreeRecall(list_length=6))
    recalls = Recalls(trials, [[2, 5, 0], [3, 5, 6]])
    assert recalls.positions.tolist() == [[1, 3, 0], [3, 3, 6]], "the first presentation stands for the item"
    times = repetition_effect(recalls)
    assert times["actual"].tolist() == [1, 3] and times["possible"].tolist() == [4, 4]
    spacing = spacing_effect(recalls)
    assert spacing["spacing"].tolist() == [0, 1] and spacing["actual"].tolist() == [1, 2]
    binned = spacing_effect(recalls, [0, 2, 9])
    assert binned["actual"].tolist() == [3, 0] and binned["spacing"].tolist() == pytest.approx(
        [0.5, np.nan], nan_ok=True
    )
    assert serial_position_curve(recalls)["actual"].tolist() == [1, 1, 2, 0, 2, 1]
    with pytest.raises(InputError, match="no item is presented 3 times"):
        spacing_effect(recalls, presentations=3)
    with pytest.raises(InputError, match="list 0 holds an item twice"):
        probability_of_nth_recall(recalls)


def test_indices_side_by_side() -> None:
    """Ten lists of 12 items; item 1 is recalled in all, item 12 in nine, item 6 in four."""
    matrix = np.zeros((10, 3), dtype=int)
    matrix[:, 0], matrix[:9, 1], matrix[:4, 2] = 1, 12, 6
    table = edge_indices(Recalls.from_matrix(matrix, 12)).set_index(["end", "definition"])["value"]
    assert table["primacy"]["ratio"] == pytest.approx((10 / 30) / (4 / 40))
    assert table["primacy"]["slope"] == pytest.approx(0.5), (
        "1, 0, 0: towards the beginning it rises by a half a position"
    )
    assert table["recency"]["slope"] == pytest.approx(np.polyfit(range(4), [0, 0, 0, 0.9], 1)[0])
    assert table["recency"]["share"] == pytest.approx(9 / 23) and table["primacy"]["first_recall"] == 1


def test_the_raster_holds_every_response() -> None:
    recalls = load_dataset("morton2013")[:50]
    table = recall_raster(recalls)
    empty = int((~recalls.positions.any(axis=1)).sum())
    assert len(table) == recalls.n_responses + empty and table["row"].nunique() == 50
    table = table[table["response"] != "nothing"]
    assert table["position"].isna().sum() == (table["response"] == "intrusion").sum() == recalls.is_intrusion.sum()
    assert (table["response"] == "repetition").sum() == recalls.is_repeat.sum()


def test_intrusions_by_condition_look_into_all_lists() -> None:
    """Words of mixed lists intrude into pure lists, so counts by condition add up only if all lists are searched."""
    people = load_dataset("morton2013")
    whole = error_rates(people).groupby("kind")["total"].sum()
    parts = analyze(people, "error_rates", by="list_type").groupby("kind")["total"].sum()
    assert parts.to_dict() == whole.to_dict()
    pure = people[people.trials.conditions["list_type"] == "pure"]
    assert error_rates(pure).groupby("kind")["total"].sum()["prior_list"] < 0.5 * parts["prior_list"]
    lags = analyze(people, "prior_list_intrusions", by="list_type").groupby("list_lag")["actual"].sum()
    assert lags.tolist() == prior_list_intrusions(people).groupby("list_lag")["actual"].sum().tolist()
    with pytest.raises(InputError, match="rows must be true or false"):
        error_rates(people, rows=[1, 2])


def sessions_of_two_lists() -> Recalls:
    """CAT intrudes in list 2 of session 1, JAY (of session 1) in list 1 of session 2, ELM in list 2 of session 2."""
    rows = [
        (session, number, position, kind, item)
        for session, number, studied, given in [
            (1, 1, ["CAT", "JAY"], []), (1, 2, ["OWL", "DOG"], ["CAT"]),
            (2, 1, ["ELM", "OAK"], ["JAY"]), (2, 2, ["FIG", "ASH"], ["ELM"]),
        ]
        for kind, items in (("study", studied), ("recall", given))
        for position, item in enumerate(items, start=1)
    ]  # fmt: skip
    names = ["session", "list", "position", "trial_type", "item"]
    return Recalls.from_frame(pd.DataFrame(rows, columns=names).assign(subject=1))


def test_intrusions_are_sought_within_the_session() -> None:
    recalls = sessions_of_two_lists()
    assert error_rates(recalls).set_index("kind")["total"].to_dict() == {
        "prior_list": 2, "extra_list": 1, "unknown": 0, "repetition": 0,
    }  # fmt: skip
    lags = prior_list_intrusions(recalls, 1)
    assert (lags["actual"][0], lags["possible"][0], lags["lists"][0]) == (2, 2, 2)
    across = error_rates(recalls, across_sessions=True).set_index("kind")["total"]
    assert across["prior_list"] == 3 and across["extra_list"] == 0
    lags = prior_list_intrusions(recalls, 1, across_sessions=True)
    assert (lags["actual"][0], lags["possible"][0], lags["lists"][0]) == (2, 3, 3), "JAY is two lists back"
    assert analyze(recalls, "error_rates", across_sessions=True)["total"].tolist() == [3, 0, 0, 0]
    session = recalls.trials.session
    assert session is not None
    for label in (1, 2):
        alone = recalls[session == label]
        assert error_rates(alone)["total"].tolist() == error_rates(recalls, session == label)["total"].tolist()
