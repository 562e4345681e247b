"""Cells: the same results wherever they run, and nothing that is finished is lost."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Recalls, fit, simulate
from memsim.core.errors import DataError, InputError, MemsimError, UnknownNameError
from memsim.core.likelihood import log_likelihood
from memsim.core.origin import Observed
from memsim.models import CMR, DNC, TCM
from memsim.models.lookup import find_model
from memsim.paradigms import FreeRecall, SerialRecall
from memsim.running.digests import digest
from memsim.running.execution import Cell, run_cells
from memsim.running.store import Store

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="needs the package distributed: pip install 'memsim[dask]'"
)
LOCAL = {"backend": "local", "workers": 2}


def square(number: float, log: str = "") -> dict[str, Any]:
    """What a cell may be: its runs leave a line in ``log``."""
    if log:
        with open(log, "a") as file:
            file.write(f"{number}\n")
    return {"number": number, "square": number * number}


def strange(what: str) -> list[Any]:
    return [float("nan"), float("inf"), -float("inf"), 0.1 + 0.2, 5e-324, -0.0, 2**70, what, None, True, (1, {"a": []})]


def likelihood(model: Any, seed: int) -> list[float]:
    trials = FreeRecall(list_length=8).trials(40, seed)
    recalls = simulate(model, trials, seed)
    return [float(value) for value in log_likelihood(model, recalls, samples=10, seed=seed)]


def threads(_: int) -> list[int]:
    import numba
    import threadpoolctl
    import torch

    pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] != "numba"]
    return [torch.get_num_threads(), *pools, numba.get_num_threads() if "numba" in sys.modules else 1]


def die(number: float, once: str = "", log: str = "", killer: bool = True) -> dict[str, Any]:
    """Take the worker along: always, or the first time if ``once`` names a file to remember it by."""
    if killer and not (once and Path(once).exists()):
        if once:
            Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number, log)


def meet(number: float, place: str, deadly: bool) -> dict[str, Any]:
    """The deadly one waits for the other and dies; the other waits to be killed with it, and finishes the next time."""
    other = Path(place)
    if deadly:
        while not other.exists():
            os.sched_yield()
        os.kill(os.getpid(), signal.SIGKILL)
    if not other.exists():
        other.touch()
        signal.pause()
    return square(number)


def fail(number: float, how: str, after: str = "") -> dict[str, Any]:
    while after and not list(Path(after).rglob("*.json")):  # the first cell is not yet finished
        os.sched_yield()
    if how == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
    if how == "interrupt parent":
        os.kill(os.getppid(), signal.SIGINT)
        signal.pause()
    errors: dict[str, BaseException] = {
        "own": UnknownNameError("there is no such"), "other": ZeroDivisionError("by zero"), "exit": SystemExit(3),
    }  # fmt: skip
    if how in errors:
        raise errors[how]
    return {"set": {1, 2}} if how == "set" else {"key": {number: 1}}


def cell(number: float, **arguments: Any) -> Cell:
    return Cell(square, {"number": number}, f"cell {number}", arguments)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


def lines(log: Path) -> list[str]:
    return sorted(log.read_text().split()) if log.exists() else []


def test_results_in_order_and_only_once(tmp_path: Path) -> None:
    log, cache = tmp_path / "log", tmp_path / "cache"
    cells = [cell(number, log=str(log)) for number in (3, 1, 2, 1)]
    expected = [square(number) for number in (3, 1, 2, 1)]
    assert run_cells(cells[:2], cache=cache, workers=1, progress=False) == expected[:2]
    assert run_cells(cells, cache=cache, **LOCAL, progress=False) == expected
    assert run_cells(cells, cache=cache, workers=1, progress=False) == expected
    assert lines(log) == ["1", "2", "3"], "equal keys and finished cells are not run again"
    assert run_cells([]) == []
    assert not list(cache.glob(".*")), "nothing but finished cells stays"


def within(number: float) -> list[Any]:
    """A cell that runs cells of the same module."""
    before = set(cloudpickle.list_registry_pickle_by_value())
    found = run_cells([cell(number), cell(number + 1)], workers=1)
    assert set(cloudpickle.list_registry_pickle_by_value()) == before
    return [bool(before), *(each["square"] for each in found)]


def test_cells_within_a_cell_leave_the_code_of_the_outer_ones_to_be_sent() -> None:
    cells = [Cell(within, {"number": number}) for number in (2.0, 5.0)]
    assert run_cells(cells, workers=1) == [[True, 4.0, 9.0], [True, 25.0, 36.0]]
    assert not cloudpickle.list_registry_pickle_by_value()


def test_values_survive_exactly(tmp_path: Path) -> None:
    cells = [Cell(strange, {"what": "é\n\0"})]
    for backend in ({"workers": 1}, LOCAL, {"workers": 1}):  # computed here, elsewhere, and read
        [result] = run_cells(cells, cache=tmp_path / str(len(backend)), **backend)
        assert repr(result) == repr(json.loads(json.dumps(strange("é\n\0"))))


def test_one_thread_everywhere_and_none_changed_here() -> None:
    import torch

    before = torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")
    cells = [Cell(threads, {"_": i}) for i in range(3)]
    for workers in (1, 2):
        assert {number for counts in run_cells(cells, workers=workers) for number in counts} == {1}
    assert before == (torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS"))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_from_a_file_travels(tmp_path: Path, workers: int) -> None:
    (tmp_path / "mine.py").write_text("from memsim.models import Strength\n\nclass Mine(Strength):\n    pass\n")
    _, cls = find_model(str(tmp_path / "mine.py"))
    models = [cls(), TCM(context_drift=0.7)]
    cells = [Cell(likelihood, {"model": m, "seed": s}) for m in models for s in (0, 1)]
    assert run_cells(cells, workers=workers) == [likelihood(m, s) for m in models for s in (0, 1)]


def test_a_worker_that_dies_loses_nothing(tmp_path: Path) -> None:
    log, once = tmp_path / "log", tmp_path / "once"
    cells = [cell(number, log=str(log)) for number in range(6)]
    cells[2] = dataclasses.replace(cells[2], function=die, aside={"log": str(log), "once": str(once)})
    assert run_cells(cells, **LOCAL, cache=tmp_path / "cache") == [square(number) for number in range(6)]
    assert set(lines(log)) == set("012345") and once.exists()
    before = lines(log)
    run_cells(cells, **LOCAL, cache=tmp_path / "cache")
    assert lines(log) == before, "all of it is in the cache"


def test_a_cell_that_kills_every_worker_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log"
    cells = [
        Cell(die, {"number": 1}, "the poison"),
        *(cell(n, log=str(log)) for n in range(5)),
    ]
    with pytest.raises(MemsimError, match="the poison: it killed its worker 3 times"):
        run_cells(cells, **LOCAL, cache=tmp_path / "cache")
    assert lines(log)[::1] and set(lines(log)) == set("01234"), "the others were finished"
    assert run_cells(cells[1:], workers=1, cache=tmp_path / "cache") == [square(n) for n in range(5)]


def test_a_cell_beside_one_that_kills_is_finished_first(tmp_path: Path) -> None:
    deadly, other = (
        Cell(meet, {"number": int(not deadly), "deadly": deadly}, "the poison", {"place": str(tmp_path / "met")})
        for deadly in (True, False)
    )
    with pytest.raises(MemsimError, match="the poison: it killed its worker 3 times"):
        run_cells([deadly, other], **LOCAL, cache=tmp_path / "cache")
    stored = Store(tmp_path / "cache").read(other.key)
    assert stored is not None and stored["result"] == square(1)


# When a run is given up, joblib's thread may still look for work that was taken back, and say so as it ends.
GIVEN_UP = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@GIVEN_UP
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("own", UnknownNameError, "^the bad one: there is no such$"),
        (
            "other",
            MemsimError,
            r"^the bad one failed: ZeroDivisionError: by zero \(at \S+test_execution.py:\d+\)\n.*in fail",
        ),
        ("exit", MemsimError, "the bad one failed: SystemExit: 3"),
        ("set", InputError, r"the bad one: its result\['set'\] is set, which JSON cannot hold"),
        ("key", InputError, r"the bad one: its result\['key'\] has the name 9"),
    ],
)
def test_an_error_names_its_cell_and_keeps_the_others(
    tmp_path: Path, workers: int, how: str, error: type[Exception], message: str
) -> None:
    log = tmp_path / "log"
    good = [cell(number, log=str(log)) for number in range(2)]
    run_cells(good, workers=workers, cache=tmp_path / "cache")
    bad = Cell(fail, {"number": 9, "how": how}, "the bad one")
    with pytest.raises(error, match=f"(?s){message}") as raised:
        run_cells([*good, bad, cell(5)], workers=workers, cache=tmp_path / "cache")
    assert "\n" not in str(raised.value), "the traceback is a note"
    assert run_cells(good, workers=workers, cache=tmp_path / "cache") == [square(0), square(1)]
    assert lines(log) == ["0", "1"]


@GIVEN_UP
@pytest.mark.parametrize(("workers", "how"), [(1, "interrupt"), (2, "interrupt parent")])
def test_an_interrupted_run_goes_on(tmp_path: Path, workers: int, how: str) -> None:
    log, cache = tmp_path / "log", tmp_path / "cache"
    good = [cell(number, log=str(log)) for number in range(4)]
    stopper = Cell(fail, {"number": 9, "how": how}, aside={"after": str(cache)})
    with pytest.raises(KeyboardInterrupt):
        run_cells([good[0], stopper, *good[1:]], workers=workers, cache=cache)
    finished = [json.loads(path.read_text())["result"]["number"] for path in cache.rglob("*.json")]
    assert 0 in finished
    assert not list(cache.glob(".running*"))
    assert run_cells(good, workers=workers, cache=cache) == [square(number) for number in range(4)]
    again = [number for number in lines(log) if lines(log).count(number) > 1]
    assert not {str(number) for number in finished} & set(again)


def test_a_damaged_or_foreign_file_causes_a_warning_and_is_run_again(tmp_path: Path) -> None:
    cells = [cell(1), cell(2)]
    run_cells(cells, workers=1, cache=tmp_path)
    one, two = sorted(tmp_path.rglob("*.json"))
    whole = one.read_text()
    for text in (whole[: len(whole) // 2], "[]", "{}", two.read_text(), "\x80"):
        one.write_text(text, encoding="latin-1")
        with pytest.warns(UserWarning, match=f"{one.name} is not a finished cell.*it is run again"):
            assert run_cells(cells, workers=1, cache=tmp_path) == [square(1), square(2)]
        assert json.loads(one.read_text())["result"] == json.loads(whole)["result"]
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be"):
        run_cells(cells, cache=tmp_path / "file" / "cache")


def test_what_stands_in_a_finished_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    run_cells([cell(7, log=str(log))], workers=1, cache=tmp_path / "cache")
    [path] = (tmp_path / "cache").rglob("*.json")
    entry = json.loads(path.read_text())
    assert entry["key"]["arguments"] == {"number": 7} and entry["key"]["function"] == f"{__name__}:square"
    assert entry["versions"]["memsim"] == entry["key"]["memsim"] and entry["seconds"] >= 0
    assert path.stat().st_mode & 0o777 == 0o644
    monkeypatch.setattr("memsim.running.execution.__version__", "another")
    run_cells([cell(7, log=str(log))], workers=1, cache=tmp_path / "cache")
    assert lines(log) == ["7", "7"], "another version is another cell"


def process(number: int) -> int:
    return os.getpid()


def test_how_many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single cell, or a single worker, stays in this process; the environment says what is usual."""
    cells, here = [Cell(process, {"number": number}) for number in range(3)], os.getpid()
    assert run_cells(cells[:1], workers=2) == run_cells(cells[:1]) == [here]
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    assert run_cells(cells) == run_cells(cells, workers=1) == [here] * 3
    assert here not in run_cells(cells, workers=2)
    monkeypatch.setenv("MEMSIM_WORKERS", "2")
    assert here not in run_cells(cells)
    for wrong in ("none", "0", "-1", "1.5"):
        monkeypatch.setenv("MEMSIM_WORKERS", wrong)
        with pytest.raises(InputError, match=f"MEMSIM_WORKERS='{wrong}' must be a whole number of at least 1"):
            run_cells(cells)


def test_what_a_key_depends_on() -> None:
    """Every argument counts, by its content; what stands aside does not."""
    recalls = simulate(TCM(), FreeRecall(list_length=6).trials(5, 0), 0)
    keys = [
        Cell(likelihood, arguments).key
        for arguments in ({"model": TCM()}, {"model": TCM(), "seed": 1}, {"model": CMR(), "seed": 1}, {"r": recalls},
                          {"r": recalls[:4]}, {"t": recalls.trials})
    ]  # fmt: skip
    assert len({*keys, Cell(square, {"model": TCM()}).key}) == 7
    same = Cell(likelihood, {"model": TCM().replace(context_drift=TCM().context_drift)}, "another name", {"log": "x"})
    assert same.key == keys[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "dusk"}, "no backend 'dusk'; did you mean 'dask'"),
        ({"backend": "dask"}, "needs the address of its scheduler"),
        ({"scheduler": "tcp://x:1"}, "leave it out"),
        ({"workers": 0}, "workers=0"),
        ({"workers": True}, "workers=True"),
        ({"workers": 10**6}, "at most 1,000"),
        ({"backend": ["local"]}, "there is no backend"),
        ({"scheduler": 3}, "scheduler=3 must be an address"),
        ({"cache": 3}, "cache: 3 is no path"),
        ({"progress": "yes"}, "progress='yes' must be True or False"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run_cells([cell(1)], **options)
    with pytest.raises(InputError, match=message):
        fit(TCM(), "no such people", **options)  # options are looked at before any work


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"needs distributed.*pip install 'memsim\[dask\]'"):
        run_cells([cell(1)], backend="dask", scheduler="tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(InputError, match="pip install joblib"):
        run_cells([cell(1)])


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_cells(workers: int) -> None:
    with pytest.raises(InputError, match="<lambda> must be defined at the top level of a module"):
        run_cells([Cell(lambda: 1, {})], workers=workers)
    with pytest.raises(InputError, match="cell 1: digest: the content of a frame is not defined"):
        run_cells([dataclasses.replace(cell(1), arguments={"number": sys._getframe()})], workers=workers)
    many = [*map(cell, range(9)), dataclasses.replace(cell(9), aside={"log": sys._getframe()})]
    with pytest.raises(InputError, match="cell 9: its arguments cannot be sent"):
        run_cells(many, workers=workers)


@needs_dask
def test_a_cluster_gives_the_same(scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [TCM(), CMR()]
    cells = [Cell(likelihood, {"model": m, "seed": s}) for m in models for s in (0, 1)]
    dask = {"backend": "dask", "scheduler": scheduler}
    assert run_cells(cells, **dask) == run_cells(cells, workers=1) == run_cells(cells, **LOCAL)
    counted = [Cell(threads, {"_": 0})]
    assert set(run_cells(counted, **dask)[0]) == {1}
    bad = Cell(fail, {"number": 9, "how": "own"}, "the bad one")
    with pytest.raises(UnknownNameError, match="the bad one: there is no such"):
        run_cells([bad], **dask, cache=tmp_path)
    with monkeypatch.context() as patched, pytest.raises(InputError, match="this worker has another memsim"):
        patched.setattr("memsim.running.execution.source_digest", lambda: "another")
        run_cells(counted, **dask)
    with pytest.raises(InputError, match="no Dask scheduler answers at nonsense"):
        run_cells([bad], backend="dask", scheduler="nonsense://x")


@needs_dask
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_whose_workers_die(scheduler: str, tmp_path: Path) -> None:
    log, once = tmp_path / "log", tmp_path / "once"
    poison = Cell(die, {"number": 1}, "the poison")
    shy = Cell(die, {"number": 8}, aside={"once": str(once)})
    cells = [poison, shy, *(cell(number, log=str(log)) for number in range(6))]
    dask = {"backend": "dask", "scheduler": scheduler}
    with pytest.raises(MemsimError, match="the poison: it killed its worker 4 times"):
        run_cells(cells, **dask, cache=tmp_path / "cache")
    before = lines(log)
    assert set(before) == set("012345")
    assert run_cells(cells[1:], **dask, cache=tmp_path / "cache") == [square(8), *map(square, range(6))]
    assert lines(log) == before


def test_digests_tell_contents_apart(tmp_path: Path) -> None:
    recalls = simulate(TCM(), FreeRecall(list_length=6).trials(30, 0), 0)
    other = simulate(TCM(), FreeRecall(list_length=6).trials(30, 0), 1)
    pool = ItemPool(np.array(["a", "b"]), features=np.eye(2))
    values: list[Any] = [
        recalls, other, recalls[:29], recalls.trials, FreeRecall(list_length=6), FreeRecall(list_length=7),
        SerialRecall(), TCM(), TCM(context_drift=0.5), CMR(), DNC(), DNC(choice_strength=0.5), pool,
        dataclasses.replace(pool, features=None), 1, 1.0, "1", True, None, [], [1], [[1]], {}, {"a": 1}, {1: "a"},
        np.arange(3), np.arange(3.0), np.arange(3)[:, None], np.array(["0", "1"]), float("nan"),
        pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}),
    ]  # fmt: skip
    found = [digest(value) for value in values]
    assert len(set(found)) == len(found)
    assert found == [digest(value) for value in values]
    assert digest(recalls) == digest(dataclasses.replace(recalls, origin=Observed("of other people")))
    assert digest(np.arange(3, dtype=np.int32)) == digest(np.arange(3, dtype=">i8"))
    assert digest(np.arange(6).reshape(2, 3)) == digest(np.arange(6).reshape(3, 2).T.copy().T.reshape(2, 3))
    assert digest(TCM(context_drift=0.5)) == digest(TCM().replace(context_drift=np.float64(0.5)))
    with pytest.raises(InputError, match="the content of a object is not defined"):
        digest(object())


def test_digest_of_weights_and_of_a_model_from_a_file(tmp_path: Path) -> None:
    from memsim.models.networks.weights import find_weights

    copy = tmp_path / "renamed.safetensors"
    copy.write_bytes(find_weights("dnc-recall").read_bytes())
    assert digest(DNC(weights=str(copy))) == digest(DNC()) != digest(DNC(weights="dnc-serial"))
    code = "from memsim.models import Strength\n\nclass Mine(Strength):\n    pass\n"
    found = []
    for text in (code, code, code + "    other = 1\n"):
        (tmp_path / "mine.py").write_text(text)
        found.append(digest(find_model(str(tmp_path / "mine.py"))[1]()))
    assert found[0] == found[1] != found[2]


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(LEAF, lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=8)


@settings(max_examples=30)
@given(JSON)
def test_a_digest_is_that_of_the_content(value: Any) -> None:
    assert digest(value) == digest(json.loads(json.dumps(value)))
    if isinstance(value, dict):
        assert digest(dict(reversed(value.items()))) == digest(value)


def test_recalls_of_people_have_a_digest() -> None:
    recalls = Recalls.from_matrix([[1, 2], [3, 0]], 5, subject=["b", "a"])
    assert digest(recalls) != digest(Recalls.from_matrix([[1, 2], [3, 0]], 5, subject=["a", "b"]))
