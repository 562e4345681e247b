"""Which core learns which task of sequences: the tasks that cores were published with, at the size of one processor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import pandas as pd

from memsim.analysis.figures.page import Drawing
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, Prediction
from memsim.running.execution import Cell, run_cells
from memsim.training.settings import Training
from memsim.training.task_trainings import TASK_TRAININGS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


OPTIMUM = "the optimum"
"""What the optimal predictor scores in the same sequences."""


class Mark(NamedTuple):
    """What a network must reach after its training."""

    training: str
    measure: str
    length: int
    """Of the sequences at test."""
    bound: float
    at_most: bool = False
    """Whether the score may be at most, not at least, the bound."""
    of: str = ""
    """What the bound is a multiple of: the score of :data:`OPTIMUM` or of another training in the same sequences."""
    known: str = ""
    """Why it is known not to be reached."""

    @property
    def quantity(self) -> str:
        """The mark in words."""
        side = "at most" if self.at_most else "at least"
        times = f" times that of {self.of}" if self.of else ""
        return f"{self.training}: {self.measure} at length {self.length} {side} {self.bound:g}{times}"

    def reached(self, scores: pd.DataFrame) -> bool:
        """Whether scores by training, measure and length reach it."""
        score, bound = scores.loc[(self.training, self.measure, self.length), "network"], self.bound
        if self.of:
            who, whose = (self.training, "optimum") if self.of == OPTIMUM else (self.of, "network")
            bound = bound * scores.loc[(who, self.measure, self.length), whose]
        return bool(score <= bound if self.at_most else score >= bound)


MARK = Prediction("memsim's authors: a pass mark at this size", "1 where the network reaches it")
MARKS = (
    Mark("DNC:copy", "bits per sequence", 10, 1.0, at_most=True),
    Mark("DNC:copy", "wrong bits", 20, 0.02, at_most=True),
    Mark("LSTM:copy", "wrong bits", 20, 0.15),
    Mark("NTM:copy", "bits per sequence", 20, 2.0, at_most=True),
    Mark("DNC:repeat-copy", "wrong bits", 5, 0.001, at_most=True),
    Mark("NTM:repeat-copy", "wrong bits", 5, 0.001, at_most=True),
    Mark("NTM:associative-recall", "bits per sequence", 6, 1.0, at_most=True),
    Mark("LSTM:n-grams", "bits per sequence", 50, 1.03, at_most=True, of=OPTIMUM),
    Mark("NTM:n-grams", "bits per sequence", 50, 1.03, at_most=True, of=OPTIMUM),
    Mark("NTM:priority-sort", "bits per sequence", 8, 0.5, at_most=True, of="LSTM:priority-sort"),
    Mark("MANN:one-shot", "second instance", 30, 0.9),
    Mark("MANN:one-shot", "fifth instance", 30, 0.95),
    Mark("MemN2N:two-hops", "right", 10, 0.9),
    Mark("Transformer:induction", "right", 12, 0.95),
    Mark("Transformer:induction", "right", 16, 0.95),
)


def train_cell(training: str, changes: dict[str, Any], lengths: list[int], seed: int) -> list[list[Any]]:
    """Rows ``length, measure, network, chance, optimum`` of a training at these lengths, with its size and seconds."""
    from memsim.training.objectives.sequence_objective import SequenceObjective, scores_of
    from memsim.training.trainer import Trainer

    settings = Training.preset(training).replace(seed=seed, **changes)
    before = process_time()
    trainer = Trainer(settings)
    trainer.run(settings.iterations)
    seconds = process_time() - before
    objective = trainer.objective
    assert isinstance(objective, SequenceObjective)
    size = sum(weight.numel() for weight in objective.network.parameters())
    rows = []
    for length in lengths:
        for measure, each in scores_of(objective.network, objective.task, length, seed).items():
            rows.append([length, measure, each["network"], each["chance"], each["optimum"], size, seconds])
    return rows


def scores_table(seed: int, marks: Sequence[Mark], **changes: Any) -> pd.DataFrame:
    """``training, length, measure, network, chance, optimum, parameters, seconds`` of every training of the marks.

    ``seconds`` are of the processor, with those of compiling kernels; ``changes`` are other settings of all trainings.
    """
    pairs = [(name, mark.length) for mark in marks for name in (mark.training, mark.of) if name not in ("", OPTIMUM)]
    names = list(dict.fromkeys(name for name, _ in pairs))
    lengths = {name: sorted({length for each, length in pairs if each == name}) for name in names}
    cells = [
        Cell(train_cell, {"training": name, "changes": changes, "lengths": lengths[name], "seed": seed}, name)
        for name in names
    ]
    rows = [
        [name, *row] for name, found in zip(names, run_cells(cells, title="trainings"), strict=True) for row in found
    ]
    columns = ["training", "length", "measure", "network", "chance", "optimum", "parameters", "seconds"]
    return pd.DataFrame(rows, columns=columns)


def findings_of(table: pd.DataFrame, marks: Sequence[Mark]) -> list[Finding]:
    """1 where a network reaches its mark, else 0."""
    scores = table.set_index(["training", "measure", "length"])
    return [Finding(mark.quantity, 1.0, float(mark.reached(scores)), 0.0, MARK, mark.known) for mark in marks]


def network_tasks(seed: int) -> Outcome:
    """The entry: every training of :data:`MARKS`."""
    table = scores_table(seed, MARKS)
    return Outcome(
        findings_of(table, MARKS),
        partial(_figure, table),
        {"trainings": {name: dict(TASK_TRAININGS[name]) for name in dict.fromkeys(table["training"])}, "seeds": [seed]},
        {"scores": table},
        shown=table.to_string(index=False, float_format="{:.3f}".format),
        statement=_statement(table),
    )


def _statement(table: pd.DataFrame) -> str:
    slowest = table.groupby("training")["seconds"].first()
    return (
        "Each network was trained once, from one seed, so differences between cores are leads and not findings. "
        "Chance and optimum are scores of predictors in the same sequences. One training took "
        f"{slowest.min():.0f} to {slowest.max():.0f} s of one processor."
    )


def _figure(table: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """The score of the publication in each task, for each core, with the optimum."""
    first = table.groupby(["training", "length"], sort=False).first().reset_index()
    first["core"], first["task"] = zip(*(name.split(":", 1) for name in first["training"]), strict=True)
    panels = []
    for task, rows in first.groupby("task", sort=False):
        names = [f"{core}\n{length}" for core, length in zip(rows["core"], rows["length"], strict=True)]
        panels.append(
            Panel(
                str(task), "core, length of list", str(rows["measure"].iloc[0]),
                pd.Series(rows["optimum"].to_numpy(), names),
                {who: pd.Series(rows[who].to_numpy(), names) for who in ("network", "chance")},
                "optimum",
            )
        )  # fmt: skip
    return target_figure(panels, "Tasks of sequences, by core", **drawing)


NETWORK_TASKS = Reproduction(
    "network-tasks",
    "tasks of sequences: each core on the task that it was published with, at the size of one processor",
    "Graves et al. (2014); Santoro et al. (2016); Sukhbaatar et al. (2015); Olsson et al. (2022)",
    network_tasks,
    kinds=(Kind.PREDICTION,),
)
