"""The essay's network by length of training and slots: effects by hand, the table that ships, short trainings."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.entry import Reproduction
from memsim.reproductions.essay import manipulation, retraining
from memsim.reproductions.essay.manipulation import (
    POSITIONS,
    RECIPE,
    SLOTS,
    TRAINED,
    complete,
    curves_of,
    effect_of,
    effects,
    shipped_table,
    trained_table,
    training_of,
)


def made(last: dict[tuple[int, int], list[float]]) -> pd.DataFrame:
    """A table in which the first six of 12 items are recalled, and the last six with these probabilities by seed."""
    rows = []
    for (trained, slots), values in last.items():
        for seed, value in enumerate(values):
            curve = [1.0] * 6 + [value] * 6
            about = {"trained_length": trained, "slots": slots, "seed": seed, "list_length": 12}
            rows.append({**about, "reading": "intact", "measure": "exact", **dict(zip(POSITIONS, curve, strict=True))})
    return pd.DataFrame(rows)


def test_effects_by_hand() -> None:
    table = made({(5, 7): [0.1, 0.3], (5, 16): [0.2, 0.4], (12, 7): [0.5, 0.9], (12, 16): [1.0, 1.0]})
    found = effects(table)
    expected = {
        "longer lists in training": 0.6, "more slots": 0.2, "longer lists with more slots beyond the sum": 0.2,
        "longer lists, 7 slots": 0.5, "longer lists, 16 slots": 0.7, "more slots, lists of 5": 0.1,
        "more slots, lists of 12": 0.3,
    }  # fmt: skip
    for effect, mean in expected.items():
        assert effect_of(found, "last six", effect).mean == pytest.approx(mean)
        assert effect_of(found, "first six minus last six", effect).mean == pytest.approx(-mean)
    both = effect_of(found, "last six", "more slots, lists of 12")
    half = 12.7062 * np.std([0.5, 0.1], ddof=1) / 2**0.5
    assert both.high == pytest.approx(0.3 + half, rel=1e-5) and both.n == 2


def test_seeds_that_are_not_in_all_cells_do_not_count() -> None:
    table = made({(5, 7): [0.1, 0.3, 0.9], (5, 16): [0.2, 0.4], (12, 7): [0.5, 0.9], (12, 16): [1.0, 1.0]})
    assert sorted(complete(table)["seed"].unique()) == [0, 1]
    assert effect_of(effects(table), "last six", "more slots").n == 2


def test_no_table_is_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manipulation, "FILE", "none.csv")
    assert effects(shipped_table()).empty and effects(made({(5, 7): [0.1]})).empty


def test_the_table_that_ships() -> None:
    table = shipped_table()
    if table.empty:
        pytest.skip("none ships")
    seeds = complete(table)["seed"].nunique()
    assert seeds >= 5 and len(complete(table)) == len(table), "whole seeds only"
    assert table["made_by"].str.contains("memsim reproduce greydanus2017-trainings").all()
    assert set(table["trained_length"]) == set(TRAINED) and set(table["slots"]) == set(SLOTS)
    for trained in TRAINED:
        for slots in SLOTS:
            curves = curves_of(table, trained, slots, 12)
            assert curves.shape == (seeds, 12) and curves.to_numpy().min() >= 0 and curves.to_numpy().max() <= 1
            first = curves_of(table, trained, slots, 5, measure="first_output")
            assert first.sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-3)
    assert (table["held_out_loss"][table["reached"]] <= float(RECIPE["until"].removeprefix("loss="))).all()
    assert (table["iterations"] <= RECIPE["iterations"]).all()


@pytest.mark.slow
def test_short_trainings_are_compared_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    monkeypatch.setattr(retraining, "SEEDS", range(2))
    short = partial(trained_table, iterations=2, batch=2, held_out_lists=2)
    monkeypatch.setattr(retraining, "trained_table", short)
    report = reproduce(
        Reproduction("small", "", "", retraining.TRAININGS.run, kinds=retraining.TRAININGS.kinds), 0, tmp_path
    )
    table = report.outcome.tables["trainings"]
    assert len(table) == 2 * 4 * 2 * 6 and sorted(table["seed"].unique()) == [0, 1]
    assert not table["reached"].any() and (table["iterations"] == 2).all()
    assert table.loc[table["list_length"] == 5, POSITIONS[5:]].isna().all(axis=None)
    assert table.loc[table["list_length"] == 12, POSITIONS].notna().all(axis=None)
    assert "0 of 2, after 2 iterations" in report.outcome.statement
    assert len(report.outcome.draw().axes) == 3 and len(report.outcome.findings) == len(effects(shipped_table()))


def test_seeds_begin_with_the_same_weights_in_all_cells() -> None:
    from memsim.training.trainer import Trainer

    few, many = (Trainer(training_of(5, slots, 3)).network.state_dict() for slots in SLOTS)
    assert all(bool((few[name] == many[name]).all()) for name in few)
