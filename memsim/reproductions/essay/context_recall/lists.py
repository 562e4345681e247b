"""Recall by a DNC with a drifting context, by TCM in a memory matrix, and by people: contiguity and its causes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.items import ItemPool
from memsim.core.likelihood import event_log_probabilities
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.data import load_dataset
from memsim.models import TCM, ContextMemory
from memsim.paradigms import FreeRecall
from memsim.reproductions.essay.context_recall.contiguity import crp_of, measures_of
from memsim.reproductions.essay.context_recall.options import NETWORKS, ContextOptions
from memsim.running.execution import Cell, run_cells
from memsim.training.settings import Training

INTACT, NO_OLD, NO_NEW = "intact", "no old context", "no new context"
ONE_READ, DELAYED = "second read off", "after distraction"
SECONDS = 16
"""Of distraction between study and test."""
LURES = 50
PEOPLE: Mapping[str, tuple[str, str]] = {
    "people, peers_notask": ("peers_notask", ""),
    "people, peers_experiment1": ("peers_experiment1", ""),
    "people, immediate": ("peers_experiment2", "immediate"),
    "people, 16 s distraction": ("peers_experiment2", "delayed_16"),
}
"""Immediate recall in two samples; and the same people without and with distraction."""
MATRIX, MATRIX_16 = "ContextMemory", "ContextMemory, 16 numbers"
COMPARED = 8
"""Random parameters at which ContextMemory and TCM are compared, on the lists of people."""


def training_of(network: str, options: ContextOptions, seed: int) -> Training:
    """The settings of one training: recall in any order, with lures among the candidates."""
    return Training(
        network="DNC", hidden=48, objective="recall", response_set="pool", lures=LURES, first_length=options.length,
        list_length=options.length, batch=options.batch, iterations=options.recall_iterations * options.times,
        learning_rate=0.003, seed=seed, **NETWORKS[network],
    )  # fmt: skip


def lesions_of(network: str) -> dict[str, str]:
    """What is switched off at test, by condition; nothing after distraction."""
    sizes = NETWORKS[network]
    of_context = {NO_OLD: "old_context", NO_NEW: "new_context"} if "context" in sizes else {}
    return {INTACT: "", **of_context, **({ONE_READ: "hop_2"} if "hops" in sizes else {}), DELAYED: ""}


def recalled(training: Training, lesions: Mapping[str, str], lists: int) -> dict[str, Any]:
    """Train, and simulate: measures and lag-CRP by what is switched off at test."""
    from memsim.models.networks.network_models import network_with
    from memsim.training.trainer import Trainer

    trainer = Trainer(training)
    trainer.run(training.iterations)
    found: dict[str, Any] = {}
    with TemporaryDirectory(prefix="memsim-context-") as folder:
        path = Path(folder) / "network.safetensors"
        trainer.save(path)
        model = network_with(str(path), training.network).replace(response_set="pool")
        length, seed = training.list_length, training.seed
        for name, without in lesions.items():
            task = FreeRecall(list_length=length, retention_interval=SECONDS if name == DELAYED else 0)
            trials = task.trials(lists, seed, pool=ItemPool.numbered(length + LURES))
            recalls = simulate(model.replace(without=without), trials, seed)
            found[name] = {**measures_of(recalls, seed).mean().to_dict(), "crp": crp_of(recalls)}
    return found


def matrix_recalled(seed: int, length: int, lists: int) -> dict[str, Any]:
    """ContextMemory, which is not trained: its measures, and how far its probabilities are from those of TCM."""
    found: dict[str, Any] = {}
    for name, units in ((MATRIX, 0), (MATRIX_16, 16)):
        recalls = simulate(ContextMemory(context_units=units), FreeRecall(list_length=length).trials(lists, seed), seed)
        found[name] = {**measures_of(recalls, seed).mean().to_dict(), "crp": crp_of(recalls)}
    people = load_dataset("peers_notask")[:100]
    drawn = stream(seed, "parameters of TCM")
    differences = []
    for _ in range(COMPARED):
        given: dict[str, Any] = {
            "context_drift": drawn.random(), "choice_noise": drawn.uniform(0.1, 2),
            "old_to_new_context": drawn.uniform(0, 5),
        }  # fmt: skip
        one, other = (
            np.exp(event_log_probabilities(model, people)) for model in (ContextMemory(**given), TCM(**given))
        )
        differences.append(float(np.nanmax(np.abs(one - other))))
    return {**found, "difference": max(differences)}


def recall_tables(seed: int, options: ContextOptions) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Measures and lag-CRPs: ``source, condition, unit`` and the measures, or ``lag, prob``; and the largest difference
    between the probabilities of ContextMemory and TCM. Units are seeds, or people.
    """
    wanted = [(network, seed + number) for network in options.network_names for number in range(options.seeds)]
    cells = [
        Cell(
            recalled,
            {"training": training_of(network, options, own), "lesions": lesions_of(network), "lists": options.lists},
            f"recall: {network}, seed {own}",
        )
        for network, own in wanted
    ]  # fmt: skip
    seeds = [seed + number for number in range(options.seeds)]
    cells += [
        Cell(matrix_recalled, {"seed": own, "length": options.length, "lists": options.lists}, f"matrix, seed {own}")
        for own in seeds
    ]
    every = run_cells(cells, title="recall")
    matrices = [dict(found) for found in every[len(wanted) :]]
    difference = max(found.pop("difference") for found in matrices)
    sources = [(network, own, found) for (network, own), found in zip(wanted, every, strict=False)]
    sources += [
        (name, own, {INTACT: measured})
        for own, found in zip(seeds, matrices, strict=True)
        for name, measured in found.items()
    ]
    rows, curves = [], []
    for source, own, found in sources:
        for condition, measured in found.items():
            named = {"source": source, "condition": condition, "unit": str(own)}
            rows.append({**named, **{name: value for name, value in measured.items() if name != "crp"}})
            curves += [{**named, "lag": int(lag), "prob": prob} for lag, prob in measured["crp"].items()]
    for name, (dataset, condition) in PEOPLE.items():
        people = load_dataset(dataset, condition) if condition else load_dataset(dataset)
        frame = measures_of(people, seed).rename_axis("unit").reset_index().astype({"unit": str})
        rows += [{"source": name, "condition": INTACT, **row} for row in frame.to_dict("records")]
        curves += [
            {"source": name, "condition": INTACT, "unit": "all", "lag": int(lag), "prob": prob}
            for lag, prob in crp_of(people).items()
        ]
    return pd.DataFrame(rows), pd.DataFrame(curves), difference
