"""The origin of recalls, through JSON, joins, tables and files."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Recalls, Trials, simulate
from memsim.core.errors import InputError
from memsim.core.origin import SEVERAL_MODELS, Observed, Origin, Simulated, common_origin, origin_from_json
from memsim.core.recall_parts import by_subject, joined, resampled
from memsim.data import load_recalls
from memsim.models import TCM, Strength
from memsim.paradigms import FreeRecall
from tests.conftest import observed

TASK = FreeRecall(list_length=4)
MADE_BY_TCM = Simulated("TCM", {"context_drift": 0.5, "rule": "power", "on": True}, 3, 8, {"memsim": "0.1.0"})
PEOPLE = Observed("murdock1962", "20-1", "Murdock, B. B. (1962).", {"sha256": "ab", "skipped": {"lists": 2}, "of": [1]})

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
mappings = st.dictionaries(st.text(), plain, max_size=3)
seeds = st.none() | st.integers(0, 2**63)
simulated_origins = st.builds(Simulated, st.text(min_size=1), mappings, seeds, seeds, mappings)
observed_origins = st.builds(Observed, st.text(), st.text(), st.text(), mappings)


def responses(origin: Origin, n: int = 6, *, seed: int = 0) -> Recalls:
    """Recalls with intrusions of known and unknown items, times, conditions and sources."""
    rng = np.random.default_rng(seed)
    items = np.arange(4 * n).reshape(n, 4)
    positions = np.array([[2, -1, 0], [-1, 0, 0], [4, 3, 1]])[np.arange(n) % 3]
    intruders = np.where(positions == -1, np.where(np.arange(n) % 2, 0, -1)[:, None], -1)
    trials = Trials(
        items, ItemPool.numbered(4 * n), TASK, np.arange(n) % 2, source=items % 2,
        conditions={"half": np.arange(n) // 3},
    )  # fmt: skip
    times = np.where(positions == 0, np.nan, np.cumsum(rng.random((n, 3)), axis=1).round(6))
    return Recalls(trials, positions, times=times, intruders=intruders, origin=origin)


# JSON


@given(simulated_origins | observed_origins)
def test_origins_come_back_from_json(origin: Origin) -> None:
    assert origin_from_json(json.loads(json.dumps(origin.to_json()))) == origin


def test_values_become_plain_on_construction(tmp_path: Path) -> None:
    origin = Observed(details={"file": tmp_path, "counts": (np.int64(2), np.float64(0.5)), "codes": np.array([1, 2])})
    assert origin.details == {"file": str(tmp_path), "counts": [2, 0.5], "codes": [1, 2]}
    assert Simulated("TCM", seed=np.int64(4)).to_json() == {"kind": "simulated", "model": "TCM", "seed": 4}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Simulated(""), "model is empty; name the model"),
        (lambda: Simulated(TCM()), r"model=TCM\(.*\) must be text"),
        (lambda: Simulated("TCM", seed=0.5), "seed=0.5 must be a whole number or None"),
        (lambda: Simulated("TCM", {"file": object()}), r"parameters\['file'\] is <object .*which JSON cannot hold"),
        (lambda: Observed(details={"rate": float("nan")}), r"details\['rate'\] is nan, which JSON cannot hold"),
        (lambda: Observed(details={"codes": {1: 2}}), r"details\['codes'\] is .*which JSON cannot hold"),
        (lambda: Observed(details=[1]), r"details=\[1\] must be a mapping"),
        (lambda: origin_from_json("TCM"), "expected a mapping with the key 'kind', got 'TCM'"),
        (lambda: origin_from_json({"model": "TCM"}), "kind=None is not one of 'simulated', 'observed'"),
        (lambda: origin_from_json({"kind": "observed", "model": "TCM"}), "observed origin has no field 'model'"),
        (lambda: origin_from_json({"kind": "simulated"}), "the field 'model' is missing"),
        (lambda: Recalls.from_matrix([[1]], 2, origin={"model": "TCM"}), "neither a Simulated nor an Observed"),
    ],
)
def test_wrong_origins(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build()


def test_recalls_without_an_origin_are_of_unknown_people() -> None:
    assert Recalls.from_matrix([[1]], 2).origin == Observed()


# Joining


def test_joined_origins_keep_what_they_have_in_common() -> None:
    other = Simulated("TCM", {"context_drift": 0.6, "rule": "power", "on": True}, 4, 8, {"memsim": "0.1.0"})
    expected = Simulated("TCM", {"rule": "power", "on": True}, None, 8, {"memsim": "0.1.0"})
    assert common_origin([MADE_BY_TCM, other]) == expected
    mixed = common_origin([MADE_BY_TCM, Simulated("CMR", {"rule": "power"})])
    assert mixed == Simulated(SEVERAL_MODELS, {"rule": "power"})
    assert common_origin([PEOPLE, Observed("murdock1962", "20-2", PEOPLE.citation)]) == Observed(
        "murdock1962", citation=PEOPLE.citation
    )


@settings(max_examples=50)
@given(st.lists(simulated_origins, min_size=3, max_size=3) | st.lists(observed_origins, min_size=3, max_size=3))
def test_joining_does_not_depend_on_grouping(origins: list[Origin]) -> None:
    one, two, three = origins
    assert common_origin([one, one]) == one
    assert common_origin([common_origin([one, two]), three]) == common_origin([one, common_origin([two, three])])


def test_joining_keeps_times_and_intruders() -> None:
    whole = responses(PEOPLE)
    again = joined([whole[:2], whole[2:]])
    for name in ("positions", "stopped", "times", "intruders"):
        assert np.array_equal(getattr(again, name), getattr(whole, name), equal_nan=name == "times")
    assert again.trials.conditions["half"].tolist() == whole.trials.conditions["half"].tolist()
    assert np.array_equal(again.trials.source, whole.trials.source)
    bare = Recalls(whole.trials, whole.positions[:, :3], origin=PEOPLE)
    for parts in ([whole, bare], [bare, whole]):
        both = joined(parts)
        known = slice(0, 6) if parts[0] is whole else slice(6, 12)
        unknown = slice(6, 12) if parts[0] is whole else slice(0, 6)
        assert both.times is not None and both.intruders is not None
        assert np.array_equal(both.times[known], whole.times, equal_nan=True) and np.isnan(both.times[unknown]).all()
        assert np.array_equal(both.intruders[known], whole.intruders) and (both.intruders[unknown] == -1).all()
    assert joined([bare, bare]).times is None and joined([bare, bare]).intruders is None


def test_recalls_that_cannot_be_joined() -> None:
    people = responses(PEOPLE)
    others: list[tuple[Recalls, str]] = [
        (responses(MADE_BY_TCM), "of models and of people cannot be joined"),
        (Recalls.from_matrix([[1]], 4), "different pools"),
        (Recalls.from_matrix([[1]], 5), "different tasks cannot be joined: FreeRecall"),
        (Recalls(Trials(people.trials.items, people.trials.pool, TASK), people.positions), "conditions .*half; none"),
        (
            Recalls(
                Trials(people.trials.items, people.trials.pool, TASK, conditions=people.trials.conditions),
                people.positions,
            ),
            "with sources and recalls without",
        ),
    ]
    for other, message in others:
        with pytest.raises(InputError, match=message):
            joined([people, other])
    with pytest.raises(InputError, match="no recalls to join"):
        joined([])


# Tables and files


def test_the_whole_origin_is_in_the_table_and_the_model_in_a_file(tmp_path: Path) -> None:
    recalls = responses(MADE_BY_TCM)
    frame = recalls.to_frame()
    assert set(frame["model"]) == {"TCM"} and "model" not in responses(PEOPLE).to_frame()
    assert Recalls.from_frame(frame).origin == MADE_BY_TCM
    assert Recalls.from_frame(frame.query("subject == 1")).origin == MADE_BY_TCM
    assert Recalls.from_frame(frame.drop(columns="model")).origin == MADE_BY_TCM
    assert Recalls.from_frame(frame.assign(model="mine")).origin == Simulated("mine"), "the column counts more"
    assert Recalls.from_frame(frame.assign(model=None)).origin == Observed()
    assert Recalls.from_frame(frame, origin=PEOPLE).origin == PEOPLE
    assert Recalls.from_frame(frame.assign(model=frame["subject"]), origin=PEOPLE).origin == PEOPLE
    for name, separator in (("recalls.csv", ","), ("recalls.tsv", "\t")):
        frame.to_csv(tmp_path / name, sep=separator, index=False)
        assert load_recalls(tmp_path / name).origin == load_recalls(str(tmp_path / name)).origin == Simulated("TCM")


def test_a_table_of_several_models_asks_for_one(tmp_path: Path) -> None:
    tables = [
        responses(MADE_BY_TCM).to_frame(),
        responses(Simulated("CMR", seed=2), 3).to_frame(),
        responses(PEOPLE, 9).to_frame(),
    ]
    frame = pd.concat(tables)
    path = tmp_path / "all.csv"
    frame.to_csv(path, index=False)
    with pytest.raises(
        InputError, match=r"the column 'model' holds 'TCM', 'CMR', '' \(people\); choose one of them by model="
    ):
        Recalls.from_frame(frame)
    with pytest.raises(InputError, match="choose one of them by model="):
        load_recalls(path)
    for model, n, origin in (("TCM", 6, Simulated("TCM")), ("CMR", 3, Simulated("CMR"))):
        for read in (Recalls.from_frame(frame, model=model), load_recalls(path, model=model)):
            assert len(read) == n and read.origin == origin
    people = load_recalls(path, model="")
    assert len(people) == 9 and observed(people).details == {"file": str(path), "reading": {"model": ""}}
    with pytest.raises(InputError, match="model='CMRR' is not in the column 'model'; did you mean 'CMR'"):
        Recalls.from_frame(frame, model="CMRR")
    with pytest.raises(InputError, match="no column 'model'"):
        Recalls.from_frame(tables[2], model="TCM")


def test_a_condition_does_not_hide_the_model() -> None:
    people = responses(PEOPLE)
    named = Trials(people.trials.items, people.trials.pool, TASK, conditions={"model": people.trials.subject})
    with pytest.raises(InputError, match="the condition 'model' has the name of a column"):
        Recalls(named, people.positions).to_frame()
    frame = people.to_frame().assign(model="of a car")
    read = Recalls.from_frame(frame, conditions=["model"])
    assert isinstance(read.origin, Observed) and set(read.trials.conditions["model"]) == {"of a car"}


def test_load_recalls_takes_recalls_names_and_files(tmp_path: Path) -> None:
    recalls = responses(PEOPLE)
    assert load_recalls(recalls) is recalls
    people = load_recalls("morton2013:pure")
    assert isinstance(people.origin, Observed) and (people.origin.dataset, people.origin.condition) == (
        "morton2013", "pure"
    )  # fmt: skip
    odd: list[tuple[Any, dict[str, Any], str]] = [
        (recalls, {"model": "TCM"}, "model='TCM' says how a file is read"),
        ("morton2013:pure", {"model": "TCM"}, "model='TCM' says how a file is read"),
        (tmp_path / "none.csv", {}, "there is no file"),
        (tmp_path, {}, "a folder without dataset_description.json"),
        (3, {}, "3 is neither recalls, nor the name of a data set, nor a file"),
    ]
    for spec, options, message in odd:
        with pytest.raises(InputError, match=message):
            load_recalls(spec, **options)


def test_a_fast_simulation_need_not_name_the_model() -> None:
    class Quick(Strength):
        def fast_simulation(self, trials: Trials, seed: int) -> Recalls:
            return Recalls(trials, np.zeros((len(trials), 0)))

    origin = simulate(Quick(), TASK.trials(3, seed=5), seed=2).origin
    assert isinstance(origin, Simulated) and (origin.model, origin.seed, origin.lists_seed) == ("Quick", 2, 5)


# Any chain of steps


def sliced(recalls: Recalls, at: int, folder: Path) -> Recalls:
    return recalls[at % len(recalls) :]


def drawn_again(recalls: Recalls, at: int, folder: Path) -> Recalls:
    return resampled(recalls, np.random.default_rng(at).integers(len(recalls), size=len(recalls)))


def split_and_joined(recalls: Recalls, at: int, folder: Path) -> Recalls:
    return joined(list(by_subject(recalls).values()))


def replaced(recalls: Recalls, at: int, folder: Path) -> Recalls:
    return replace(recalls, stopped=np.arange(len(recalls)) % 2 == 0)


def through_a_table(recalls: Recalls, at: int, folder: Path) -> Recalls:
    return Recalls.from_frame(recalls.to_frame(), source="source", conditions=["half"])


def through_a_file(recalls: Recalls, at: int, folder: Path) -> Recalls:
    # A file is read without its sources and conditions, which no reader asks for; they come from the table.
    recalls.to_frame().to_csv(folder / "recalls.csv", index=False)
    read = load_recalls(folder / "recalls.csv")
    frame = read.to_frame().assign(source=0, half=0)
    return Recalls.from_frame(frame, source="source", conditions=["half"])


STEPS = (sliced, drawn_again, split_and_joined, replaced, through_a_table, through_a_file)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    origin=st.sampled_from([MADE_BY_TCM, PEOPLE, Observed(), Simulated("mine")]),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 100)), max_size=5),
)
def test_the_origin_survives_any_chain(
    tmp_path: Path, origin: Origin, steps: list[tuple[Callable[[Recalls, int, Path], Recalls], int]]
) -> None:
    recalls = responses(origin)
    in_file = False
    for step, at in steps:
        n_responses = recalls.n_responses if step is not sliced and step is not drawn_again else None
        recalls = step(recalls, at, tmp_path)
        in_file |= step is through_a_file
        assert n_responses in (None, recalls.n_responses)
        assert recalls.times is not None and recalls.intruders is not None
    assert type(recalls.origin) is type(origin)
    if not in_file:
        assert recalls.origin == origin
    elif isinstance(recalls.origin, Simulated) and isinstance(origin, Simulated):
        assert recalls.origin == Simulated(origin.model)
    else:
        assert recalls.origin == Observed(details={"file": str(tmp_path / "recalls.csv")})
