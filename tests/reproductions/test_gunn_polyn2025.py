"""Published fits of CRU and CMR: two people whose numbers are in the entry, tables, and the statement."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim import fit, load_dataset, log_likelihood
from memsim.core.errors import InputError
from memsim.models import CRU
from memsim.models.context.cru_variants import VARIANTS
from memsim.reproductions.entry import NOT_RUN, REPRODUCED
from memsim.reproductions.serial.gunn_polyn2025 import (
    CASES,
    COMPARED,
    FILE,
    PARAMETERS,
    advantage,
    agreement,
    by_person,
    published_fits,
)

PEOPLE = load_dataset("peers_notask")


def fits_of_cases() -> pd.DataFrame:
    return pd.DataFrame([{**dict.fromkeys(PARAMETERS, np.nan), **case} for case in CASES])


def test_two_people_without_and_with_the_file() -> None:
    without, held = agreement(PEOPLE, None), agreement(PEOPLE, fits_of_cases())
    assert [finding.verdict for finding in without] == [REPRODUCED] * len(CASES) + [NOT_RUN] * len(VARIANTS)
    verdicts = {finding.quantity: finding.verdict for finding in held}
    assert all(verdicts[f"{name}: largest relative difference of log-likelihood"] == REPRODUCED for name in COMPARED)
    assert all(finding.expected for finding in [*without, *held])


def test_the_file_is_read_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSIM_DATA", str(tmp_path))
    path = tmp_path / FILE.name
    fits_of_cases().to_csv(path, index=False)
    found = published_fits()
    assert found is not None and found["nll_published"].tolist() == [case["nll_published"] for case in CASES]
    fits_of_cases().drop(columns="start_drift_rate").to_csv(path, index=False)
    with pytest.raises(InputError, match="no column start_drift_rate"):
        published_fits()


def test_people_by_model() -> None:
    people = PEOPLE[np.isin(PEOPLE.trials.subject, (63, 65))]
    fits = {
        name: fit(CRU.preset(name), people, ("stop_base", "stop_growth"), "subject", ties={}, starts=1, generations=1)
        for name in COMPARED
    }
    table = by_person(fits, fits_of_cases())
    assert table["published"].tolist() == pytest.approx([-case["nll_published"] for case in CASES], abs=1e-9)
    by_hand = table.pivot(index="subject", columns="model", values="published")
    found = advantage(table, "published")
    assert found["difference"] == pytest.approx((by_hand["BaseCMR"] - by_hand["BaseCRU"]).mean())
    assert found["low"] < found["difference"] < found["high"]
    assert by_person(fits, None)["published"].isna().all()


def test_presets_are_the_variants_pooled() -> None:
    """Their likelihoods of all lists, as searches from several starts found them."""
    for name, expected in (("BaseCRU", -94_179.8), ("BaseCMR", -78_266.3)):
        assert log_likelihood(CRU.preset(name), PEOPLE).sum() == pytest.approx(expected, abs=0.2)
