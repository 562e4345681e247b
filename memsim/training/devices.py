"""Where and how training computes: device, precision, compiled steps, and whether results must be the same again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.models.networks.cores.core import Core, State, Weightings
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.cores.lstm import Controlled

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


def compile_steps(core: nn.Module, like: Tensor, **options: Any) -> None:
    """Make each step of a core few operations by ``torch.compile``, of any core and on any device.

    Compiled steps have no weightings. On a CPU, they are not for cores of which memsim has compiled loops of its own.

    Parameters
    ----------
    core : the core, whose ``step`` is replaced.
    like : (B, input_size) inputs as they will be given; a step with them is taken, which compiles.
    options : of ``torch.compile``.

    Raises
    ------
    InputError : torch cannot compile here, or memsim has faster loops.
    """
    if isinstance(core, Controlled) and core.compiles(like):
        raise InputError(
            f"compiled=True: {type(core).__name__} runs whole sequences in loops of memsim's own on a CPU, which are "
            "faster; leave it out"
        )
    if isinstance(core, Core):
        core.fused = False
    plain: Any = core.step

    def bare(inputs: Tensor, state: State) -> tuple[Tensor, State]:
        output, after, _ = plain(inputs, state)
        return output, after

    torch.compiler.reset()  # what is compiled is counted by the function, which is the same for all cores
    compiled = torch.compile(bare, **options)

    def step(inputs: Tensor, state: State) -> tuple[Tensor, State, Weightings]:
        return *compiled(inputs, state), {}

    start: Any = core.start
    take_step(core, like, start(len(like)))  # whose errors are those of the core
    core.step = step  # type: ignore[assignment]
    try:
        step(like, start(len(like)))
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(f"compiled=True: torch cannot compile {type(core).__name__}.step here: {reason}") from error
