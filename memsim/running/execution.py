"""Run many independent cells, in this process, in processes of this machine or on a cluster, and keep the results."""

from __future__ import annotations

import importlib
import os
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from memsim.core.code.user_code import code_of, later_modules
from memsim.core.errors import InputError
from memsim.core.files.strict_json import from_json_text
from memsim.core.interruption import noted
from memsim.core.limits import MOST
from memsim.core.version import __version__
from memsim.running.dask_cluster import on_dask
from memsim.running.digests import canonical, description, source_digest
from memsim.running.options import require_running
from memsim.running.progress import progress_bar
from memsim.running.store import Store
from memsim.running.workers import Failure, Job, Outcome, in_processes, pickled, sent_by_value, work_here

ENVIRONMENT = "MEMSIM_WORKERS"
"""Environment variable: how many cells run at a time on this machine where ``workers`` is not given."""

_KEPT: ContextVar[Path | None] = ContextVar("memsim_cells_kept_in", default=None)


@contextmanager
def cells_kept_in(folder: Path | None) -> Iterator[None]:
    """Within this, :func:`run_cells` keeps finished cells in ``folder`` where it is given no cache."""
    token = _KEPT.set(folder)
    try:
        yield
    finally:
        _KEPT.reset(token)


@dataclass(frozen=True)
class Cell:
    """A piece of work that depends on no other.

    Parameters
    ----------
    function : a function at the top level of its module. It returns what JSON can hold: numbers (NaN and infinities
        included), text, ``None``, lists, and mappings with text as keys.
    arguments : its keyword arguments, seeds among them; values that can be pickled and whose content
        :func:`memsim.running.digests.description` defines.
    label : the name of the cell in messages.
    aside : further keyword arguments on which the result does not depend, such as folders of temporary files.
    uses : functions that the arguments name, on whose code the result depends as well.
    """

    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    label: str = ""
    aside: Mapping[str, Any] = field(default_factory=dict)
    uses: Sequence[Callable[..., Any]] = ()

    @property
    def name(self) -> str:
        """The label, or else the name of the function."""
        return self.label or self.function_name

    @property
    def function_name(self) -> str:
        """``module:name`` of the function."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    @cached_property
    def key(self) -> str:
        """What the result depends on, as JSON: the function and its arguments, with the user's code on which they run,
        and the version and source of memsim.

        Raises
        ------
        InputError : a function that is not at the top level of its module, or an argument without a defined content.
        """
        if "<" in self.function.__qualname__:
            raise InputError(f"Cell: {self.function_name} must be defined at the top level of a module")
        try:
            arguments = {name: description(value) for name, value in self.arguments.items()}
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from error
        return canonical(
            {
                "function": self.function_name,
                "code": [code for each in (self.function, *self.uses) if (code := code_of(each))],
                "arguments": arguments,
                "memsim": __version__,
                "source": source_digest(),
            }
        )


def run_cells(
    cells: Iterable[Cell],
    *,
    backend: str = "local",
    scheduler: str = "",
    workers: int | None = None,
    cache: str | Path | None = None,
    progress: bool = False,
    title: str = "",
) -> list[Any]:
    """Run ``cells`` and return their results in the same order. Results do not depend on where cells run.

    Every cell runs with one thread, and cells with equal keys run once. A result enters the cache as soon as it is
    known, so an interrupted run continues where it stopped. When a worker dies, its unfinished cells run again, those
    that were running at the time one by one.

    Parameters
    ----------
    cells : the work.
    backend : ``"local"``, processes of this machine, or ``"dask"``, a cluster.
    scheduler : the address of the Dask scheduler, ``tcp://host:8786``, or the file that it wrote for its workers.
    workers : how many cells run at a time. If not given: on this machine the number in the environment variable
        ``MEMSIM_WORKERS``, or else all processors; on a cluster as many as it takes. A single local cell, and all
        local cells with one worker, run in this process.
    cache : folder of finished cells, created if needed; ``None`` keeps nothing after this call, except within
        :func:`cells_kept_in`. A damaged file, or one that memsim did not write, causes a warning, and its cell runs
        again.
    progress : whether to show a progress bar with the remaining time, in a terminal or a notebook.
    title : the label of the bar.

    Raises
    ------
    InputError : an unknown backend, a missing package, a scheduler that does not answer, a cell that cannot be sent.
    DataError : the cache cannot be read or written.
    MemsimError : a cell failed, or killed its worker three times; the message names it. An error that memsim raised
        within a cell keeps its class.
    """
    cells = list(cells)
    require_running(cache=cache, progress=progress)
    processes = _checked_workers(backend, scheduler, workers)
    keys = [cell.key for cell in cells]
    copies = Counter(keys)
    with ExitStack() as stack:
        cache = _KEPT.get() if cache is None else cache
        if cache is None:
            cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="memsim-cells-")))
            store = Store(cache)
        else:
            store = Store(Path(cache).absolute())
            stack.enter_context(noted(lambda: _finished(store, copies)))
        results = {key: entry["result"] for key in copies if (entry := store.read(key)) is not None}
        done = sum(copies[key] for key in results)
        bar = stack.enter_context(
            progress_bar(progress, total=len(cells), initial=done, desc=title or None, unit="cell", leave=False)
        )
        if done:
            bar.set_postfix_str(f"{done:,} were done before")
        todo = {key: cell for key, cell in zip(keys, cells, strict=True) if key not in results}
        if todo:
            stack.enter_context(sent_by_value(cell.function for cell in todo.values()))
            run = stack.enter_context(store.running())
            # joblib replaces processes that grow, and warns; as an error the warning would end its thread, and hang.
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)

            def job(key: str) -> Job:
                cell = todo[key]
                payload = pickled(cell.function, {**cell.arguments, **cell.aside}, cell.name)
                source = source_digest() if backend == "dask" else ""
                return Job(payload, key, str(store.path(key)), str(run), source, later_modules(payload))

            outcomes: Generator[tuple[str, Outcome], None, None]
            if backend == "dask":
                outcomes = on_dask(todo, job, scheduler, workers)
            elif processes == 1 or len(todo) == 1:
                outcomes = ((key, work_here(job(key))) for key in todo)
            else:
                outcomes = in_processes(todo, job, processes, store, run)
            for key, outcome in stack.enter_context(closing(outcomes)):
                if isinstance(outcome, Failure):
                    raise outcome.error(todo[key].name)
                store.write(store.path(key), outcome)
                results[key] = from_json_text(outcome)["result"]
                bar.update(copies[key])
    return [results[key] for key in keys]


def _finished(store: Store, copies: Counter[str]) -> str:
    """How many cells are finished, for one who interrupts the others; empty if none is."""
    done = sum(n for key, n in copies.items() if store.path(key).is_file())
    verb, them = ("is", "it") if done == 1 else ("are", "them")
    counted = f"{done:,} of {copies.total():,} cells {verb} finished and kept in {store.folder}"
    return f"{counted}, and the same command goes on from {them}" if done else ""


def _checked_workers(backend: str, scheduler: str, workers: int | None) -> int:
    """How many cells may run at a time on this machine, after checking all options of where cells run."""
    require_running(backend=backend, scheduler=scheduler, workers=workers)
    for package in ("joblib", "cloudpickle", "threadpoolctl", *(("distributed",) if backend == "dask" else ())):
        try:
            importlib.import_module(package)
        except ImportError as error:
            wanted = "'memsim[dask]'" if package == "distributed" else package
            raise InputError(
                f"backend={backend!r} needs {package}, which is not installed: pip install {wanted}"
            ) from error
    if workers is not None:
        return workers
    given = os.environ.get(ENVIRONMENT)
    if not given:
        import joblib

        return joblib.cpu_count()
    if not given.isdecimal() or not 1 <= int(given[:10]) <= MOST["workers"]:
        raise InputError(f"the environment variable {ENVIRONMENT}={given!r} must be a whole number of at least 1")
    return int(given)
