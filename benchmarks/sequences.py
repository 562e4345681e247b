"""Whole sequences of cores beside their steps, with one thread, in one run: ``python -m benchmarks.sequences``."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor

from benchmarks.speed import median_seconds
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.registered import CORES

BATCH, VECTOR, LENGTHS = 48, 12, (20, 80)


def both(core: Any, unroll: Any, inputs: Tensor) -> None:
    """Compute the outputs and gradients."""
    unroll(core, inputs)[0].square().mean().backward()


def main() -> None:
    """Print milliseconds for a sequence, forward and backward, by steps and at once, and the ratio."""
    torch.set_num_threads(1)
    print(f"ms for {BATCH} sequences, forward and backward: by steps, at once, ratio; by steps in a sequence")
    for name in CORES.names():
        cls = CORES.get(name)
        if cls.unroll is Core.unroll:
            continue
        parts = []
        for length in LENGTHS:
            plain, fast = cls(VECTOR, VECTOR), cls(VECTOR, VECTOR)
            fast.fused = True
            inputs = torch.randn(length, BATCH, VECTOR)
            steps, whole = (
                1000 * median_seconds(partial(both, core, unroll, inputs))
                for core, unroll in ((plain, Core.unroll), (fast, cls.unroll))
            )
            parts.append(f"{length}: {steps:.1f}, {whole:.1f}, {steps / whole:.1f}")
        print(f"{name:14}" + "    ".join(parts))


if __name__ == "__main__":
    main()
