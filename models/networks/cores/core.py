"""The interface of a core: a recurrent network that takes one input and gives one output at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, TypeAlias

import torch
from torch import Tensor, nn

State: TypeAlias = Any
"""What a core carries from one step to the next: any nest of tuples, NamedTuples, lists and dicts of tensors, batch
first."""
Weightings: TypeAlias = Mapping[str, Tensor]
"""Where memory was addressed in a step: (B, heads, cells) by name."""


class Core(nn.Module):
    """A recurrent network behind the objectives, the likelihood, the lesions and the figures of memsim.

    A subclass defines :meth:`start` and :meth:`step`. Its constructor takes the sizes of input and output, and then its
    own sizes and options as keyword arguments with defaults: whole numbers, numbers, booleans and words. Training, the
    command line and the record of weights know them by their names.

    Any :class:`torch.nn.Module` with ``start(batch)`` and ``step(inputs, state)`` is a core, too; all else here is
    optional, and an attribute that such a module sets for itself is a declaration only where it has the form of one
    (:func:`memsim.models.networks.cores.declarations.declared`).
    :func:`memsim.models.networks.core_checks.check_core` and ``memsim check mine.py:MyCore`` prove it sound.
    """

    parts: tuple[str, ...] = ()
    """What a lesion may switch off. A core with a memory offers "memory": all reading and writing.

    A constructor sets it where the parts depend on sizes, as heads do.
    """
    roles: ClassVar[Mapping[str, str]] = {}
    """Places in the state by role, as the dotted path of a leaf or of a nest of leaves; ``""`` is the whole state.

    Roles are ``memory`` (contents), ``controller``, ``links`` (B, N, N) between cells, from column to row,
    ``precedence`` (B, N), how far a cell was the last one written, ``usage`` (B, N), ``written``, the weighting of
    the last write, (B, N) or (B, heads, N), and ``read``, what was read last. What wears, and what is replayed in
    sleep, is found by them (:mod:`memsim.models.networks.wear`); whole numbers, such as counts, do not wear. No role
    has another name.
    """
    limits: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    """Lowest and highest value of a size, or the words that an option may be, by name.

    A whole number without limits is at least 1 and at most :data:`memsim.core.limits.NETWORK` says.
    """
    rows: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Names of the cells of a weighting, where they have names, for the figure."""
    gradient_clip: ClassVar[float] = 10.0
    """The largest norm of a gradient in training, where the settings of training give no other."""
    fused: bool = False
    """Whether a step may be computed by faster operations that give no weightings, as training asks."""

    # A core may define lay_out(items): where inputs are the vector of an item and then the flags of a step, a network
    # that studies lists says how many of the inputs are the vector.

    def start(self, batch: int) -> State:
        """The state before the first step. No two calls share a tensor that a step writes to."""
        raise NotImplementedError(f"{type(self).__name__} must define start(batch)")

    def step(
        self, inputs: Tensor, state: State, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, State, Weightings]:
        """One step for ``inputs`` (B, input_size): the output (B, output_size), the next state, the weightings.

        Outputs are linear unless said otherwise. Weightings lie in [0, 1], and their sums over cells are at most 1, but
        for one called ``usage``, which is how far each cell is in use; ``{}`` without a memory. The state that was
        given stays as it is. ``without`` names the :attr:`parts` that are switched off; it is passed only to cores that
        declare some.
        """
        raise NotImplementedError(f"{type(self).__name__} must define step(inputs, state)")

    def unroll(self, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run ``inputs`` (T, B, input_size): outputs (T, B, output_size) and the last state.

        It loops over :meth:`step`; a core defines it anew for speed only.
        """
        state = self.start(inputs.shape[1]) if state is None else state
        outputs = []
        for vectors in inputs:
            output, state, _ = self.step(vectors, state)
            outputs.append(output)
        return torch.stack(outputs), state

    def forward(self, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """As :meth:`unroll`."""
        return self.unroll(inputs, state)
