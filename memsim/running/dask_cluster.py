"""Cells on a Dask cluster, which is checked before any cell is sent."""

from __future__ import annotations

import contextlib
import importlib
import logging
import platform
import threading
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from time import monotonic
from typing import Any

from memsim.core.errors import InputError, MemsimError
from memsim.running.digests import source_digest
from memsim.running.workers import Job, Outcome, killed

CONNECT, PATIENCE = 6, 15
"""Seconds in which the scheduler, and then its workers, must answer; and seconds for everything that is checked."""
_WORK = "__import__('memsim.running.workers', fromlist=['workers']).work_of(job)"
"""A call as text, so that the scheduler, which reads what it passes on, does not need memsim."""
_PROBE = "__import__('memsim.running.digests', fromlist=['digests']).source_digest()"


def on_dask(
    keys: Iterable[str], job: Callable[[str], Job], scheduler: str, workers: int | None
) -> Generator[tuple[str, Outcome], None, None]:
    """Yield outcomes from the workers of a Dask cluster as they arrive.

    The scheduler itself reruns the tasks of a worker that died, and abandons a task after several deaths. Other tasks
    on those workers may be abandoned with it, so each abandoned cell runs once more, alone; those that kill again are
    yielded when all others are finished.

    Raises
    ------
    InputError : no scheduler answers, or another version of it; or there are no workers, or none that can run memsim.
    MemsimError : the scheduler, or all of its workers, went away.
    """
    # joblib's own backend for Dask (joblib 1.6.0) waits for ever for a task that the scheduler has abandoned.
    distributed: Any = importlib.import_module("distributed")
    client = _checked_client(scheduler)
    with client:
        left, abandoned, running = deque(keys), deque[str](), dict[Any, str]()
        deadly: list[tuple[str, Outcome]] = []

        def start(key: str) -> None:
            running[client.submit(eval, _WORK, {"job": tuple(job(key))}, key=f"memsim-{uuid.uuid4().hex}")] = key

        while left or running or abandoned:
            room = workers or max(2 * sum(client.nthreads().values()), 16)
            while left and len(running) < room:
                start(left.popleft())
            alone = not running
            if alone:
                start(abandoned.popleft())
            try:
                _wait(client, list(running), scheduler)
                for future in [future for future in running if future.done()]:
                    key = running.pop(future)
                    try:
                        yield key, future.result()
                    except distributed.scheduler.KilledWorker as error:
                        if alone:
                            deadly.append((key, killed(error.allowed_failures + 1, error)))
                        else:
                            abandoned.append(key)
                    except (CancelledError, distributed.CancelledError, distributed.comm.CommClosedError):
                        raise
                    except Exception as error:
                        raise MemsimError(
                            f"a Dask worker of {scheduler} cannot run a cell ({type(error).__name__}: "
                            f"{' '.join(str(error).split())}); install the same memsim and Dask everywhere, and "
                            "restart scheduler and workers"
                        ) from error
            except (CancelledError, distributed.CancelledError, distributed.comm.CommClosedError) as error:
                raise MemsimError(
                    f"the Dask scheduler at {scheduler} went away; finished cells are kept, so run it again: {error}"
                ) from error
        yield from deadly


def _wait(client: Any, futures: list[Any], scheduler: str) -> None:
    """Wait for the first of these, as long as there are workers."""
    distributed: Any = importlib.import_module("distributed")
    since = monotonic()
    while True:
        try:
            with client.as_current():
                distributed.wait(futures, timeout=5, return_when="FIRST_COMPLETED")
            return
        except TimeoutError:
            if client.nthreads():
                since = monotonic()
            elif monotonic() - since > PATIENCE:
                raise MemsimError(
                    f"all workers of the Dask scheduler at {scheduler} went away; finished cells are kept, so start "
                    "workers and run it again"
                ) from None


def _checked_client(scheduler: str) -> Any:
    """A client of a cluster that can run cells; the answer comes in time, whatever is at that address."""
    found: list[Any] = []
    given_up = threading.Event()

    def connect() -> None:
        try:
            client = _connected(scheduler)
        except Exception as error:  # a service that is no scheduler causes errors of every kind
            found.append(error)
            return
        found.append(client)
        if given_up.is_set():
            client.close(timeout=1)

    thread = threading.Thread(target=connect, daemon=True)
    with _quiet():
        thread.start()
        thread.join(PATIENCE)
    if not found:
        given_up.set()
        raise InputError(f"{scheduler} does not answer as a Dask scheduler does; give the address that it printed when "
                         "it started, such as tcp://127.0.0.1:8786")  # fmt: skip
    if isinstance(found[0], InputError):
        raise found[0]
    if isinstance(found[0], Exception):
        problem = " ".join(str(found[0]).split()) or type(found[0]).__name__
        raise InputError(f"no Dask scheduler answers at {scheduler}: {problem}; start one with: dask scheduler, and "
                         "give the address that it prints") from found[0]  # fmt: skip
    return found[0]


def _connected(scheduler: str) -> Any:
    distributed: Any = importlib.import_module("distributed")
    where = {"scheduler_file": scheduler} if Path(scheduler).is_file() else {"address": scheduler}
    client = distributed.Client(**where, timeout=CONNECT, set_as_default=False)
    try:
        _require_able(client, scheduler)
    except BaseException:
        with contextlib.suppress(Exception):
            client.close(timeout=1)
        raise
    return client


def _require_able(client: Any, scheduler: str) -> None:
    """Raise :class:`InputError` unless scheduler and workers have the versions of this process, and memsim."""
    found = client.get_versions()
    _require_version(scheduler, "the Dask scheduler", found["client"], found["scheduler"])
    try:
        client.wait_for_workers(1, timeout=CONNECT)
    except TimeoutError:
        raise InputError(f"the Dask scheduler at {scheduler} has no workers; start some with: dask worker "
                         f"{scheduler}") from None  # fmt: skip
    found = client.get_versions()
    for worker, versions in found["workers"].items():
        _require_version(scheduler, f"the Dask worker {worker}", found["client"], versions)
    for worker, answer in client.run(eval, _PROBE, on_error="return").items():
        if isinstance(answer, BaseException):
            raise InputError(f"the Dask worker {worker} cannot import memsim ({type(answer).__name__}: {answer}); "
                             "install memsim on every worker and restart the workers")  # fmt: skip
        if answer != source_digest():
            raise InputError(
                f"the Dask worker {worker} has another memsim (source {str(answer)[:8]}) than this process "
                f"({source_digest()[:8]}); install the same version everywhere and restart the workers"
            )


def _require_version(scheduler: str, who: str, own: Any, other: Any) -> None:
    """Raise :class:`InputError` where Python (but for its last number) or Dask are of other versions there."""
    packages = [
        ("distributed", own["packages"].get("distributed"), (other or {}).get("packages", {}).get("distributed"))
    ]
    theirs = str((other or {}).get("host", {}).get("python", "")).split(".")[:2]
    packages.append(("Python", ".".join(platform.python_version_tuple()[:2]), ".".join(theirs)))
    for name, here, there in packages:
        if here != there:
            raise InputError(f"{who} of {scheduler} has {name} {there or 'of an unknown version'}, and this process "
                             f"has {here}; install the same version everywhere and start it again")  # fmt: skip


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what the package distributed logs of connections that fail, since an error says it in one line."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
