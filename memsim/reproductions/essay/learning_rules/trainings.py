"""One training by a rule, as a cell that can be kept: how long lists it learned, and the curves of its recall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np

from memsim.analysis.recall.initiation import probability_of_nth_recall
from memsim.analysis.recall.serial_position import serial_position_curve
from memsim.analysis.recall.transitions import lag_crp
from memsim.core.errors import DivergenceError
from memsim.core.items import ItemPool
from memsim.core.simulation import simulate
from memsim.paradigms import FreeRecall
from memsim.reproductions.essay.learning_rules.options import CONDITIONS, LEARNED, MATCHED, RuleOptions
from memsim.reproductions.network_table.lesions import has_memory, lesioned
from memsim.running.execution import Cell
from memsim.training.settings import Training

LISTS, SECONDS = "equal lists", "equal seconds"
"""What is equal between conditions."""
BETWEEN = 4000
"""Lists that a network runs through between two measures of its accuracy."""
CHECKED, FINAL = 96, 500
"""Lists by which it is decided whether lists grow, and those of the accuracy that is reported."""
LURES = 50
MOST = 10_000_000
"""Iterations, more than any budget allows."""


def training_of(condition: str, rate: float, seed: int, options: RuleOptions) -> Training:
    """The settings, of lists of one item at first; :class:`Ladder` lets them grow."""
    given = dict(CONDITIONS[condition])
    leak = {} if "network" in given else {"time_constant": options.time_constant}
    pool = {"response_set": "pool", "lures": LURES} if options.response_set == "pool" else {}
    return Training(**{
        "network": "Elman", "objective": "recall", "hidden": options.hidden, "first_length": 1, "list_length": 1,
        "iterations": MOST, "schedule": "constant", "learning_rate": rate, "seed": seed, **leak,
        **pool, **given,
    })  # fmt: skip


def training_cell(condition: str, rate: float, seed: int, options: RuleOptions, *, choosing: bool = False) -> Cell:
    """The training as a cell; where a learning rate is being chosen, it is short, and has no curves."""
    arguments = {
        "training": training_of(condition, rate, seed, options),
        "seconds": options.tuning if choosing else options.seconds,
        "lists": 0 if choosing else options.lists,
        "longest": options.longest,
        "curve_length": options.curve_length,
        "simulated": 0 if choosing else options.simulated,
    }
    return Cell(climbed, arguments, f"{condition}, learning rate {rate:g}, seed {seed}")


def climbed(
    training: Training, seconds: float, lists: int, longest: int, curve_length: int, simulated: int
) -> dict[str, Any]:
    """Train until both budgets are spent.

    Returns what the network did when each of them was: by :data:`LISTS` and :data:`SECONDS`, the ``accuracy`` in lists
    of 1 to ``longest`` items, the same with memory ``lesioned`` if there is one, the ``lists`` run through, and the
    ``seconds`` of the processor. ``log`` holds rows of lists, seconds, and the longest list of training; ``curves``
    what is recalled when lists of ``curve_length`` were first recalled with :data:`MATCHED`, and is empty where they
    never were. ``floor`` is the accuracy before training. Networks that population methods try count as runs.
    """
    ladder = Ladder(training, longest)
    floor = ladder.accuracies(FINAL)
    found: dict[str, Any] = {"floor": floor, "curves": {}, "diverged": False, "log": []}
    due: dict[str, Callable[[], bool]] = {SECONDS: lambda: ladder.seconds >= seconds}
    if lists:
        due[LISTS] = lambda: ladder.lists >= lists
    try:
        while due:
            ladder.go_on()
            found["log"].append([ladder.lists, ladder.seconds, ladder.trainer.longest])
            if simulated and not found["curves"] and ladder.accuracy(curve_length, CHECKED) >= MATCHED:
                found["curves"] = ladder.curves(curve_length, simulated)
            for name in [name for name, is_due in due.items() if is_due()]:
                del due[name]
                found[name] = ladder.standing()
    except DivergenceError:
        # A training that diverges has learned nothing that lasts.
        found |= {name: {**ladder.spent(), "accuracy": floor, "lesioned": []} for name in due} | {"diverged": True}
    return found


class Ladder:
    """A training in which lists grow by an item whenever the longest are recalled with :data:`LEARNED`."""

    def __init__(self, training: Training, longest: int) -> None:
        from memsim.training.trainer import Trainer

        self.trainer = Trainer(training)
        self.of_length = {length: training.replace(list_length=length) for length in range(1, longest + 1)}
        self.each = training.batch * self.trainer.rule.runs
        """Lists that the network runs through in an iteration."""
        self.seconds = 0.0

    @property
    def lists(self) -> int:
        """Lists that the network has run through."""
        return self.trainer.iteration * self.each

    def go_on(self) -> None:
        """Train for about :data:`BETWEEN` lists; what is measured then takes no time of the budget."""
        before = process_time()
        self.trainer.run(self.trainer.iteration + max(1, BETWEEN // self.each))
        self.seconds += process_time() - before
        now = self.trainer.longest
        if now < max(self.of_length) and self.accuracy(now, CHECKED) >= LEARNED:
            self.trainer.longest += 1

    def accuracy(self, length: int, n_lists: int) -> float:
        """The share of outputs that are right in lists of this length."""
        objective, training = self.trainer.objective, self.trainer.training
        objective.training = self.of_length[length]
        try:
            found = self.trainer.measures(n_lists, "final lists").accuracy
        finally:
            objective.training = training
        assert found is not None
        return found

    def accuracies(self, n_lists: int) -> list[float]:
        """Those of lists of one item, two, and so on."""
        return [self.accuracy(length, n_lists) for length in self.of_length]

    def spent(self) -> dict[str, float]:
        """Lists and seconds so far."""
        return {"lists": self.lists, "seconds": self.seconds}

    def standing(self) -> dict[str, Any]:
        """What the network does now, what it does with a memory switched off if it has one, and what it took."""
        found = {**self.spent(), "accuracy": self.accuracies(FINAL), "lesioned": []}
        if has_memory(self.trainer.objective.core):
            with lesioned(self.trainer.objective):
                found["lesioned"] = self.accuracies(FINAL)
        return found

    def curves(self, length: int, n_lists: int) -> dict[str, list[float]]:
        """Curves of simulated recall: of all responses by ``position``, of the ``first`` one, and ``crp`` at -1, +1."""
        from memsim.models.networks.network_models import network_with

        training = self.trainer.training
        with TemporaryDirectory(prefix="memsim-network-") as folder:
            path = Path(folder) / "network.safetensors"
            self.trainer.save(path)
            model = network_with(str(path), training.network)
            pool = None
            if training.response_set == "pool":
                model, pool = model.replace(response_set="pool"), ItemPool.numbered(length + LURES)
            trials = FreeRecall(list_length=length).trials(n_lists, training.seed, pool=pool)
            recalls: Any = simulate(model, trials, training.seed)
        lags = lag_crp(recalls).groupby("lag")["prob"].mean()
        return {
            "accuracy": [self.accuracy(length, FINAL)],
            "position": serial_position_curve(recalls).sort_values("position")["prob"].tolist(),
            "first": probability_of_nth_recall(recalls).sort_values("position")["prob"].tolist(),
            "crp": [float(lags.get(lag, np.nan)) for lag in (-1, 1)],
        }


def longest_learned(accuracies: list[float]) -> float:
    """The length up to which, from one item on, all lists are recalled with :data:`LEARNED`.

    Between the last list that is and the next, accuracy counts as a straight line, so that there are parts of an item;
    a list of no items is recalled with 1.
    """
    before = 1.0
    for length, accuracy in enumerate(accuracies):
        if accuracy < LEARNED:
            return length + (before - LEARNED) / (before - accuracy)
        before = accuracy
    return float(len(accuracies))
