"""The workers that run cells: what each does, in this process, in joblib's processes, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import re
import sys
import threading
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from functools import cache
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, NamedTuple, TypeAlias

from memsim.core import errors
from memsim.core.code.provenance import versions
from memsim.core.code.user_code import import_later, is_users
from memsim.core.errors import DataError, InputError, MemsimError, UnknownNameError
from memsim.running.digests import source_digest
from memsim.running.sealed import sealed
from memsim.running.store import FORMAT, Store, require_json

DEATHS = 3
"""How many workers a cell may kill before it is abandoned."""
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Job(NamedTuple):
    """What a worker receives: the pickled function and arguments, the key, the file of the result, the folder of the
    run, the checksum that memsim's source code must have in a worker with its own installation, and the modules that
    a function imports when it runs.
    """

    payload: bytes
    key: str
    file: str
    run: str
    source: str
    later: Mapping[str, tuple[str, str]]

    @property
    def mark(self) -> Path:
        """The file that exists once a worker has begun the cell."""
        return Path(self.run, Path(self.file).stem)


class Failure(NamedTuple):
    """What went wrong within a cell, as text: exceptions themselves may not survive pickling."""

    kind: str
    message: str
    trace: str

    def error(self, label: str) -> MemsimError:
        """The error to raise; its message names the cell and the place, and a note holds the traceback."""
        kind = getattr(errors, self.kind, None)
        if isinstance(kind, type) and issubclass(kind, MemsimError):
            return kind(f"{label}: {self.message}")
        places = re.findall(r'File "(.+)", line (\d+)', self.trace)
        where = f" (at {':'.join(places[-1])})" if places else ""
        failed = MemsimError(f"{label} failed: {self.kind}: {' '.join(self.message.split())}{where}")
        if self.trace:
            failed.add_note(self.trace)
        return failed


Outcome: TypeAlias = "str | Failure"
"""What a worker returns: the stored text of a finished cell, or what went wrong."""


def pickled(function: Callable[..., Any], arguments: Mapping[str, Any], label: str) -> bytes:
    """Pickle a function and its arguments.

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
    """Pickle by value the code that workers may not have, or have in another version: all modules of the user's.

    What is already pickled so, as within a run that this one is part of, stays so afterwards.
    """
    import cloudpickle

    # By the names that modules have themselves: "__mp_main__" is another name of "__main__".
    users = {module.__name__: module for module in list(sys.modules.values()) if is_users(module)}
    users |= {name: sys.modules[name] for name in {each.__module__ for each in functions} if not _importable(name)}
    known = {"__main__", *cloudpickle.list_registry_pickle_by_value()}
    modules = [module for name, module in users.items() if name not in known]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _importable(module: str) -> bool:
    """Whether another process can import ``module``; cloudpickle handles ``__main__`` itself."""
    root = module.partition(".")[0]
    return root == "__main__" or any(
        finder.find_spec(root, None) is not None for finder in sys.meta_path if hasattr(finder, "find_spec")
    )


def work(job: Job) -> Outcome:
    """Run a cell in a worker, and store its result if this machine has the folder of the run."""
    shared = Path(job.run).is_dir()
    if shared:
        job.mark.touch()
    outcome = _computed(job, _one_thread)
    if shared and isinstance(outcome, str):
        with contextlib.suppress(DataError):  # the process that began the run stores it too, and reports the error
            Store.write(Path(job.file), outcome)
    return outcome


def work_of(job: tuple[Any, ...]) -> Outcome:
    """:func:`work` of the fields of a job."""
    return work(Job(*job))


def work_here(job: Job) -> Outcome:
    """Run a cell in this process, and restore the settings of the process afterwards."""
    with contextlib.ExitStack() as undo:
        return _computed(job, lambda: undo.push(_one_thread()))


def _computed(job: Job, one_thread: Callable[[], Any]) -> Outcome:
    try:
        if job.source and job.source != source_digest():
            raise InputError(
                f"this worker has another memsim (source {source_digest()[:8]}) than the process that began the run "
                f"({job.source[:8]}); install the same version everywhere and restart the workers"
            )
        import_later(job.later)
        function, arguments = _unpickled(job)
        one_thread()
        started = perf_counter()
        result = function(**arguments)
        seconds = round(perf_counter() - started, 3)
        require_json(result, "its result")
        entry = {"format": FORMAT, "key": json.loads(job.key), "result": result, "seconds": seconds}
        return sealed({**entry, "versions": versions()})
    except UnknownNameError as error:
        fix = "; where a plug-in has it, install its package on every worker" if job.source else ""
        return Failure(type(error).__name__, f"{error}{fix}", "")
    except (Exception, SystemExit) as error:
        return Failure(type(error).__name__, str(error), traceback.format_exc())


def _unpickled(job: Job) -> Any:
    try:
        return pickle.loads(job.payload)
    except (ImportError, AttributeError) as error:
        raise InputError(f"a worker cannot import what the cell needs ({error}); install the package on every worker, "
                         "in the version here, and restart the workers") from error  # fmt: skip


def _one_thread() -> contextlib.ExitStack:
    """Restrict this process to one thread, also in libraries that it imports later; the result undoes this."""
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
    # Torch reads the environment when it is imported later. Numba would keep that setting for good, so it is imported
    # now, unless the environment had it already, as in joblib's processes.
    if os.environ.get("NUMBA_NUM_THREADS") != "1":
        importlib.import_module("numba")
    for library in (sys.modules.get("numba"), sys.modules.get("torch")):
        if library is not None:
            undo.callback(library.set_num_threads, library.get_num_threads())
            library.set_num_threads(1)
    return undo


def _named(job: Job, parent: int) -> tuple[str, Outcome]:
    _end_with(parent)
    return job.key, work(job)


@cache
def _end_with(parent: int) -> None:
    """End this worker when the process that began the run is gone, even if it was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            sleep(0.5)
        os._exit(1)

    if hasattr(os, "getppid"):
        threading.Thread(target=watch, daemon=True).start()


def in_processes(
    keys: Iterable[str], job: Callable[[str], Job], processes: int, store: Store, run: Path
) -> Generator[tuple[str, Outcome], None, None]:
    """Yield outcomes from joblib's processes as they arrive. Cells that ran when one died run again one by one, those
    that saw the fewest deaths first, so that a cell that only ran beside a deadly one is finished before that is named.
    """
    import joblib

    deaths: Counter[str] = Counter()
    unexplained = 0
    left = dict.fromkeys(keys)
    while left:
        batch = [key for key in left if not deaths[key]] or [min(left, key=deaths.__getitem__)]
        for mark in run.iterdir():
            mark.unlink()
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
                raise MemsimError(f"workers die before they begin a cell: {error}") from error
            for key in [key for key in batch if key in left]:
                finished = store.read(key)
                if finished is not None:  # it was stored, and only its return was cut off
                    del left[key]
                    yield key, sealed(finished)
                elif store.path(key).stem in begun:
                    deaths[key] += 1
                    if deaths[key] >= DEATHS:
                        yield key, killed(DEATHS, error)
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # joblib warns of results that are not collected
                outcomes.close()


def _sent(batch: Iterable[str], job: Callable[[str], Job], unsent: list[InputError]) -> Iterator[Any]:
    """Yield the calls for joblib, which reads them in a thread of its own, where an error would be lost."""
    import joblib

    for key in batch:
        try:
            yield joblib.delayed(_named)(job(key), os.getpid())
        except InputError as error:
            unsent.append(error)
            return


def killed(times: int, error: Exception) -> Failure:
    """The failure of a cell that killed this many workers."""
    message = (
        f"it killed its worker {times} times and is not run again; it may crash, or need more memory than there is"
    )
    return Failure(MemsimError.__name__, f"{message} ({error})", "")
