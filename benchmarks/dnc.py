"""The network of the DNC beside that of the package dnc, with one thread, in one run: ``python -m benchmarks.dnc``.

This needs ``pip install dnc``, best in a separate environment; memsim does not depend on dnc. The read vectors of dnc
do not reach the controller, so it does less work than the machine of the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter

import torch
from torch import Tensor

from benchmarks.speed import median_seconds
from memsim.models.networks.cores.dnc import DNC

STEPS, VECTOR = 20, 8
SIZES = {"a": (7, 10, 1, 128, 3), "b": (16, 16, 1, 64, 32), "c": (128, 20, 4, 64, 16), "d": (512, 32, 4, 64, 8)}
"""Slots, width, read heads, hidden units and batch of each size."""


def forward(network: Callable[[Tensor], Tensor], inputs: Tensor) -> None:
    """Compute the outputs."""
    with torch.no_grad():
        network(inputs)


def both(network: Callable[[Tensor], Tensor], inputs: Tensor) -> None:
    """Compute the outputs and gradients."""
    network(inputs).square().mean().backward()  # type: ignore[no-untyped-call]


def main() -> None:
    """Print milliseconds per step of a sequence, and ratios."""
    from dnc import DNC as Theirs

    torch.set_num_threads(1)
    start = perf_counter()
    compiled = DNC(VECTOR, VECTOR)
    compiled.fused = True
    both(lambda x: compiled(x)[0], torch.randn(2, 2, VECTOR))
    print(f"compiling the fused step, or reading it from the cache: {perf_counter() - start:.1f} s")
    print(f"ms per step, forward / forward and backward, sequences of {STEPS}; how many times as fast as dnc")
    for name, (slots, width, heads, hidden, batch) in SIZES.items():
        plain, fused = (DNC(VECTOR, VECTOR, slots=slots, width=width, heads=heads, hidden=hidden) for _ in range(2))
        fused.fused = True
        theirs = Theirs(VECTOR, hidden, num_hidden_layers=1, nr_cells=slots, cell_size=width, read_heads=heads)
        ours = torch.randn(STEPS, batch, VECTOR)
        runs = {
            "dnc": (lambda x, net=theirs: net(x, reset_experience=True)[0], ours.transpose(0, 1)),
            "plain": (lambda x, net=plain: net(x)[0], ours),
            "fused": (lambda x, net=fused: net(x)[0], ours),
        }
        times = {
            label: [
                1000 / STEPS * median_seconds(partial(work, net, inputs), 3 if slots > 200 else 15)
                for work in (forward, both)
            ]
            for label, (net, inputs) in runs.items()
        }
        ratios = [
            f"{label} {once:.2f} / {twice:.2f} ({times['dnc'][0] / once:.1f} / {times['dnc'][1] / twice:.1f})"
            for label, (once, twice) in times.items()
        ]
        print(f"  {name}: {'   '.join(ratios)}", flush=True)


if __name__ == "__main__":
    main()
