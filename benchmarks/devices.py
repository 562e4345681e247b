"""Training with large batches on a CPU and on a GPU, side by side: ``python -m benchmarks.devices [CORE ...]``.

Each core is trained on recall of lists of 20 items in batches of 1,024. One iteration is the study of the lists, 21
outputs, the gradient, and a step of the optimizer. On a CPU it computes with one thread and memsim's own loops, where
it has some; on a GPU by one operation after another, then recorded and replayed as a whole, then with compiled steps
besides.
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
WAYS = {
    "cpu": {}, "cuda": {"device": "cuda", "recorded": False}, "recorded": {"device": "cuda"},
    "compiled": {"device": "cuda", "compiled": True},
}  # fmt: skip


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


def measured(core: str, way: str) -> tuple[float, float]:
    """Seconds of an iteration, and of the first ones, in which steps are compiled and recorded."""
    settings = Training(network=core, batch=BATCH, first_length=LENGTH, list_length=LENGTH)
    start = perf_counter()
    trainer = Trainer(settings, **WAYS[way])  # type: ignore[arg-type]
    trainer.objective.full = True
    on_cpu = trainer.device == "cpu"
    iteration(trainer, 1 if on_cpu else WARM)
    first = perf_counter() - start
    return iteration(trainer, 1 if on_cpu else REPEATS), first


def main() -> None:
    """Print milliseconds, how many times as fast as the CPU, and the seconds of the first iterations."""
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}; ms for an iteration of {BATCH:,} lists of {LENGTH}; (times, first seconds)")
    for core in sys.argv[1:] or CORES.names():
        cells, on_cpu = [], 0.0
        for way in WAYS if torch.cuda.is_available() else ["cpu"]:
            seconds, first = measured(core, way)
            on_cpu = on_cpu or seconds
            cells.append(f"{way} {1000 * seconds:.1f} ({on_cpu / seconds:.1f}, {first:.0f} s)")
        print(f"  {core:14}" + "   ".join(cells), flush=True)


if __name__ == "__main__":
    main()
