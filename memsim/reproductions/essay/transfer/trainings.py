"""Trainings of transfer as cells that can be kept: by a plan, and of each task after another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from memsim.running.execution import Cell
from memsim.training.settings import Training


def plan_cell(name: str, training: Training, every: int, lists: int, longer: tuple[int, ...] = ()) -> Cell:
    """A training by its plan as a cell."""
    arguments = {"training": training, "every": every, "lists": lists, "longer": list(longer)}
    return Cell(planned, arguments, f"{training.network}, {name}, seed {training.seed}")


def pairs_cell(first: str, trainings: dict[str, Training], every: int, lists: int) -> Cell:
    """The training on one task, and on each of the others after it, as a cell; see :func:`paired`."""
    some = next(iter(trainings.values()))
    arguments = {"first": first, "trainings": trainings, "every": every, "lists": lists}
    return Cell(paired, arguments, f"{some.network}, {first} and then others, seed {some.seed}")


def planned(training: Training, every: int, lists: int, longer: list[int]) -> dict[str, Any]:
    """Train, and score all tasks after each part of the plan.

    Returns
    -------
    dict : ``matrix``, by task the score after each part; ``curve``, the same every so many iterations; ``longer``,
        by length and task the score with longer lists, ``vectors`` the same with other item vectors, both only with
        ``longer``; ``paths``, the modules of each task, where there are some; ``failed``, whether training diverged,
        after which scores are those of the last part that was done.
    """
    from memsim.core.errors import DivergenceError
    from memsim.training.trainer import Trainer
    from memsim.training.transfer.scores import VECTORS, scores_by_task

    trainer = Trainer(training)
    objective: Any = trainer.objective
    ends = _ends(training, len(objective.plan) or 1)
    matrix, failed = [], False
    curve = _Curve(trainer, every)
    for end in ends:
        try:
            curve.run(end)
        except DivergenceError:
            failed = True
        matrix.append(scores_by_task(objective, n_lists=lists))
    found: dict[str, Any] = {"matrix": matrix, "curve": curve.lines, "failed": failed}
    if longer:
        found["longer"] = {str(length): scores_by_task(objective, length, n_lists=lists) for length in longer}
        found["vectors"] = {kind: scores_by_task(objective, vectors=kind, n_lists=lists) for kind in VECTORS}
    if training.modules:
        found["paths"] = [path.nonzero()[:, 0].tolist() for path in objective.core.paths]
    return found


def paired(first: str, trainings: dict[str, Training], every: int, lists: int) -> dict[str, Any]:
    """Train on the task ``first`` from scratch, and on each other one with the weights that this gave.

    Parameters
    ----------
    trainings : by task, the settings of learning it alone.

    Returns
    -------
    dict : of each task by its name, ``curve``, its scores by ``iteration``, and ``scores``, those of all tasks in the
        end; that of ``first`` is from scratch, the others are after it.
    """
    from memsim.training.trainer import Trainer
    from memsim.training.transfer.scores import scores_by_task

    found, learned = {}, None
    for name in (first, *(each for each in trainings if each != first)):
        trainer = Trainer(trainings[name])
        if learned is not None:
            trainer.network.load_state_dict(learned)
        curve = _Curve(trainer, every, [name])
        curve.run(trainings[name].iterations)
        if learned is None:
            learned = {key: each.clone() for key, each in trainer.network.state_dict().items()}
        objective: Any = trainer.objective
        found[name] = {"curve": curve.lines, "scores": scores_by_task(objective, n_lists=lists)}
    return found


def _ends(training: Training, n_phases: int) -> list[int]:
    return [training.iterations * (phase + 1) // n_phases for phase in range(n_phases)]


class _Curve:
    """Trains a trainer, and scores tasks on few lists every so many iterations, from before the first on.

    ``only`` names the tasks; all if none is given.
    """

    LISTS = 96

    def __init__(self, trainer: Any, every: int, only: Sequence[str] = ()) -> None:
        from memsim.training.transfer.scores import scores_by_task

        self.score: Callable[[], dict[str, float]] = lambda: scores_by_task(
            trainer.objective, n_lists=self.LISTS, only=only
        )
        self.trainer, self.every = trainer, every
        self.lines: list[dict[str, float]] = [{"iteration": 0, **self.score()}]

    def run(self, until: int) -> None:
        """Train up to an iteration."""
        while self.trainer.iteration < until:
            self.trainer.run(min(until, self.trainer.iteration + self.every))
            self.lines.append({"iteration": self.trainer.iteration, **self.score()})
