"""Many independent pieces of work: here, in processes of this machine, or on a cluster; what is done stays done."""

from __future__ import annotations

import importlib
import json
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from tqdm import tqdm

from memsim.core.errors import InputError
from memsim.core.names import closest
from memsim.core.version import __version__
from memsim.running.digests import canonical, digest, source_digest
from memsim.running.store import Store, require_plain
from memsim.running.workers import Failure, Job, Outcome, in_processes, on_dask, pickled, sent_by_value, work_here

__all__ = ["BACKENDS", "Cell", "Running", "digest", "run_cells", "run_with"]

BACKENDS = ("local", "dask")
"""Where cells run: in processes of this machine (joblib's), or on the workers of a Dask cluster."""


@dataclass(frozen=True)
class Cell:
    """A piece of work that depends on no other.

    Parameters
    ----------
    function : ``module:name`` of a function at the top of its module. It gives what JSON can hold: numbers (NaN and
        infinities too), text, ``None``, lists, and mappings with text as keys.
    arguments : its keyword arguments, seeds among them; what can be pickled.
    key : everything that the result depends on, as JSON; :func:`memsim.running.digests.digest` tells of models and
    recalls what
        they hold. The function and the version of memsim are added.
    label : what messages call it.
    """

    function: str
    arguments: Mapping[str, Any]
    key: Mapping[str, Any]
    label: str = ""

    @property
    def name(self) -> str:
        """The label, or else function and key."""
        return self.label or f"{self.function} {canonical(dict(self.key))}"


class Running(TypedDict, total=False):
    """How cells run, as options of the functions that make them; see :func:`run_cells`. One at a time if not said."""

    workers: int | None
    backend: str
    scheduler: str
    cache: Path | None
    progress: bool


def run_with(running: Running, cells: Iterable[Cell], description: str) -> list[Any]:
    """:func:`run_cells` with these options: one cell at a time, and no bar, unless asked for."""
    options: Running = {"workers": 1, "progress": False, **running}
    return run_cells(cells, description=description, **options)


def run_cells(
    cells: Iterable[Cell],
    *,
    backend: str = "local",
    scheduler: str = "",
    workers: int | None = None,
    cache: Path | None = None,
    progress: bool = True,
    description: str = "",
) -> list[Any]:
    """Run ``cells`` and give their results, in their order; the same results wherever they run.

    Every cell runs with one thread. Cells with equal keys are run once. A result is in the cache as soon as it is
    known, so that a run which was interrupted goes on where it stopped. When a worker dies, what was not finished is
    run again, and those cells that were running then each by itself.

    Parameters
    ----------
    cells : the work.
    backend : ``"local"``, processes of this machine, or ``"dask"``.
    scheduler : the address of the Dask scheduler, ``tcp://host:8786``, or the file that it wrote for its workers.
    workers : cells at a time; as many as there are processors, or as the cluster takes, if not given. With 1, local
        cells run in this process.
    cache : folder of finished cells, made if need be; ``None`` keeps none beyond this call. A file in it that memsim
        did not write, or that is damaged, is warned of and its cell run again.
    progress : whether to show a bar, with the time that is left, where there is a terminal.
    description : what the bar is called.

    Raises
    ------
    InputError : an unknown backend, a missing package, a scheduler that does not answer, a cell that cannot be sent.
    DataError : the cache cannot be read or written.
    MemsimError : a cell failed, or killed its worker three times; the message names it. An error of memsim's own within
        a cell is raised as what it is.
    """
    cells = list(cells)
    _check(backend, scheduler, workers)
    keys = [_key(cell) for cell in cells]
    copies = Counter(keys)
    with ExitStack() as stack:
        if cache is None:
            cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="memsim-cells-")))
        store = Store(cache.absolute())
        results = {key: json.loads(text)["result"] for key in copies if (text := store.read(key)) is not None}
        done = sum(copies[key] for key in results)
        bar = stack.enter_context(
            tqdm(total=len(cells), initial=done, desc=description or None, unit="cell", leave=False,
                 disable=None if progress else True)
        )  # fmt: skip
        if done:
            bar.set_postfix_str(f"{done:,} were done before")
        todo = {key: cell for key, cell in zip(keys, cells, strict=True) if key not in results}
        if todo:
            functions = {cell.function: _function(cell.function) for cell in todo.values()}
            stack.enter_context(sent_by_value(functions.values()))
            run = stack.enter_context(store.running())
            # joblib replaces processes that grow, and warns; as an error the warning would end its thread, and hang.
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)

            def job(key: str) -> Job:
                cell = todo[key]
                payload = pickled(functions[cell.function], cell.arguments, cell.name)
                source = source_digest() if backend == "dask" else ""
                return Job(payload, key, str(store.path(key)), str(run), source)

            outcomes: Generator[tuple[str, Outcome], None, None]
            if backend == "dask":
                outcomes = on_dask(todo, job, scheduler, workers)
            elif workers == 1:
                outcomes = ((key, work_here(job(key))) for key in todo)
            else:
                outcomes = in_processes(todo, job, workers, store, run)
            for key, outcome in stack.enter_context(closing(outcomes)):
                if isinstance(outcome, Failure):
                    raise outcome.error(todo[key].name)
                store.write(store.path(key), outcome)
                results[key] = json.loads(outcome)["result"]
                bar.update(copies[key])
    return [results[key] for key in keys]


def _check(backend: str, scheduler: str, workers: int | None) -> None:
    if backend not in BACKENDS:
        there_are = ", ".join(BACKENDS)
        raise InputError(f"there is no backend {backend!r}{closest(backend, BACKENDS)} There are: {there_are}.")
    if backend == "dask" and not scheduler:
        raise InputError("backend='dask' needs the address of its scheduler, such as tcp://127.0.0.1:8786")
    if backend != "dask" and scheduler:
        raise InputError(f"scheduler={scheduler!r} is for backend='dask'; with backend={backend!r} leave it out")
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise InputError(f"workers={workers!r} must be a whole number of at least 1, or None for all processors")
    for package in ("joblib", "cloudpickle", "threadpoolctl", *(("distributed",) if backend == "dask" else ())):
        try:
            importlib.import_module(package)
        except ImportError as error:
            what = "'memsim[dask]'" if package == "distributed" else package
            raise InputError(f"backend={backend!r} needs {package}, which is not here: pip install {what}") from error


def _key(cell: Cell) -> str:
    if not isinstance(cell, Cell):
        raise InputError(f"run_cells: expected memsim.running.execution.Cell, got {type(cell).__name__}")
    key = {"function": cell.function, "memsim": __version__, "source": source_digest(), "key": dict(cell.key)}
    require_plain(key, f"{cell.label or cell.function}: its key")
    return canonical(key)


def _function(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"Cell: function={name!r} must be module:name of a function, and is not: {error}") from error
