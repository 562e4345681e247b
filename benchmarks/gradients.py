"""Times of the likelihood and of the likelihood with its gradient, side by side: ``python -m benchmarks.gradients``.

Runs take turns; the best of many is taken, in processor time. Only the ratios are comparable between machines.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from time import thread_time
from typing import Any

import numpy as np

from memsim import ItemPool, MemoryModel, Recalls, log_likelihood, simulate
from memsim.core.gradient import log_likelihood_gradient, log_likelihood_gradients
from memsim.core.likelihood import log_likelihood_steps
from memsim.models import CMR, DNC, TCM, Chaining, Perturbation, Primacy, StartEnd, Strength, Uniform
from memsim.paradigms import FreeRecall, SerialRecall

REPEATS = 200
PEOPLE = 126


def best_seconds(*runs: Callable[[], Any], repeats: int = REPEATS) -> list[float]:
    """The shortest time of each of ``runs``, which take turns."""
    for run in runs:
        run()
    best = [np.inf] * len(runs)
    for _ in range(repeats):
        for index, run in enumerate(runs):
            start = thread_time()
            run()
            best[index] = min(best[index], thread_time() - start)
    return best


def loops(models: list[Any], recalls: Recalls, owner: np.ndarray) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The compiled loops alone: the probabilities of events, and these with their derivatives."""
    kind = type(models[0])

    def values() -> Any:
        return kind._compiled(models, recalls.trials, owner).events(recalls)

    def both() -> Any:
        events, pullback = kind.fast_gradients(models, recalls, owner)
        return pullback(events)

    return values, both


def line(name: str, model: MemoryModel[Any], recalls: Recalls) -> None:
    """Print the times of one model."""
    owner = np.zeros(len(recalls), dtype=np.int32)
    value, both, loop, loop_both = best_seconds(
        lambda: log_likelihood(model, recalls), lambda: log_likelihood_gradient(model, recalls),
        *loops([model], recalls, owner), repeats=REPEATS if len(recalls) < 1000 else 20,
    )  # fmt: skip
    print(
        f"  {name:44} {1e6 * value:8.0f} us   with gradient {1e6 * both:8.0f}   ratio {both / value:4.1f}"
        f"   loops alone {1e6 * loop:8.0f} {1e6 * loop_both:8.0f}   ratio {loop_both / loop:4.1f}"
    )


def many(base: MemoryModel[Any], name: str) -> None:
    """Print the times of a model of each person, which differ in the parameter ``name``, in one call."""
    lists = FreeRecall(list_length=16).trials(PEOPLE * 28, seed=0, subjects=PEOPLE)
    values = np.random.default_rng(0).uniform(0.4, 0.8, PEOPLE)
    models: list[Any] = [base.replace(**{name: value}) for value in values]
    recalls, owner = simulate(base, lists, seed=0), np.repeat(np.arange(PEOPLE, dtype=np.int32), 28)
    together, loop, loop_both = best_seconds(
        lambda: log_likelihood_gradients(models, recalls, owner, [*base.fitted]), *loops(models, recalls, owner),
        repeats=30,
    )  # fmt: skip
    print(
        f"  {type(base).__name__}: all with gradient {1e3 * together:.2f} ms   loops alone {1e3 * loop:.2f} ms, "
        f"with derivatives {1e3 * loop_both:.2f} ms   ratio {loop_both / loop:.1f}"
    )


def whole(name: str, model: MemoryModel[Any], recalls: Recalls, varied: str) -> None:
    """Print the times of a model without loops to time alone; no two calls have the same value of ``varied``."""
    values = itertools.count(1)

    def other() -> MemoryModel[Any]:
        changed: MemoryModel[Any] = model.replace(**{varied: getattr(model, varied) * (1 + 1e-9 * next(values))})
        return changed

    value, both, steps = best_seconds(
        lambda: log_likelihood(other(), recalls), lambda: log_likelihood_gradient(other(), recalls),
        lambda: log_likelihood_steps(other(), recalls, 1, 0), repeats=30 if len(recalls) < 1000 else 10,
    )  # fmt: skip
    print(
        f"  {name:44} {1e6 * value:8.0f} us   with gradient {1e6 * both:8.0f}   ratio {both / value:4.1f}"
        f"   steps {1e6 * steps:8.0f}"
    )


def others() -> None:
    """Print the times of models of serial recall, baselines and networks."""
    models: list[tuple[MemoryModel[Any], str]] = [
        (Chaining(), "remote"), (StartEnd(), "recovery"), (Primacy(), "decay"), (Perturbation(), "perturbation")
    ]  # fmt: skip
    for n_trials, length in ((30, 6), (1000, 6), (1000, 8)):
        lists = SerialRecall(list_length=length).trials(n_trials, seed=0)
        for model, varied in models:
            whole(
                f"{type(model).__name__}, {n_trials} lists of {length}", model, simulate(model, lists, seed=0), varied
            )
    built = SerialRecall(list_length=6, response="reconstruction").trials(100, seed=0)
    whole("StartEnd, reconstruction, 100 lists of 6", StartEnd(), simulate(StartEnd(), built, seed=0), "recovery")
    for n_trials in (28, 1500):
        free = FreeRecall(list_length=20).trials(n_trials, seed=0)
        for model, varied in ((Strength(), "residue"), (Uniform(), "stop_growth")):
            whole(f"{type(model).__name__}, {n_trials} lists of 20", model, simulate(model, free, seed=0), varied)
    free = FreeRecall(list_length=12).trials(28, seed=0)
    whole("DNC, 28 lists of 12", DNC(), simulate(DNC(), free, seed=0), "choice_strength")


def main() -> None:
    """Print the tables."""
    features = np.random.default_rng(0).normal(size=(100, 5))
    pool = ItemPool(np.arange(100), similarity=np.asarray((1 + np.corrcoef(features)) / 2))
    cmr, tcm = CMR(), TCM()
    semantic, exponential = CMR(semantic_support=0.3), CMR(choice_rule="exponential", choice_noise=0.3)
    print("One person")
    for length, n_trials in ((20, 80), (16, 28)):
        lists = FreeRecall(list_length=length).trials(n_trials, seed=0)
        for name, model in (("CMR, power", cmr), ("CMR, exponential", exponential), ("TCM", tcm)):
            line(f"{name}, {n_trials} lists of {length}", model, simulate(model, lists, seed=0))
    delayed = FreeRecall(list_length=16, inter_item_distraction=8, retention_interval=16).trials(28, seed=0)
    line("CMR, distraction, 28 lists of 16", exponential, simulate(exponential, delayed, seed=0))
    alike = FreeRecall(list_length=16).trials(28, seed=0, pool=pool)
    line("CMR, meaning, 28 lists of 16", semantic, simulate(semantic, alike, seed=0))
    sourced = FreeRecall(list_length=16).trials(28, seed=0)
    source = np.random.default_rng(1).integers(2, size=sourced.items.shape, dtype=np.int32)
    sourced = replace(sourced, source=source)
    line("CMR, sources, 28 lists of 16", cmr, simulate(cmr, sourced, seed=0))
    serial = SerialRecall(list_length=6).trials(100, seed=0)
    line("CMR, serial, 100 lists of 6", cmr, simulate(cmr, serial, seed=0))
    line("CMR, 10,000 lists of 20", cmr, simulate(cmr, FreeRecall(list_length=20).trials(10_000, seed=0), seed=0))

    print(f"{PEOPLE} people, 28 lists of 16 items each, each with own parameters")
    many(cmr, "recall_drift")
    many(tcm, "context_drift")

    print("Models of serial recall, baselines and networks")
    others()


if __name__ == "__main__":
    main()
