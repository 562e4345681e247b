"""How many threads torch takes for the small matrices of networks of memory: one, unless it was told otherwise."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

_TOLD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables by which a user says how many threads torch takes."""


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute with one thread, and as before afterwards.

    Several threads make such steps no faster, and with another busy process many times slower, since each step waits
    for all of them. What the environment variables or ``torch.set_num_threads`` say holds.
    """
    import torch

    before = torch.get_num_threads()
    if before == 1 or any(os.environ.get(name) for name in _TOLD) or before not in _usual():
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _usual() -> set[int]:
    """The numbers of threads that torch takes on this machine by itself: all processors, or half, by their cores."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    present = os.cpu_count() or 1
    return {available, present, max(1, available // 2), max(1, present // 2)}
