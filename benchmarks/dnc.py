"""The DNC's network beside that of the package dnc, one thread, in one run: ``python -m benchmarks.dnc``.

Needs ``pip install dnc`` in an environment that it does not disturb; memsim does not depend on it. Its read vectors do
not reach the controller, so it does less work than the paper's machine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from benchmarks.speed import median_seconds
from memsim.models.dnc_network import MemoryNetwork, NetworkConfig

STEPS, VECTOR = 20, 8
SIZES = {"a": (7, 10, 1, 128, 3), "b": (16, 16, 1, 64, 32), "c": (128, 20, 4, 64, 16), "d": (512, 32, 4, 64, 8)}
"""Slots, width, read heads, hidden units, batch."""


def forward(network: Callable[[Tensor], Tensor], inputs: Tensor) -> None:
    """Outputs alone."""
    with torch.no_grad():
        network(inputs)


def both(network: Callable[[Tensor], Tensor], inputs: Tensor) -> None:
    """Outputs and gradients."""
    network(inputs).square().mean().backward()  # type: ignore[no-untyped-call]


def main() -> None:
    """Print milliseconds for each step of a sequence, and ratios."""
    from dnc import DNC as Theirs

    torch.set_num_threads(1)
    print(f"ms per step, forward / forward and backward, sequences of {STEPS}")
    for name, (slots, width, heads, hidden, batch) in SIZES.items():
        ours = MemoryNetwork(NetworkConfig(VECTOR, VECTOR, slots, width, heads, hidden))
        theirs = Theirs(VECTOR, hidden, num_hidden_layers=1, nr_cells=slots, cell_size=width, read_heads=heads)
        runs = (
            (lambda x, net=ours: net(x)[0], torch.randn(STEPS, batch, VECTOR)),
            (lambda x, net=theirs: net(x, reset_experience=True)[0], torch.randn(batch, STEPS, VECTOR)),
        )
        repeats = 3 if slots > 200 else 9
        times = [
            [1000 / STEPS * median_seconds(partial(work, net, inputs), repeats) for work in (forward, both)]
            for net, inputs in runs
        ]
        (here, here_both), (there, there_both) = times
        print(
            f"  {name}: memsim {here:.2f} / {here_both:.2f}   dnc {there:.2f} / {there_both:.2f}   "
            f"ratio {there / here:.1f} / {there_both / here_both:.1f}"
        )


if __name__ == "__main__":
    main()
