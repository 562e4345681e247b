"""Every analysis by its name, on people and on models alike, by condition, and at the edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Recalls, Trials, analysis, load_dataset, simulate
from memsim.analysis import analyze, lag_crp
from memsim.analysis.registered import ANALYSES
from memsim.core.errors import InputError, UnknownNameError
from memsim.models import TCMA, StartEnd
from memsim.paradigms import FreeRecall, SerialRecall
from tests.analysis.names import WITHOUT_CUES

SERIAL = {
    "serial_accuracy",
    "error_types",
    "transposition_gradient",
    "fill_in",
    "repetition_distance",
    "relative_order",
}


def rich(positions: np.ndarray, items: np.ndarray | None = None) -> Recalls:
    """Free recall in which everything was recorded that an analysis may ask for."""
    n_lists, length = len(positions), 6
    rng = np.random.default_rng(0)
    pool = ItemPool.numbered(8)
    pool = ItemPool(pool.labels, features=rng.random((8, 3)), categories=np.array(list("aabbccab")))
    items = np.tile(np.arange(length), (n_lists, 1)) if items is None else items
    subject = np.arange(n_lists) % 2
    trials = Trials(items, pool, FreeRecall(list_length=length), subject, conditions={"half": np.arange(n_lists) // 2})
    times = np.where(positions != 0, np.arange(1.0, positions.shape[1] + 1), np.nan)
    return Recalls(trials, positions, times=times, intruders=np.where(positions == -1, 7, -1))


def assert_sound(table: pd.DataFrame, name: str) -> None:
    entry = ANALYSES.get(name)
    assert {"subject", *filter(None, (entry.x, entry.value))} <= set(table), name
    if "possible" in table:
        assert (table["actual"] <= table["possible"]).all() and (table["actual"] >= 0).all()
        assert table["prob"].isna().equals(table["possible"] == 0)
    if "count" in table:
        assert table[entry.value].isna().equals(table["count"] == 0)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.lists(st.integers(-1, 6).filter(bool), max_size=8), min_size=1, max_size=4),
)
def test_any_recalls_give_numbers_or_nothing(rows: list[list[int]]) -> None:
    """Repeats, intrusions, empty lists, one subject or two: sound tables from every analysis."""
    matrix = np.array([row + [0] * (8 - len(row)) for row in rows])
    for name in WITHOUT_CUES:
        recalls = rich(matrix)
        if name == "spacing_effect":
            recalls = rich(matrix, np.tile([0, 1, 0, 2, 2, 3], (len(rows), 1)))
        if name not in SERIAL:
            assert_sound(analyze(recalls, name), name)


@pytest.mark.parametrize("name", WITHOUT_CUES)
@pytest.mark.parametrize("kind", ["nothing", "all in order", "one list", "no lists"])
def test_extreme_recalls(name: str, kind: str) -> None:
    matrix = {"nothing": np.zeros((4, 6), int), "all in order": np.tile(np.arange(1, 7), (4, 1)),
              "one list": np.array([[2, 1, 0, 0, 0, 0]]), "no lists": np.zeros((0, 6), int)}[kind]  # fmt: skip
    if name in SERIAL:
        recalls = Recalls.from_matrix(matrix, 6, paradigm=SerialRecall(list_length=6))
    elif name == "spacing_effect":
        recalls = rich(matrix, np.tile([0, 1, 0, 2, 2, 3], (len(matrix), 1)))
        if kind == "no lists":
            with pytest.raises(InputError, match="no item is presented more than once"):
                analyze(recalls, name)
            return
    else:
        recalls = rich(matrix)
    table = analyze(recalls, name)
    assert_sound(table, name)
    if kind == "all in order" and name in {"serial_position_curve", "serial_accuracy", "relative_order"}:
        assert (table["prob"] == 1).all()


@pytest.mark.parametrize("name", WITHOUT_CUES)
def test_an_item_alone(name: str) -> None:
    """Lists of one item."""
    task = SerialRecall(list_length=1) if name in SERIAL else FreeRecall(list_length=1)
    pool = ItemPool(np.arange(2), similarity=np.eye(2), categories=np.array(["a", "b"]))
    recalls = Recalls(Trials([[0], [1]], pool, task), [[1], [0]], times=[[1.0], [np.nan]])
    if name == "spacing_effect":
        return
    assert_sound(analyze(recalls, name), name)


def test_models_and_people_alike() -> None:
    people = load_dataset("morton2013")
    model = simulate(TCMA(), people.trials[:200], seed=0)
    table = analyze({"people": people, "TCM-A": model}, "lag_crp", by="list_type")
    assert table.columns.tolist() == ["label", "list_type", "subject", "lag", "prob", "actual", "possible"]
    assert table.attrs == {"analysis": "lag_crp", "by": ["list_type"], "people": ["people"]}
    pure = people[people.trials.conditions["list_type"] == "pure"]
    mine = table.query("label == 'people' and list_type == 'pure'")["prob"]
    assert mine.to_numpy() == pytest.approx(lag_crp(pure)["prob"].to_numpy(), nan_ok=True)
    assert set(table["label"]) == {"people", "TCM-A"}
    letters = simulate(StartEnd(), SerialRecall(list_length=6).trials(50), seed=0)
    for name in sorted(SERIAL):
        assert_sound(analyze(letters, name), name)


def test_what_is_not_there() -> None:
    recalls = rich(np.array([[1, 2]]))
    with pytest.raises(UnknownNameError, match=r"no analysis 'lag_crb'; did you mean 'lag_crp'\?"):
        analyze(recalls, "lag_crb")
    with pytest.raises(InputError, match="by='speed' is not a condition of these trials, which have half"):
        analyze(recalls, "lag_crp", by="speed")
    with pytest.raises(InputError, match="lag_crp has no option 'lag'"):
        analyze(recalls, "lag_crp", lag=3)
    with pytest.raises(InputError, match="analyze: recalls is empty"):
        analyze({}, "lag_crp")
    with pytest.raises(InputError, match="expected memsim.Recalls, got DataFrame"):
        analyze(recalls.to_frame(), "lag_crp")


def test_every_analysis_is_a_public_function() -> None:
    for name in ANALYSES.names():
        assert getattr(analysis, name) is ANALYSES.get(name).run
        assert ANALYSES.get(name).summary.endswith(".")


def test_conditions_that_cannot_be_columns() -> None:
    recalls = rich(np.array([[1, 2], [3, 1]]))
    named_so = {"label": np.array(["u", "v"]), "prob": np.array([1, 2]), "speed": np.array([1.0, np.nan])}
    trials = Trials(recalls.trials.items, recalls.trials.pool, recalls.trials.paradigm, conditions=named_so)
    named = Recalls(trials, recalls.positions)
    for name in ("label", "prob"):
        with pytest.raises(InputError, match=f"the condition '{name}' has the name of a column"):
            analyze({"A": named}, "serial_position_curve", by=name)
    assert set(analyze(named, "serial_position_curve", by="speed")["speed"]) == {1.0, "missing"}


def test_masks_go_with_their_lists() -> None:
    """A mask over all lists counts the same within conditions as over all of them."""
    recalls = rich(np.array([[1, 2, 3], [3, 1, 2], [6, 5, 1], [2, 3, 1]]))
    items = np.ones((4, 6), dtype=bool)
    items[1, 2] = items[3, 1] = False
    whole = analyze(recalls, "lag_crp", items=items)["actual"].sum()
    assert analyze(recalls, "lag_crp", by="half", items=items)["actual"].sum() == whole == 6


def test_means_do_not_pool_sources() -> None:
    recalls = rich(np.array([[1, 2, 3], [3, 1, 2]]))
    both = analyze({"A": recalls, "B": recalls}, "serial_position_curve")
    with pytest.raises(InputError, match="several values at one level of position"):
        analysis.mean_over_subjects(both, "position")
    assert (analysis.mean_over_subjects(both, ["label", "position"])["n_subjects"] == 2).all()
