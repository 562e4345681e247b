"""Loss and gradient of a batch as one recorded call of a GPU, which does not wait for the CPU at every operation."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError, MemsimWarning
from memsim.training.objectives.objective import Drawn


class Graph(Protocol):
    """Operations that were recorded."""

    def replay(self) -> None:
        """Do them again, with the same tensors."""


class Recorded(NamedTuple):
    """The operations of batches of one shape, and the tensors that they read and write."""

    graph: Graph
    given: Mapping[str, Tensor]
    """What is drawn; it is copied here before a replay."""
    loss: Tensor
    slopes: Sequence[Tensor | None]
    """The gradients of the weights."""


class Recorder:
    """Computes losses of batches and the gradients of weights, by operations that are recorded once for each shape.

    The first batch of a shape is computed as ever, the second is recorded; from then on its operations are replayed.

    Parameters
    ----------
    loss_of : the loss of a batch, as :meth:`memsim.training.objectives.objective.Objective.loss_of` gives it. It draws
        nothing, and does not look at numbers.
    weights : whose gradients are wanted.
    required : whether it is an error where the operations cannot be recorded; else there is a warning, and they are
        computed one after another.
    record : how to record a function: it calls the function, and gives its operations and what it returned; by default
        as a graph of CUDA.
    """

    def __init__(
        self,
        loss_of: Callable[[Drawn], Tensor],
        weights: Sequence[nn.Parameter],
        *,
        required: bool = True,
        record: Callable[[Callable[[], Tensor]], tuple[Graph, Tensor]] | None = None,
    ) -> None:
        self.loss_of, self.weights, self.required = loss_of, weights, required
        self.record = record or CudaGraphs()
        self.recorded: dict[Any, Recorded | None] = {}
        self.gave_up = False

    def loss(self, drawn: Drawn) -> Tensor:
        """The loss of a batch, with the gradients in ``weight.grad``, as after ``backward``.

        Raises
        ------
        InputError : the operations cannot be recorded.
        """
        shape = tuple((name, value.shape if isinstance(value, Tensor) else value) for name, value in drawn.items())
        if self.gave_up or shape not in self.recorded:
            self.recorded[shape] = None
            return self._computed(drawn)
        found = self.recorded[shape] or self._recorded(drawn)
        if found is None:
            return self._computed(drawn)
        self.recorded[shape] = found
        for name, tensor in found.given.items():
            value = drawn[name]
            assert isinstance(value, Tensor)
            tensor.copy_(value)
        found.graph.replay()
        for weight, slope in zip(self.weights, found.slopes, strict=True):
            weight.grad = slope
        return found.loss

    def _computed(self, drawn: Drawn) -> Tensor:
        """Compute loss and gradients by operations one after another."""
        for weight in self.weights:
            weight.grad = None
        loss = self.loss_of(drawn)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def _recorded(self, drawn: Drawn) -> Recorded | None:
        given = {name: value.clone() for name, value in drawn.items() if isinstance(value, Tensor)}
        try:
            graph, loss = self.record(lambda: self._computed({**drawn, **given}))
        except RuntimeError as error:
            first: BaseException = error
            while first.__context__ is not None:
                first = first.__context__
            reason = str(first).strip().splitlines()[0]
            problem = (
                f"the operations of an iteration cannot be recorded: {reason}; a core must not look at numbers of its "
                "tensors, nor make tensors from numbers, in a step"
            )
            if self.required:
                raise InputError(f"recorded=True: {problem}. Or train without") from error
            warnings.warn(f"{problem}. They are computed one after another", MemsimWarning, stacklevel=2)
            self.gave_up = True
            return None
        return Recorded(graph, given, loss, [weight.grad for weight in self.weights])


@contextmanager
def uncollected() -> Iterator[None]:
    """Garbage is collected before, and not within: a graph that is freed ends the recording of another."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class CudaGraphs:
    """Records graphs of CUDA, which share their memory, since one is replayed at a time."""

    def __init__(self) -> None:
        self.pool = torch.cuda.graph_pool_handle()

    def __call__(self, function: Callable[[], Tensor]) -> tuple[Graph, Tensor]:
        """Record what a function does."""
        graph = torch.cuda.CUDAGraph()
        with uncollected(), torch.cuda.graph(graph, pool=self.pool):
            loss = function()
        return graph, loss
