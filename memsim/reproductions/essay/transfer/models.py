"""Transfer of parameters: models fitted to people in one task predict other people in another task.

The score is that of networks: 0 for what needs no memory, 1 for the same model fitted to people in that very task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.judgments import Judgments, Responses
from memsim.core.likelihood import log_likelihood
from memsim.core.seeding import stream
from memsim.data import load_dataset
from memsim.evaluation.cross_validation import fold_of_lists
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.search import search_space
from memsim.fitting.spec import FitSpec
from memsim.models import Uniform
from memsim.reproductions.essay.transfer.options import COGNITIVE, TransferOptions
from memsim.reproductions.recognition.recall_and_recognition import SESSION, accounts
from memsim.reproductions.recognition.recall_and_recognition_fits import (
    CHOICE,
    DRIFT,
    LAPSES,
    RECALL,
    RECOGNITION,
    Account,
    downhill,
)
from memsim.running.execution import Cell, run_cells

FOLDS = 2
TASKS: Mapping[str, tuple[str, str]] = {
    "immediate": ("peers_experiment2", "immediate"), "delayed": ("peers_experiment2", "delayed_16"),
    "continual": ("peers_experiment2", "continual_16"), "recognition": ("peers_recognition", ""),
}  # fmt: skip
"""The tasks of people, with their data set and its condition: free recall at once, after 16 s of arithmetic, and with
arithmetic around every word; and recognition of words at the end of a session of recall."""
DISTRACTION = "distraction_drift"
"""A parameter without influence on immediate recall, so that nothing is learned of it there."""
RANDOM = "random"
"""Where memory comes from no task."""
MOST_LISTS = 200
"""Of each task that are fitted, and as many that are predicted."""


def memory_held() -> dict[str, list[str]]:
    """By model, the parameters that come from the other task; all others are fitted to the task itself."""
    return {name: list(account.memory) for name, account in accounts().items() if name in COGNITIVE}


def random_memory(account: Account, name: str, seed: int) -> dict[str, float]:
    """Values of the parameters that are held, drawn from all over their ranges."""
    rng = stream(seed, "random memory", name)
    return {each: float(rng.uniform(*bounds)) for each, bounds in account.memory.items() if bounds is not None}


def people_in(task: str, most: int, seed: int) -> tuple[Any, Any]:
    """The responses of some people in a task, and those of as many others who are held out."""
    dataset, condition = TASKS[task]
    found: Any = load_dataset(dataset, condition) if condition else load_dataset(dataset)
    if isinstance(found, Judgments):
        found = found[found.trials.list == SESSION]
    found = replace(found, trials=replace(found.trials, source=None))
    subjects = stream(seed, "people of transfer", task).permutation(found.trials.subjects)[: max(2 * (most // 2), 2)]
    found = found[np.isin(found.trials.subject, subjects)]
    fold = fold_of_lists(found, "subjects", FOLDS, seed)
    return found[fold == 0][:MOST_LISTS], found[fold == 1][:MOST_LISTS]


def free_of(account: Account, task: str, *, memory: bool) -> dict[str, Any]:
    """What is fitted in a task: all parameters, or only those that are not of memory."""
    kind = RECOGNITION if task == "recognition" else RECALL
    own = account.free(DRIFT if kind == RECOGNITION else CHOICE)
    own = {**(account.memory if memory else {}), **own}
    if task in ("delayed", "continual"):
        own[DISTRACTION] = account.drift[DISTRACTION]
    return own


def fit_cell(account: Account, task: str, people: Responses, known: Mapping[str, float] | None) -> dict[str, Any]:
    """Fit a model to people in a task; with ``known`` values, its memory is as these say.

    Returns
    -------
    dict : ``values`` of all parameters that were fitted here or before, ``criteria`` of ratings or ``None``, and the
        log-likelihood ``value``.
    """
    free = free_of(account, task, memory=known is None)
    held = {name: value for name, value in (known or {}).items() if name != "lapse"}
    model = account.model.replace(**held)
    criteria: Any = "free" if task == "recognition" else "spaced"
    objective: Any = FitSpec.of(model, {**free, "lapse": LAPSES}, recalls=people, criteria=criteria).objective(people)
    # Recall has optima far from the start, and its likelihood takes no time; that of recognition takes seconds.
    places = downhill(objective) if task == "recognition" else search_space(objective).best[0]
    fitted = objective.space.at(places)
    found = objective.criteria_at(places)
    values = {name: float(getattr(fitted, name)) for name in {**held, **free, "lapse": None}}
    return {
        "values": values, "criteria": found[""].tolist() if task == "recognition" else None,
        "value": -float(objective(places)),
    }  # fmt: skip


def baseline(task: str, train: Any, test: Any) -> pd.Series:
    """By person, the mean log-likelihood of a list or a session by what needs no memory: uniform choice, base rates."""
    if task == "recognition":
        counts = np.bincount(train.ratings.ravel(), minlength=test.n_ratings + 1)[1:] + 0.5
        logs = np.concatenate(([0.0], np.log(counts / counts.sum())))
        return _by_person(logs[test.ratings].sum(axis=1), test)
    spec = FitSpec.of(Uniform(), recalls=train, lapse="none")
    objective = spec.objective(train)
    assert isinstance(objective, LikelihoodObjective)
    uniform: Any = spec.space.at(downhill(objective))
    return _by_person(log_likelihood(uniform, test), test)


def scores_of(account: Account, found: Mapping[str, Any], people: Any) -> pd.Series:
    """By person, the mean log-likelihood of a list or a session by a fitted model."""
    model = account.model.replace(**found["values"])
    criteria = None if found["criteria"] is None else np.array(found["criteria"])
    scores = log_likelihood(model, people, criteria=criteria) if criteria is not None else log_likelihood(model, people)
    return _by_person(scores, people)


def _by_person(scores: Any, people: Any) -> pd.Series:
    return pd.Series(scores).groupby(people.trials.subject).mean()


def fit_all(seed: int, options: TransferOptions) -> pd.DataFrame:
    """``model, fitted, task, repeat, score``, with as many random halves of people as there are seeds.

    Memory is as it was fitted to people in the task ``fitted``, or, as the control, drawn at random; choice, stopping,
    criteria and what distraction does are fitted to people in ``task``; and others are predicted in ``task``. ``raw``
    is in nats per list or session above the baseline, and ``score`` the same as a share of that of the model with all
    parameters from ``task``.
    """
    if not options.people:
        return pd.DataFrame(columns=["model", "fitted", "task", "repeat", "raw", "score"])
    every = accounts()
    repeats = range(options.seeds)
    parts = {(task, k): people_in(task, options.people, seed + k) for task in TASKS for k in repeats}
    own = [(name, task, k) for name in COGNITIVE for task in TASKS for k in repeats]
    first = run_cells(
        [_cell(every[name], name, task, parts[task, k][0], None, task) for name, task, k in own], title="fits"
    )
    fits = {(name, task, task, k): each for (name, task, k), each in zip(own, first, strict=True)}
    crossed = [(name, one, task, k) for name, one, k in own for task in TASKS if task != one]
    crossed += [(name, RANDOM, task, k) for name, task, k in own]
    again = run_cells(
        [
            _cell(
                every[name],
                name,
                task,
                parts[task, k][0],
                random_memory(every[name], name, seed + k) if one == RANDOM else fits[name, one, one, k]["values"],
                one,
            )
            for name, one, task, k in crossed
        ],
        title="transfer of parameters",
    )
    fits |= dict(zip(crossed, again, strict=True))
    base = {key: baseline(key[0], *part) for key, part in parts.items()}
    rows = []
    for (name, one, task, k), found in fits.items():
        test = parts[task, k][1]
        gained = (scores_of(every[name], found, test) - base[task, k]).mean()
        rows.append({"model": name, "fitted": one, "task": task, "repeat": k, "raw": float(gained)})
    table = pd.DataFrame(rows)
    mine = table[table["fitted"] == table["task"]].set_index(["model", "task", "repeat"])["raw"]
    whole = mine.reindex(pd.MultiIndex.from_frame(table[["model", "task", "repeat"]])).to_numpy()
    # A share of something that is below the baseline says nothing.
    return table.assign(score=np.where(whole > 0, table["raw"] / np.where(whole > 0, whole, 1), np.nan))


def _cell(account: Account, name: str, task: str, people: Any, known: Any, one: str) -> Cell:
    return Cell(
        fit_cell, {"account": account, "task": task, "people": people, "known": known},
        f"{name} of {task}" + (f", memory from {one}" if known is not None else ""),
    )  # fmt: skip
