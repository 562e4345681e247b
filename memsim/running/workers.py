"""The workers that run cells: this process, joblib's processes, or those of a Dask cluster."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import sys
import traceback
import uuid
import warnings
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias

from memsim.core import errors
from memsim.core.errors import DataError, InputError, MemsimError
from memsim.core.provenance import versions
from memsim.running.digests import source_digest
from memsim.running.store import FORMAT, Store, require_plain

DEATHS = 3
"""How many workers a cell may kill before it is given up."""
_PLUGIN = "memsim_plugin_"
"""How modules are called that :func:`memsim.models.lookup.find_model` reads from files; no worker could import them."""
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Job(NamedTuple):
    """What a worker gets: function and arguments, the key, where the result goes, and, if it runs on an installation
    of its own, the checksum that memsim's code must have there.
    """

    payload: bytes
    key: str
    file: str
    run: str
    source: str

    @property
    def mark(self) -> Path:
        """The file that says that a worker has begun with it."""
        return Path(self.run, Path(self.file).stem)


class Failure(NamedTuple):
    """What went wrong within a cell; errors themselves may not survive the way back."""

    kind: str
    message: str
    trace: str

    def error(self, label: str) -> MemsimError:
        """The error to raise, which names the cell."""
        kind = getattr(errors, self.kind, None)
        if isinstance(kind, type) and issubclass(kind, MemsimError):
            return kind(f"{label}: {self.message}")
        return MemsimError(f"{label} failed: {self.kind}: {self.message}\n\n{self.trace}")


Outcome: TypeAlias = "str | Failure"
"""What a worker gives: the entry of a finished cell, as text, or what went wrong."""


def pickled(function: Callable[..., Any], arguments: Mapping[str, Any], label: str) -> bytes:
    """Function and arguments as they travel.

    Raises
    ------
    InputError : an argument that cannot be pickled.
    """
    import cloudpickle

    try:
        return cloudpickle.dumps((function, dict(arguments)))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise InputError(f"{label}: its arguments cannot be sent to a worker: {error}") from error


@contextlib.contextmanager
def sent_by_value(functions: Iterable[Callable[..., Any]]) -> Iterator[None]:
    """Have code that workers cannot import travel with what is pickled: models from files, functions of loose files."""
    import cloudpickle

    names = {name for name in sys.modules if name.startswith(_PLUGIN)}
    names |= {function.__module__ for function in functions if not _importable(function.__module__)}
    modules = [sys.modules[name] for name in names]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _importable(module: str) -> bool:
    """Whether another process would find ``module``; cloudpickle takes care of ``__main__`` itself."""
    root = module.partition(".")[0]
    return root == "__main__" or any(
        finder.find_spec(root, None) is not None for finder in sys.meta_path if hasattr(finder, "find_spec")
    )


def _work(job: Job) -> Outcome:
    """In a worker: run a cell, and write down what came out if this machine has the folder."""
    shared = Path(job.run).is_dir()
    if shared:
        job.mark.touch()
    outcome = _computed(job, _one_thread)
    if shared and isinstance(outcome, str):
        with contextlib.suppress(DataError):  # the process that began the run writes it too, and says what is wrong
            Store.write(Path(job.file), outcome)
    return outcome


def work_here(job: Job) -> Outcome:
    """Run a cell in this process, and leave the process as it was."""
    with contextlib.ExitStack() as undo:
        return _computed(job, lambda: undo.push(_one_thread()))


def _computed(job: Job, one_thread: Callable[[], Any]) -> Outcome:
    try:
        if job.source and job.source != source_digest():
            raise InputError(
                f"this worker has another memsim (code {source_digest()[:8]}) than the process that began the run "
                f"({job.source[:8]}); install the same one everywhere, and start the workers anew"
            )
        function, arguments = pickle.loads(job.payload)
        one_thread()
        started = perf_counter()
        result = function(**arguments)
        seconds = round(perf_counter() - started, 3)
        require_plain(result, "its result")
        entry = {"format": FORMAT, "key": json.loads(job.key), "result": result, "seconds": seconds}
        return json.dumps({**entry, "versions": versions()}, ensure_ascii=False)
    except (Exception, SystemExit) as error:
        return Failure(type(error).__name__, str(error), traceback.format_exc())


def _one_thread() -> contextlib.ExitStack:
    """Have this process compute with one thread, also in what it imports later; what comes back undoes it."""
    import threadpoolctl

    undo = contextlib.ExitStack()
    for name in _ONE_THREAD:
        before = os.environ.get(name)
        if before is None:
            undo.callback(os.environ.pop, name, None)
        else:
            undo.callback(os.environ.__setitem__, name, before)
        os.environ[name] = "1"
    undo.callback(threadpoolctl.threadpool_limits(1).restore_original_limits)
    # What imports torch later finds the environment. Numba would keep to it for good, so it is imported now, but
    # where it is so already, as in joblib's processes.
    if os.environ.get("NUMBA_NUM_THREADS") != "1":
        importlib.import_module("numba")
    for library in (sys.modules.get("numba"), sys.modules.get("torch")):
        if library is not None:
            undo.callback(library.set_num_threads, library.get_num_threads())
            library.set_num_threads(1)
    return undo


def _named(job: Job) -> tuple[str, Outcome]:
    return job.key, _work(job)


def in_processes(
    keys: Iterable[str], job: Callable[[str], Job], workers: int | None, store: Store, run: Path
) -> Generator[tuple[str, Outcome], None, None]:
    """Outcomes from joblib's processes as they come. Those that were running when one died are run again alone."""
    import joblib

    deaths: Counter[str] = Counter()
    unexplained = 0
    left = dict.fromkeys(keys)
    while left:
        batch = [key for key in left if not deaths[key]] or [next(iter(left))]
        for mark in run.iterdir():
            mark.unlink()
        # joblib would run what is for one process in this one, which a cell could then take with it.
        processes = max(workers or joblib.cpu_count(), 2)
        with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
            pool = joblib.Parallel(processes, return_as="generator_unordered", batch_size=1)
        unsent: list[InputError] = []
        outcomes = pool(_sent(batch, job, unsent))
        try:
            for key, outcome in outcomes:
                del left[key]
                yield key, outcome
            if unsent:
                raise unsent[0]
        except BrokenExecutor as error:
            begun = {mark.name for mark in run.iterdir()}
            unexplained += not begun
            if unexplained >= DEATHS:
                raise MemsimError(f"workers die before they begin with a cell: {error}") from error
            for key in [key for key in batch if key in left]:
                finished = store.read(key)
                if finished is not None:  # only its way back was cut off
                    del left[key]
                    yield key, finished
                elif store.path(key).stem in begun:
                    deaths[key] += 1
                    if deaths[key] >= DEATHS:
                        yield key, _killed(DEATHS, error)
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # joblib's, of results that nobody waits for
                outcomes.close()


def _sent(batch: Iterable[str], job: Callable[[str], Job], unsent: list[InputError]) -> Iterator[Any]:
    """The calls for joblib, which takes them in a thread of its own, where an error would be lost."""
    import joblib

    for key in batch:
        try:
            yield joblib.delayed(_named)(job(key))
        except InputError as error:
            unsent.append(error)
            return


def _killed(times: int, error: Exception) -> Failure:
    told = f"it killed its worker {times} times, and is not run again; it may crash, or need more memory than there is"
    return Failure(MemsimError.__name__, f"{told} ({error})", "")


def on_dask(
    keys: Iterable[str], job: Callable[[str], Job], scheduler: str, workers: int | None
) -> Generator[tuple[str, Outcome], None, None]:
    """Outcomes from the workers of a Dask cluster as they come.

    The scheduler itself runs again what was on a worker that died, and gives up a task after several deaths; whatever
    else was on those workers may be given up with it, so such a cell has another chance, alone.
    """
    # joblib's own backend for Dask (joblib 1.6.0) waits for ever for a task that the scheduler has given up.
    distributed: Any = importlib.import_module("distributed")

    where = {"scheduler_file": scheduler} if Path(scheduler).is_file() else {"address": scheduler}
    try:
        client = distributed.Client(**where, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        left, given_up, running = deque(keys), deque[str](), dict[Any, str]()

        def start(key: str) -> None:
            running[client.submit(_work, job(key), key=f"memsim-{uuid.uuid4().hex}")] = key

        while left or running or given_up:
            room = workers or max(2 * sum(client.nthreads().values()), 16)
            while left and len(running) < room:
                start(left.popleft())
            alone = not running
            if alone:
                start(given_up.popleft())
            try:
                with client.as_current():
                    distributed.wait(list(running), return_when="FIRST_COMPLETED")
                for future in [future for future in running if future.done()]:
                    key = running.pop(future)
                    try:
                        yield key, future.result()
                    except distributed.scheduler.KilledWorker as error:
                        if alone:
                            yield key, _killed(error.allowed_failures + 1, error)
                        given_up.append(key)
            except (CancelledError, distributed.CancelledError, distributed.comm.CommClosedError) as error:
                raise MemsimError(
                    f"the Dask scheduler at {scheduler} went away; what is finished is kept, so run it again: {error}"
                ) from error
