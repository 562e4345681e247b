"""Transitions between recalls by lag, meaning and category: against psifr, by hand, and at the edges."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psifr import fr

from memsim import ItemPool, Recalls, Trials
from memsim.analysis import (
    category_clustering,
    category_crp,
    distance_crp,
    distance_rank,
    equal_bins,
    labelled_distances,
    lag_crp,
    lag_crp_compound,
    lag_rank,
)
from memsim.core.errors import InputError
from memsim.paradigms import FreeRecall

KEYS = {"within": lambda a, b: a == b, "across": lambda a, b: a != b}


@pytest.fixture(scope="module")
def morton() -> tuple[Recalls, pd.DataFrame]:
    """Lists of items in three categories, as recalls of memsim and as a table of psifr."""
    table = fr.sample_data("Morton2013")
    table = table[table["subject"].isin(table["subject"].unique()[:6])]
    return Recalls.from_frame(table, category="category"), fr.merge_free_recall(table, study_keys=["category"])


def assert_same(ours: pd.DataFrame, theirs: pd.DataFrame, **columns: str) -> None:
    """Our columns (by their names in psifr, where those differ) equal psifr's to 1e-12."""
    columns = {name: columns.get(name, name) for name in ours.columns if columns.get(name, name) in theirs}
    assert len(columns) > 1 and len(ours) == len(theirs)
    for here, there in columns.items():
        np.testing.assert_allclose(ours[here], theirs[there], rtol=1e-12, atol=1e-12, err_msg=here)


@pytest.mark.parametrize("kind", ["within", "across"])
def test_within_or_across_categories_as_psifr(morton: tuple[Recalls, pd.DataFrame], kind: str) -> None:
    recalls, scored = morton
    keys = {"test_key": "category", "test": KEYS[kind]}
    here = {kind: "category"}
    assert_same(lag_crp(recalls, **here), fr.lag_crp(scored, **keys))
    assert_same(lag_rank(recalls, **here), fr.lag_rank(scored, **keys))
    assert_same(lag_crp_compound(recalls, **here), fr.lag_crp_compound(scored, **keys), lag="current")


def test_categories_as_psifr(morton: tuple[Recalls, pd.DataFrame]) -> None:
    recalls, scored = morton
    assert_same(category_crp(recalls), fr.category_crp(scored, category_key="category"))
    assert_same(category_clustering(recalls), fr.category_clustering(scored, category_key="category"))


def test_items_that_count_as_psifr(morton: tuple[Recalls, pd.DataFrame]) -> None:
    """As in psifr's item_query, no transition leads from or to other items, and they are never possible."""
    recalls, scored = morton
    assert recalls.trials.pool.categories is not None
    kind = recalls.trials.pool.categories[recalls.trials.items]
    late = np.arange(1, 25) > 12
    items = (kind != "obj") & late
    query = "category != 'obj' and input > 12"
    assert_same(lag_crp(recalls, items=items), fr.lag_crp(scored, item_query=query))
    assert_same(lag_rank(recalls, items=items), fr.lag_rank(scored, item_query=query))
    assert_same(category_crp(recalls, items=items), fr.category_crp(scored, "category", item_query=query))


@pytest.mark.parametrize("unique", [False, True])
def test_distances_as_psifr(morton: tuple[Recalls, pd.DataFrame], unique: bool) -> None:
    recalls, scored = morton
    words, distances = fr.sample_distances("Morton2013")
    edges = np.array([0, 0.4, 0.6, 0.7, 0.8, 0.9, 1.3])
    scored = scored.assign(item_index=scored["item"].map({word: i for i, word in enumerate(words)}))
    near = labelled_distances(recalls, list(words), distances)
    theirs = fr.distance_crp(scored, "item_index", distances, edges, count_unique=unique)
    assert_same(distance_crp(recalls, near, edges, unique=unique), theirs.drop(columns="bin"))
    assert_same(distance_rank(recalls, near), fr.distance_rank(scored, "item_index", distances))


def random_recalls(data: st.DataObject) -> Recalls:
    """A few lists of items in two or three categories, with repetitions, intrusions and empty lists."""
    length, n_lists = data.draw(st.integers(2, 7)), data.draw(st.integers(1, 5))
    response = st.integers(-1, length).filter(bool)
    rows = [data.draw(st.lists(response, max_size=length + 3)) for _ in range(n_lists)]
    rows[0] = rows[0] or [1]
    matrix = [row + [0] * (length + 3 - len(row)) for row in rows]
    subject = data.draw(st.lists(st.integers(1, 2), min_size=n_lists, max_size=n_lists))
    recalls = Recalls.from_matrix(matrix, length, subject=subject)
    kinds = data.draw(st.lists(st.sampled_from("abc"), min_size=length, max_size=length))
    pool = ItemPool(recalls.trials.pool.labels, categories=np.array(kinds))
    trials = Trials(recalls.trials.items, pool, recalls.trials.paradigm, recalls.trials.subject)
    return Recalls(trials, recalls.positions)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_recalls_as_psifr(data: st.DataObject) -> None:
    recalls = random_recalls(data)
    at = np.arange(recalls.list_length)
    far = np.round(np.abs(np.sin(at[:, None] * at)), 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scored = fr.merge_free_recall(recalls.to_frame(), study_keys=["category"])
        scored["item_index"] = scored["input"] - 1
        pairs: list[tuple[pd.DataFrame, pd.DataFrame]] = [
            (lag_rank(recalls), fr.lag_rank(scored)),
            (distance_rank(recalls, far), fr.distance_rank(scored, "item_index", far)),
            (category_crp(recalls), fr.category_crp(scored, "category")),
        ]
        for kind, test in KEYS.items():
            here: dict[str, Any] = {kind: "category"}
            pairs.append((lag_crp(recalls, **here), fr.lag_crp(scored, test_key="category", test=test)))
    for ours, theirs in pairs:
        assert_same(ours, theirs)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_parts_add_up(data: st.DataObject) -> None:
    """Counts by output, by lag before, within and across, and early and late add up to the whole."""
    recalls = random_recalls(data)
    whole = lag_crp(recalls)
    counts = ["actual", "possible"]
    by_output = lag_crp(recalls, by_output=True).groupby(["subject", "lag"])[counts].sum().reset_index()
    within, across = lag_crp(recalls, within="category"), lag_crp(recalls, across="category")
    early, late = lag_crp(recalls, last_output=2), lag_crp(recalls, first_output=3)
    everything = np.ones(recalls.positions.shape, dtype=bool)
    assert lag_crp(recalls, transitions=everything).equals(whole), "the general way and that for all transitions"
    assert lag_crp(recalls, first_output=2, transitions=everything).equals(lag_crp(recalls, first_output=2))
    for parts in (by_output[counts], early[counts] + late[counts]):
        assert (parts.to_numpy() == whole[counts].to_numpy()).all()
    assert (within["actual"] + across["actual"] == whole["actual"]).all()
    ranks, ranked = lag_rank(recalls, by_output=True), lag_rank(recalls)
    assert np.allclose(ranks.groupby("subject")["total"].sum(), ranked["total"])
    compound = lag_crp_compound(recalls).groupby(["subject", "lag"])["actual"].sum().reset_index()
    assert (compound["actual"] <= whole["actual"]).all()


def test_the_compound_by_hand() -> None:
    """Recall of 1 2 3 5 has lags 1, 1, 2; the second and the third follow a transition."""
    compound = lag_crp_compound(Recalls.from_matrix([[1, 2, 3, 5]], 5)).set_index(["previous", "lag"])
    assert compound["actual"].sum() == 2 and compound["possible"].sum() == 3 + 2
    assert compound.loc[(1, 1), "actual"] == 1 and compound.loc[(1, 2), "actual"] == 1
    assert compound.loc[(1, 1), "possible"] == 2 and compound.loc[(1, 3), "possible"] == 1


def test_the_rank_by_hand() -> None:
    """From 3 of 1..5, the nearest are 2 and 4, tied: mean rank (1 + 2/3) / 2; then from 2, 1 is nearest of 3."""
    rank = lag_rank(Recalls.from_matrix([[3, 2, 1]], 5))
    assert rank.loc[0, ["total", "count"]].tolist() == pytest.approx([5 / 6 + 1, 2])
    assert np.isnan(lag_rank(Recalls.from_matrix([[1, 2]], 2))["rank"][0]), "one item left has no rank"


def test_into_chosen_responses() -> None:
    recalls = Recalls.from_matrix([[1, 2, 4, 3]], 4)
    into = np.array([[True, False, True, False]])
    assert lag_crp(recalls, transitions=into).query("actual > 0")["lag"].tolist() == [2]
    assert lag_crp(recalls, first_output=2, last_output=2)["actual"].sum() == 1


def test_clustering_by_hand() -> None:
    """a a b b of aabb: perfect; a b a b: none; the worked case of Roenker, Thompson and Brown's formula."""
    pool = ItemPool(np.arange(4), categories=np.array(list("aabb")))
    trials = Trials(np.tile(np.arange(4), (3, 1)), pool, FreeRecall(list_length=4), subject=[1, 2, 3])
    recalls = Recalls(trials, [[1, 2, 3, 4], [1, 3, 2, 4], [0, 0, 0, 0]])
    table = category_clustering(recalls).set_index("subject")
    # Expected pairs (2 + 2) / 4 = 1, the most 4 - 2 = 2; by the list 3 * 1 / 3 = 1.
    assert table["arc"].tolist()[:2] == [1, -1] and table["lbc"].tolist()[:2] == [1, -1]
    assert table.loc[3, ["arc_lists", "lbc_lists"]].tolist() == [0, 0] and table.loc[3, ["arc", "lbc"]].isna().all()


def test_distances_of_the_pool() -> None:
    features = np.array([[1.0, 0], [1, 1], [0, 1]])
    trials = Trials([[0, 1, 2]], ItemPool(np.arange(3), features=features), FreeRecall(list_length=3))
    recalls = Recalls(trials, [[1, 2, 3]])
    assert distance_rank(recalls)["rank"][0] == 1
    by_similarity = Trials([[0, 1, 2]], ItemPool(np.arange(3), similarity=-np.eye(3)), FreeRecall(list_length=3))
    assert distance_rank(Recalls(by_similarity, [[1, 2, 3]]))["rank"][0] == 0.5
    bins = distance_crp(recalls, edges=[-1, 0.5, 2])
    assert bins["actual"].tolist() == [2, 0] and bins["possible"].tolist() == [2, 1]
    assert (np.diff(equal_bins(np.random.default_rng(0).random((40, 40)))) > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"first_output": 0}, "first_output=0 must be a whole number of at least 1, an output position"),
        ({"last_output": 1.5}, "last_output=1.5 must be a whole number of at least 1, an output position"),
        ({"within": "category", "across": "source"}, "within and across are both given; give one of them"),
        ({"within": "source"}, "these trials have no source"),
        ({"within": "colour"}, "'colour' is neither 'category' nor 'source'"),
        ({"across": [[1, 2]]}, "labels have shape \\(1, 2\\), but the items have shape \\(1, 3\\)"),
        ({"within": [["a", None, "b"]]}, "the item at position 2 of list 0 has no label"),
        ({"items": [[1, 0, 1]]}, "items must be true or false in shape \\(1, 3\\), but it is int64"),
        ({"transitions": [[True]]}, "transitions must be true or false in shape \\(1, 2\\)"),
    ],
)
def test_what_does_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        lag_crp(Recalls.from_matrix([[1, 2]], 3), **options)


def test_distances_that_do_not_fit() -> None:
    recalls = Recalls.from_matrix([[1, 2]], 3)
    for given_distances, edges, message in (
        (None, None, "neither similarity nor features"),
        (np.ones((2, 2)), None, r"in shape \(3, 3\), got \(2, 2\)"),
        (np.ones((3, 3)), [1, 1], r"edges=\[1, 1\] must be two or more numbers, each larger than the one before"),
    ):
        with pytest.raises(InputError, match=message):
            distance_crp(recalls, given_distances, edges)
    with pytest.raises(InputError, match="'item 3' is not among the labels"):
        labelled_distances(recalls, ["item 1", "item 2"], np.zeros((2, 2)))


def test_lists_with_an_item_twice_are_refused() -> None:
    trials = Trials([[0, 1, 0]], ItemPool.numbered(2), FreeRecall(list_length=3))
    for analysis in (lag_crp, lag_rank, lag_crp_compound):
        with pytest.raises(InputError, match="list 0 holds an item twice"):
            analysis(Recalls(trials, [[1, 2]]))


def test_bridging_joins_what_an_intrusion_parts() -> None:
    recalls = Recalls.from_matrix([[2, -1, 3, 3, 1, 0], [1, 2, 3, 0, 0, 0]], 4)
    assert lag_crp(recalls)["actual"].sum() == 2
    clean = Recalls.from_matrix([[2, 3, 1], [1, 2, 3]], 4)
    for analysis in (lag_crp, lag_crp_compound, lag_rank):
        pd.testing.assert_frame_equal(analysis(recalls, bridge=True), analysis(clean))
    into = np.array([[False, False, True, False, False, False], [False] * 6])
    assert lag_crp(recalls, bridge=True, transitions=into).query("actual > 0")["lag"].tolist() == [1]
    far = np.abs(np.subtract.outer(np.arange(4), np.arange(4))).astype(float)
    assert distance_rank(recalls, far, bridge=True)["count"].tolist() == [4]
