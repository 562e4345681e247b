"""How well a network does its tasks: 0 by chance, 1 without an error; also with other lists than in training."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.core.names import closest
from memsim.training.measuring import apart
from memsim.training.tallies import tallied
from memsim.training.transfer.of_tasks import OfTasks

SCORED = 500
"""Lists of each task."""
SIMILAR = 0.5
"""The share of the variance that all items of a batch have in common, of similar items."""


def normal_vectors(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Random directions, of unit length."""
    drawn = torch.randn(shape, generator=generator)
    return drawn / drawn.norm(dim=-1, keepdim=True)


def similar_vectors(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Random directions around a common one, of unit length; the cosine of two is about a half."""
    common = torch.randn(shape[-1:], generator=torch.Generator().manual_seed(0))
    drawn = SIMILAR**0.5 * common + (1 - SIMILAR) ** 0.5 * torch.randn(shape, generator=generator)
    return drawn / drawn.norm(dim=-1, keepdim=True)


def sparse_vectors(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """A quarter of the features of an item are equal and positive, the others 0; of unit length."""
    order = torch.rand(shape, generator=generator).argsort(dim=-1)
    n = max(shape[-1] // 4, 1)
    return (order < n).to(torch.get_default_dtype()) / n**0.5


VECTORS: Mapping[str, Callable[[tuple[int, ...], torch.Generator], Tensor] | None] = {
    "signs": None, "normal": normal_vectors, "similar": similar_vectors, "sparse": sparse_vectors,
}  # fmt: skip
"""Kinds of item vectors. Training has signs."""


def scores_by_task(
    objective: OfTasks,
    length: int | None = None,
    vectors: str = "signs",
    n_lists: int = SCORED,
    only: Collection[str] = (),
) -> dict[str, float]:
    """By task, (accuracy - chance) / (1 - chance): 0 by random choice among the same candidates, 1 without an error.

    Parameters
    ----------
    objective : whose network it is; training goes on as if it had not been measured.
    length : of the lists; that of the longest of training if not given.
    vectors : of the items: one of :data:`VECTORS`.
    n_lists : of each task, in whole batches. They are the same for the same seed.
    only : the names of the tasks that are scored; all if none is given.
    """
    found = accuracies_of(objective, length or objective.training.list_length, vectors, n_lists, only)
    return {name: (own - chance) / (1 - chance) for name, (own, chance) in found.items()}


def accuracies_of(
    objective: OfTasks, length: int, vectors: str = "signs", n_lists: int = SCORED, only: Collection[str] = ()
) -> dict[str, tuple[float, float]]:
    """By task, the share of outputs that are right, and that of random choice among the same candidates.

    Raises
    ------
    InputError : another kind of item vectors.
    """
    if vectors not in VECTORS:
        raise InputError(f"there are no item vectors {vectors!r}{closest(vectors, VECTORS)} There are: "
                         f"{', '.join(VECTORS)}.")  # fmt: skip
    batches = -(-n_lists // objective.training.batch)
    found = {}
    for name, task in objective.tasks.items():
        if only and name not in only:
            continue
        with (
            torch.no_grad(),
            apart(objective, f"scores of {name}"),
            _with(task, objective, vectors),
            tallied() as tally,
        ):
            for _ in range(batches):
                task.loss(length)
        assert tally.accuracy is not None and tally.chance is not None
        found[name] = (tally.accuracy, tally.chance)
    return found


@contextmanager
def _with(task: Any, objective: OfTasks, vectors: str) -> Iterator[None]:
    """Within this, the task draws full lists of items of this kind, by the generator of the objective."""
    before = task.generator, task.full
    task.generator, task.full = objective.generator, True
    draw = VECTORS[vectors]
    if draw is not None:
        task.signs = lambda shape: draw(shape, task.generator)
    try:
        yield
    finally:
        task.generator, task.full = before
        task.__dict__.pop("signs", None)
