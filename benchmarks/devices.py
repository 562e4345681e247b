"""Training with large batches on a CPU and on a GPU, side by side: ``python -m benchmarks.devices [CORE ...]``.

Each core is trained on recall of lists of 20 items in batches of 1,024. One iteration is the study of the lists, 21
outputs, the gradient, and a step of the optimizer. On a CPU it computes with one thread and memsim's own loops, where
it has some; on a GPU by the plain operations, and with compiled steps (``memsim train --device cuda --compile``).
"""

from __future__ import annotations

import sys
from time import perf_counter

import torch

from memsim.models.networks.cores.registered import CORES
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

BATCH, LENGTH = 1024, 20
WARM, REPEATS = 3, 10


def iteration(trainer: Trainer, repeats: int) -> float:
    """Seconds of one iteration: the median."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        trainer._iterate()
        if trainer.device == "cuda":
            torch.cuda.synchronize()
        times.append(perf_counter() - start)
    return sorted(times)[len(times) // 2]


def measured(core: str, device: str, *, compiled: bool) -> tuple[float, float]:
    """Seconds of an iteration, and of the first ones, in which loops are compiled."""
    settings = Training(network=core, batch=BATCH, first_length=LENGTH, list_length=LENGTH)
    start = perf_counter()
    trainer = Trainer(settings, device=device, compiled=compiled)
    trainer.objective.full = True
    iteration(trainer, WARM if device == "cuda" else 1)
    return iteration(trainer, REPEATS if device == "cuda" else 1), perf_counter() - start


def main() -> None:
    """Print seconds, and how many times as fast as the CPU."""
    torch.set_num_threads(1)
    ways = [("cpu", False)] + [("cuda", compiled) for compiled in (False, True) if torch.cuda.is_available()]
    print(f"torch {torch.__version__}; ms for an iteration of {BATCH:,} lists of {LENGTH}")
    for core in sys.argv[1:] or CORES.names():
        cells, first = [], 0.0
        for device, compiled in ways:
            seconds, warm = measured(core, device, compiled=compiled)
            first = first or seconds
            label = f"{device} compiled (first iterations {warm:.0f} s)" if compiled else device
            cells.append(f"{label} {1000 * seconds:.0f} ({first / seconds:.1f} times)")
        print(f"  {core:14}" + "   ".join(cells), flush=True)


if __name__ == "__main__":
    main()
