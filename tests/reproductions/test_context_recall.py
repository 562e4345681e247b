"""Context-based recall: measures against counts by hand, verdicts from numbers, and the whole entry in little."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.paradigms import FreeRecall
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.essay.context_recall.claims import Results, claims_of, findings_of, statement
from memsim.reproductions.essay.context_recall.contiguity import MEASURES, measures_of
from memsim.reproductions.essay.context_recall.lists import (
    DELAYED,
    INTACT,
    MATRIX,
    MATRIX_16,
    NO_NEW,
    NO_OLD,
    ONE_READ,
    PEOPLE,
    lesions_of,
    matrix_recalled,
    training_of,
)
from memsim.reproductions.essay.context_recall.options import (
    BOTH,
    CONSTANT,
    DRIFT,
    FULL_LENGTH,
    HOPS,
    LONGER,
    NETWORKS,
    ONE,
    PLAIN,
    STEPS,
    THREE,
    ContextOptions,
)
from memsim.reproductions.hypotheses import NOT_TESTED, REFUTED, SUPPORTED


def recalls_of(positions: list[list[int]], length: int) -> Recalls:
    task = FreeRecall(list_length=length)
    pool = ItemPool.numbered(length)
    trials = Trials(np.tile(np.arange(length, dtype=np.int32), (len(positions), 1)), pool, task)
    return Recalls(trials, np.array(positions, dtype=np.int32))


def test_measures_by_hand() -> None:
    forward = measures_of(recalls_of([[1, 2, 3, 4, 5, 6, 7, 8]], 8), 0).iloc[0]
    assert forward["recalled"] == 1 and forward["temporal_factor"] == 1
    assert forward["crp_forward"] == 1 and np.isnan(forward["crp_backward"]), "a step back was never possible"
    assert forward["contiguity"] == pytest.approx(1 - forward["shuffled_temporal_factor"])
    # One item back from 5 of eight, then three on: 1 of the 2 transitions to lag -1 that were possible.
    some = measures_of(recalls_of([[5, 4, 7, 0, 0, 0, 0, 0]], 8), 0).iloc[0]
    assert some["recalled"] == 3 / 8 and some["crp_backward"] == 1 / 2 and some["crp_forward"] == 0


def test_shuffled_recalls_of_many_lists_have_no_contiguity() -> None:
    rng = np.random.default_rng(0)
    random = measures_of(recalls_of([rng.permutation(10) + 1 for _ in range(1500)], 10), 0).iloc[0]  # type: ignore[misc]
    assert abs(random["contiguity"]) < 0.02 and abs(random["asymmetry"]) < 0.03


def made(contiguity: float, asymmetry: float, without: float, two: float, three: float) -> Results:
    """Results in which networks with drift have these values, with a little noise over five seeds."""
    rng = np.random.default_rng(1)
    links = [
        {"core": core, "condition": name, "label": f"{core}, {name}", "seed": seed, "one link": 1.0,
         "two links": by_two, "three links": by_three, "parameters": 5000, "seconds": 1.0}
        for core, name, by_two, by_three in (
            ("store", ONE, two, 0.4), ("store", THREE, three, three), ("store", STEPS, three, three),
            ("LSTM", "1 step", 0.2, 0.4),
        )
        for seed in range(5)
    ]  # fmt: skip
    rows = []
    for source, condition, near, forward in (
        (DRIFT, INTACT, contiguity, asymmetry), (DRIFT, NO_OLD, contiguity, without), (DRIFT, NO_NEW, 0.0, 0.0),
        (DRIFT, DELAYED, contiguity, asymmetry), (CONSTANT, INTACT, 0.0, 0.0), (MATRIX, INTACT, 0.2, 0.1),
        (PLAIN, INTACT, 0.0, 0.0), (HOPS, INTACT, contiguity, asymmetry), (HOPS, ONE_READ, 0.0, 0.0),
        (HOPS, DELAYED, contiguity, 0.0), (BOTH, INTACT, 2 * contiguity, asymmetry), (BOTH, ONE_READ, 0.0, 0.0),
        (BOTH, DELAYED, contiguity, asymmetry),
        (MATRIX_16, INTACT, 0.1, 0.1), *((name, INTACT, 0.15, 0.2) for name in PEOPLE),
    ):  # fmt: skip
        for seed in range(5):
            noise = 0.001 * rng.standard_normal(2)
            values: dict[str, Any] = dict.fromkeys(MEASURES, 0.5)
            values |= {"contiguity": near + noise[0], "asymmetry": forward + noise[1]}
            values["recency"] = (0.1 if condition == DELAYED else 0.4) + noise[0]
            rows.append({"source": source, "condition": condition, "unit": str(seed), **values})
    return Results(pd.DataFrame(links), pd.DataFrame(rows), 1e-12)


def test_verdicts_follow_the_numbers() -> None:
    kind = made(contiguity=0.2, asymmetry=0.15, without=0.0, two=0.1, three=0.99)
    assert [finding.verdict for finding in findings_of(kind)] == ["reproduced"]
    claims = {claim.name: claim for claim in claims_of(kind)}
    assert list(claims) == ["X1 store", "X2 store", "X1 LSTM", "X3", "X4", "X5", "X6", "X7", "X8", "X9"]
    assert {claim.verdict for claim in claims.values()} == {SUPPORTED}
    assert "holds of a single read and not of three" in statement(kind)
    assert claims["X4"].numbers.count("5 of 5 seeds") == 2
    more = [each.interval.mean for each in claims["X8"].measures]
    assert more == pytest.approx([0.4, 0.2, 0.15], abs=0.01), "with two reads twice as much as with one"
    fewer = kind.recall[~kind.recall["source"].isin([PLAIN, CONSTANT])]
    untested = {each.name: each.verdict for each in claims_of(Results(kind.links, fewer, kind.difference))}
    assert {name for name, verdict in untested.items() if verdict == NOT_TESTED} == {"X4", "X7"}
    cruel = made(contiguity=0.01, asymmetry=-0.1, without=-0.1, two=0.9, three=0.6)
    claims = {claim.name: claim for claim in claims_of(cruel)}
    refuted = {name for name, claim in claims.items() if claim.verdict == REFUTED}
    assert refuted == {"X1 store", "X2 store", "X4", "X5", "X6", "X7", "X8", "X9"}
    untaught = Results(kind.links.assign(**{"one link": 0.2}), kind.recall, kind.difference)
    verdicts = {claim.name: claim.verdict for claim in claims_of(untaught)}
    assert {verdicts[name] for name in ("X1 store", "X2 store", "X1 LSTM")} == {NOT_TESTED}
    assert "is not tested: with one hop or with three" in statement(untaught)
    alone = Results(kind.links[kind.links["seed"] == 0], kind.recall, kind.difference)
    assert "stays open" in statement(alone), "one seed has no interval"
    assert "neither supported nor refuted" in statement(cruel) and "in 0 of 5 seeds" in claims["X4"].numbers
    short = statement(made(0.2, 0.1, 0.1, two=0.1, three=0.6))
    assert "training with three hops did not reach the mark" in short
    assert "refuted, but one read does more" in statement(made(0.2, 0.1, 0.1, two=0.9, three=0.99))


def test_the_matrix_is_tcm_on_the_lists_of_people() -> None:
    found = matrix_recalled(0, 8, 300)
    assert found["difference"] < 1e-9 and found[MATRIX]["asymmetry"] > 0.05
    assert set(found[MATRIX]) == {*MEASURES, "crp"} and set(found[MATRIX]["crp"]) <= {str(lag) for lag in range(-5, 6)}


def test_sizes() -> None:
    small, full = ContextOptions(), ContextOptions(size="full")
    assert full.length == FULL_LENGTH and small.core_names == ["store", "LSTM"] and "DNC" in full.core_names
    one, other = (training_of(DRIFT, options, 3) for options in (small, full))
    assert other.iterations == LONGER * one.iterations and one.sizes["context"] == 16
    assert training_of(CONSTANT, small, 3).config()["context_drift"] == 0
    with pytest.raises(InputError, match="there is no core 'GRU'.*There are: store, DNC, LSTM"):
        ContextOptions(cores="GRU")
    assert small.network_names == list(NETWORKS) == full.network_names
    assert ContextOptions(networks=f"{PLAIN}; {HOPS}").network_names == [PLAIN, HOPS]
    with pytest.raises(InputError, match="there is no network '3 hops'"):
        ContextOptions(networks="3 hops")


def test_each_network_is_tested_without_the_parts_that_it_has() -> None:
    assert lesions_of(PLAIN) == {INTACT: "", DELAYED: ""}
    assert lesions_of(HOPS) == {INTACT: "", ONE_READ: "hop_2", DELAYED: ""}
    assert list(lesions_of(BOTH)) == [INTACT, NO_OLD, NO_NEW, ONE_READ, DELAYED]
    sizes = {name: training_of(name, ContextOptions(), 0).sizes for name in NETWORKS}
    assert [sizes[name].get("hops", 1) for name in NETWORKS] == [1, 1, 1, 2, 2]


@pytest.mark.slow
def test_the_whole_entry_in_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    little: dict[str, Any] = {
        "seeds": 2, "cores": "LSTM", "links_iterations": 2, "links_batch": 4, "recall_iterations": 2, "batch": 4,
        "lists": 20, "list_length": 6,
    }  # fmt: skip
    report = reproduce("context-recall", 1, tmp_path, **little)
    assert not report.not_drawn and report.manifest["settings"]["seeds"] == [1, 2]
    tables = report.outcome.tables
    assert set(tables["links"]["seed"]) == {1, 2} and len(tables["links"]) == 2
    assert set(tables["recall"]["source"]) == {*NETWORKS, MATRIX, MATRIX_16, *PEOPLE}
    assert set(tables["recall"][tables["recall"]["source"] == DRIFT]["condition"]) == {INTACT, NO_OLD, NO_NEW, DELAYED}
    assert "X3. Hypothesis: TCM is a memory matrix" in report.manifest["statement"]
    assert {"claims.csv", "measures.csv"} <= {file.name for file in report.files}
    assert report.table.set_index("quantity")["verdict"].filter(like="X3 largest").tolist() == ["reproduced"]


def test_an_unknown_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "context-recall", "--set", "hops=3"]) != 0
    assert "hops" in capsys.readouterr().err
