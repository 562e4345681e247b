"""Where and how training computes: the device, the precision of numbers, and whether results must be the same again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from memsim.core.errors import InputError

DEVICES = ("cpu", "cuda", "mps")
"""``cuda:1`` and so on are devices of CUDA."""
_REPEATABLE = "CUBLAS_WORKSPACE_CONFIG", ":4096:8"
"""What the matrix products of CUDA need in the environment to be the same again, by PyTorch's notes on it."""


def device_of(name: str, precision: str) -> str:
    """The device of this name; ``auto`` is the first of cuda, mps and cpu that is there and has the precision.

    Raises
    ------
    InputError : another name, a device that is not there, or one that lacks the precision.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() and precision == "float32" else "cpu"
    if name.partition(":")[0] not in DEVICES:
        raise InputError(f"device={name!r} cannot be used; choose {', '.join(DEVICES)} or auto")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InputError(f"device={name!r} cannot be used: {error}") from None
    if device.type == "mps" and precision != "float32":
        raise InputError(f"precision={precision!r} is not for device='mps', which has float32 only; choose cpu or cuda")
    return name


@contextmanager
def precision_of(precision: str, device: str) -> Iterator[None]:
    """Within this, new numbers have this precision; with ``bfloat16``, products that allow it are computed in it."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64 if precision == "float64" else torch.float32)
    try:
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bfloat16"):
            yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def computing(threads: int, deterministic: bool) -> Iterator[None]:
    """Within this, so many threads of the CPU compute; with ``deterministic``, only what gives the same again.

    An operation that cannot give the same again on its device then raises an error of torch, which names it.
    """
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark
    torch.set_num_threads(threads)
    if deterministic:
        os.environ.setdefault(*_REPEATABLE)
        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
        torch.backends.cudnn.benchmark = before[2]
