"""The essay with which memsim began: a DNC in free recall beside people (Greydanus, 2017), and what holds of it.

Source: S. Greydanus, "Differentiable memory and the brain", 27 February 2017, greydanus.github.io, and its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from memsim.analysis.curves import curve_table
from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.analysis.recall.indices import edge_sizes, middle_positions
from memsim.analysis.summaries import summary_table
from memsim.core.arrays import INTRUSION, BoolArray, FloatArray, IntArray
from memsim.core.items import ItemPool
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Trials
from memsim.data import load_curves, load_summary
from memsim.models.networks.machine import MemoryNetwork, NetworkConfig
from memsim.models.networks.weights import Weights, load_weights
from memsim.paradigms import FreeRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.training.bit_tasks import Bits, bit_error, essay_lists, essay_sequence
from memsim.training.inspection import memory_strips, slot_order, stacked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEEDS = range(5)
BITS, TRAINED_LENGTH, LENGTH = 6, 5, 12
CHAINS, LISTS = 500, 10
"""Participants and lists of each, 5,000 in all, after one that does not count. The state of the controller goes on from
list to list, as it did in the essay's training and test."""
COPIES = 300
ESSAY = "the essay's published weights, run again"
CODE = "the essay's code"
PUBLISHED_FIRST = (0.138, 0.111, 0.117, 0.112, 0.097, 0.087, 0.067, 0.057, 0.049, 0.057, 0.055, 0.052)
PUBLISHED_EXACT = (0.77, 0.77, 0.74, 0.70, 0.67, 0.59, 0.36, 0.34, 0.33, 0.32, 0.31, 0.32)
CONDITIONS = ("10-2",)
PATTERNS = np.array([[pattern >> bit & 1 for bit in range(BITS - 1)] for pattern in range(32)], dtype=np.float64)


@dataclass(frozen=True)
class Run:
    """What a network put out for 5,000 lists."""

    logits: FloatArray
    """(n_lists, length, bits) at the output steps."""
    items: FloatArray
    """(n_lists, length, bits)."""


def network_of(weights: Weights) -> MemoryNetwork:
    """The network with its weights."""
    network = MemoryNetwork(NetworkConfig(BITS, BITS, **weights.record["config"]))
    network.load_state_dict(weights.tensors)
    return network.eval()


def run_lists(network: MemoryNetwork, length: int, seed: int, *, distinct: bool) -> Run:
    """All lists, drawn as the essay did, or with no pattern twice in a list."""
    rng = stream(seed, "essay lists", length, distinct)
    logits, items = [], []
    controller = network.start(CHAINS).controller
    for number in range(LISTS + 1):
        if distinct:
            drawn = rng.permuted(np.tile(np.arange(32), (CHAINS, 1)), axis=1)[:, :length]
        else:
            drawn = rng.integers(0, 32, (CHAINS, length))
        task = essay_sequence(torch.from_numpy(PATTERNS[drawn]).swapaxes(0, 1)[None])
        with torch.inference_mode():
            output, state = network(task.inputs, network.start(CHAINS)._replace(controller=controller))
        controller = state.controller
        if number == 0:
            continue
        logits.append(output[task.counted].numpy().swapaxes(0, 1))
        items.append(task.targets[task.counted].numpy().swapaxes(0, 1))
    return Run(np.concatenate(logits).astype(np.float64), np.concatenate(items).astype(np.float64))


def nearest_items(run: Run, rng: np.random.Generator, *, sigmoid: bool) -> IntArray:
    """(n_lists, length) 0-based position of the studied item nearest to each output; ties at random.

    The essay took the logits themselves for bits, clipped to [0, 1]; ``sigmoid`` puts in what was missing.
    """
    bits = 1 / (1 + np.exp(-run.logits)) if sigmoid else run.logits.clip(0, 1)
    distance = np.square(bits[:, :, None] - run.items[:, None]).sum(axis=-1)
    nearest = distance <= distance.min(axis=-1, keepdims=True) + 1e-12
    return np.where(nearest, rng.random(distance.shape), -1).argmax(axis=-1).astype(np.int32)


def item_of_output(run: Run, rng: np.random.Generator, output: int, *, sigmoid: bool) -> FloatArray:
    """(length,) how often each position is the nearest to this output: the essay's "recall probability"."""
    nearest = nearest_items(run, rng, sigmoid=sigmoid)[:, output]
    return np.bincount(nearest, minlength=run.items.shape[1]) / len(nearest)


def exact_recall(run: Run) -> FloatArray:
    """(length,) share of items that some output equals, by position."""
    return _equal(run).any(axis=1).mean(axis=0)


def matches_nothing(run: Run) -> float:
    """Share of outputs that equal no item of the list."""
    return float(1 - _equal(run).any(axis=2).mean())


def _equal(run: Run) -> BoolArray:
    said = run.logits > 0
    return (said[:, :, None] == (run.items[:, None] > 0.5)).all(axis=-1)


def sampled_recalls(run: Run, rng: np.random.Generator) -> Recalls:
    """Recalls in which every output is a pattern drawn from its bits' probabilities.

    A pattern that was not on the list is an intrusion. Lists hold no pattern twice, and an output never is silence.
    """
    bits = rng.random(run.logits.shape) < 1 / (1 + np.exp(-run.logits))
    equal = (bits[:, :, None] == (run.items[:, None] > 0.5)).all(axis=-1)
    positions = np.where(equal.any(axis=-1), equal.argmax(axis=-1) + 1, INTRUSION).astype(np.int32)
    items = (run.items[..., :-1] @ 2 ** np.arange(BITS - 1)).astype(np.int32)
    task = FreeRecall(list_length=items.shape[1], output_limit=items.shape[1])
    # A list of every chain, and then the next of every chain: to participants, one for each chain.
    subject = np.tile(np.arange(1, CHAINS + 1), LISTS)
    order = np.argsort(subject, kind="stable")
    trials = Trials(items[order], ItemPool(np.arange(32), PATTERNS), task, subject[order])
    return Recalls(trials, positions[order], stopped=np.zeros(len(items), dtype=bool))


def edges(curve: FloatArray) -> tuple[float, float]:
    """Primacy and recency of a curve: its first and last positions less its middle, as in ``primacy_index``."""
    first, last = edge_sizes(len(curve))
    middle = curve[middle_positions(len(curve), first, last)].mean()
    return float(curve[:first].mean() - middle), float(curve[-last:].mean() - middle)


def edge_errors(curve: FloatArray, lists: int) -> tuple[float, float]:
    """Standard errors of :func:`edges` of shares ``curve`` that were counted over so many lists."""
    first, last = edge_sizes(len(curve))
    middle = curve[middle_positions(len(curve), first, last)]
    found = []
    for side, difference in zip((curve[:first], curve[-last:]), edges(curve), strict=True):
        square = side.sum() / len(side) ** 2 + middle.sum() / len(middle) ** 2
        found.append(float(np.sqrt((square - difference**2) / lists)))
    return found[0], found[1]


def copy_trial(seed: int) -> tuple[Bits, FloatArray, list[Any]]:
    """One trial of three lists of five of the essay's copy task: the sequence, the bits put out, the weightings."""
    network = network_of(load_weights("greydanus2017-copy"))
    generator = torch.Generator().manual_seed(seed)
    outputs, seen = [], []
    with torch.inference_mode():
        before = network(essay_lists(1, TRAINED_LENGTH, BITS, 3, generator).inputs)[1]
        task = essay_lists(1, TRAINED_LENGTH, BITS, 3, generator)
        state = network.start(1)._replace(controller=before.controller)
        for inputs in task.inputs:
            output, state, weightings = network.step(inputs, state, keep=True)
            outputs.append(output.sigmoid()[0].numpy())
            seen.append(weightings)
    return task, np.stack(outputs, axis=1), seen


def copy_figure(seed: int) -> Figure:
    """The essay's picture of repeat-copy: input, target, output, and where memory was addressed."""
    task, outputs, seen = copy_trial(seed)
    bits = [
        Strip("Input", task.inputs[:, 0].numpy().T, row="bit"),
        Strip("Target", task.targets[:, 0].numpy().T, row="bit"),
        Strip("Output", outputs, row="bit"),
    ]
    order = slot_order(stacked(seen, "write"))
    items = [str(i + 1) for i in range(TRAINED_LENGTH)]
    steps = [" ", *items, "|", " ", *items] * 3
    phases = {f"List {i + 1}": i * len(steps) // 3 for i in range(3)}
    return memory_figure(
        [*bits, *memory_strips(seen, order)], steps, phases=phases,
        steps_label="items shown, the marker |, items put out",
        title="A DNC on the essay's repeat-copy: three lists of five, each to be put out in order",
    )  # fmt: skip


def copy_error(seed: int) -> float:
    """Share of bits wrong in :data:`COPIES` trials of every length and number of lists that was trained."""
    network = network_of(load_weights("greydanus2017-copy"))
    generator = torch.Generator().manual_seed(seed)
    errors = []
    with torch.inference_mode():
        state = network(essay_lists(COPIES, TRAINED_LENGTH, BITS, 1, generator).inputs)[1]
        for length in range(1, TRAINED_LENGTH + 1):
            for lists in range(1, 4):
                task = essay_lists(COPIES, length, BITS, lists, generator)
                output, state = network(task.inputs, network.start(COPIES)._replace(controller=state.controller))
                errors.append(bit_error(output, task))
    return float(np.mean(errors))


def _essay(seed: int) -> Outcome:
    weights = {f"training {i}": load_weights(f"greydanus2017-recall-{i}") for i in SEEDS}
    networks = {name: network_of(each) for name, each in weights.items()}
    drawn = {name: run_lists(network, LENGTH, seed, distinct=False) for name, network in networks.items()}
    apart = {name: run_lists(network, LENGTH, seed, distinct=True) for name, network in networks.items()}
    short = {name: run_lists(network, TRAINED_LENGTH, seed, distinct=False) for name, network in networks.items()}
    rng = stream(seed, "essay ties")
    as_was = {name: item_of_output(run, rng, 0, sigmoid=False) for name, run in drawn.items()}
    both = {name: (as_was[name] + item_of_output(run, rng, 1, sigmoid=False)) / 2 for name, run in drawn.items()}
    repaired = {name: item_of_output(run, rng, 0, sigmoid=True) for name, run in apart.items()}
    recalls = {name: sampled_recalls(run, stream(seed, "essay recalls", name)) for name, run in apart.items()}
    curves = {name: curve_table(each) for name, each in recalls.items()}
    summaries = {name: summary_table(each).set_index("statistic")["mean"] for name, each in recalls.items()}
    people = {condition: load_curves("murdock1962", condition) for condition in CONDITIONS}
    theirs = load_summary("murdock1962", CONDITIONS[0]).set_index("statistic")["mean"]

    exact_short = {name: float(exact_recall(run).mean()) for name, run in short.items()}
    exact = {name: exact_recall(run) for name, run in drawn.items()}
    nothing = {name: matches_nothing(run) for name, run in drawn.items()}
    any_run = next(iter(drawn.values())), next(iter(short.values()))
    repeated = [float(np.mean([len(np.unique(row, axis=0)) < len(row) for row in run.items])) for run in any_run]
    trained = {
        sum(weight.numel() for name, weight in network.named_parameters() if not _fixed(name))
        for network in networks.values()
    }
    findings = [
        Finding("numbers trained", 81_212, max(trained), 0, CODE),
        Finding("lists of 12 with a pattern twice", 0.91, repeated[0], 0.01, CODE),
        Finding("lists of 5 with a pattern twice", 0.28, repeated[1], 0.02, CODE),
        Finding("repeat-copy: share of bits wrong", 0.0, copy_error(seed), 1e-3, "a task that is solved"),
        Finding("lists of 5: items put out", 0.94, _mean(exact_short), 0.1, ESSAY),
        Finding("lists of 12: items put out, first six", float(np.mean(PUBLISHED_EXACT[:6])),
                _mean({n: e[:6].mean() for n, e in exact.items()}), 0.1, ESSAY),
        Finding("lists of 12: items put out, last six", float(np.mean(PUBLISHED_EXACT[6:])),
                _mean({n: e[6:].mean() for n, e in exact.items()}), 0.1, ESSAY),
        Finding("lists of 12: outputs that are no item", 0.39, _mean(nothing), 0.1, ESSAY),
    ]  # fmt: skip
    for side, value in zip(("first three", "last four"), edges(np.array(PUBLISHED_FIRST)), strict=True):
        own = {name: edges(curve)[side == "last four"] for name, curve in as_was.items()}
        spread = "a matter of the training: the published value lies among those of these five, their mean does not"
        known = spread if side == "first three" else ""
        findings.append(Finding(f"first output: {side} less the middle", value, _mean(own), 0.02, ESSAY, known))

    positions = range(1, LENGTH + 1)
    published = pd.Series(PUBLISHED_FIRST, index=positions)

    def by_position(each: Mapping[str, FloatArray]) -> dict[str, pd.Series]:
        return {name: pd.Series(curve, index=positions) for name, curve in each.items()}

    def of_curve(name: str) -> dict[str, pd.Series]:
        return {label: _curve(table, name) for label, table in curves.items()}

    first, crp = "Probability of being first", "Conditional response probability"
    begun = {name: _curve(table, "probability_of_nth_recall") for name, table in people.items()}
    spc = {name: _curve(table, "serial_position_curve") for name, table in people.items()}
    lags = _curve(people[CONDITIONS[0]], "lag_crp")
    near = lags[lags.index.isin(range(-5, 6))]
    panels = [
        Panel("A  first output; black: essay", "Serial position", first, published, by_position(as_was),
              "the essay's own weights"),
        Panel("A  repaired; black: essay, as it was", "Serial position", first, published, by_position(repaired),
              "the essay's own weights"),
        Panel("B  the scale of people's recall", "Serial position", "Probability", spc[CONDITIONS[0]],
              by_position(as_was), "people, 10 words"),
        Panel("Serial position curve", "Serial position", "Probability of recall", spc[CONDITIONS[0]],
              of_curve("serial_position_curve"), "people, 10 words"),
        Panel("First recall", "Serial position", "Probability of first recall", begun[CONDITIONS[0]],
              of_curve("probability_of_nth_recall"), "people, 10 words"),
        Panel("Lag-CRP", "Lag", crp, near, {n: c[c.index.isin(range(-5, 6))] for n, c in of_curve("lag_crp").items()},
              "people, 10 words"),
    ]  # fmt: skip
    table = pd.DataFrame(
        [
            {
                "training": name,
                "items_put_out_lists_of_5": exact_short[name],
                "items_put_out_lists_of_12": float(exact[name].mean()),
                "outputs_that_are_no_item": nothing[name],
                "first_output_primacy": edges(as_was[name])[0],
                "first_output_recency": edges(as_was[name])[1],
                "first_output_primacy_error": edge_errors(as_was[name], CHAINS * LISTS)[0],
                "first_output_recency_error": edge_errors(as_was[name], CHAINS * LISTS)[1],
                "first_two_outputs_primacy": edges(both[name])[0],
                "first_two_outputs_recency": edges(both[name])[1],
                "repaired_primacy": edges(repaired[name])[0],
                "repaired_recency": edges(repaired[name])[1],
                "recalled": summaries[name]["recalled"],
                "serial_position_primacy": summaries[name]["primacy"],
                "serial_position_recency": summaries[name]["recency"],
                "lag_plus_1": summaries[name]["lag_plus_1"],
                "lag_minus_1": summaries[name]["lag_minus_1"],
            }
            for name in networks
        ]
    )
    by_output = pd.DataFrame(
        [
            {"training": name, "position": i + 1, "as_was": as_was[name][i], "first_two_outputs": both[name][i],
             "repaired": repaired[name][i], "put_out": exact[name][i]}
            for name in networks
            for i in range(LENGTH)
        ]
    )  # fmt: skip
    settings = {
        "lists": CHAINS * LISTS,
        "list_length": LENGTH,
        "weights": {
            name: {"sha256": each.sha256, "training": each.record["training"]} for name, each in weights.items()
        },
    }
    recalled = np.array([curve.to_numpy() for curve in of_curve("serial_position_curve").values()])
    within, beyond = recalled[:, :TRAINED_LENGTH].mean(), recalled[:, -TRAINED_LENGTH:].mean()
    cause = (
        f" Lists of training had at most {TRAINED_LENGTH} items: of {LENGTH}, the first {TRAINED_LENGTH} are recalled "
        f"with probability {within:.2f}, the last {TRAINED_LENGTH} with {beyond:.2f}."
    )
    return Outcome(
        findings,
        partial(
            target_figure, panels, f"The essay's experiment, five trainings of a DNC, {CHAINS * LISTS:,} lists of 12"
        ),
        settings,
        {"trainings": table, "positions": by_output},
        further={"greydanus2017-copy": partial(copy_figure, seed)},
        statement=_statement(table, theirs, begun[CONDITIONS[0]], as_was) + cause,
    )


def _fixed(name: str) -> bool:
    """Biases that the essay's network has not, and that training leaves at zero."""
    return name.endswith(("project.bias", "bias_hh"))


def _mean(each: Mapping[str, float]) -> float:
    return float(np.mean(list(each.values())))


def _curve(table: pd.DataFrame, name: str) -> pd.Series:
    return table[table["curve"] == name].set_index("x")["mean"]


def _statement(table: pd.DataFrame, theirs: pd.Series, begun: pd.Series, as_was: Mapping[str, FloatArray]) -> str:
    """Which of the essay's claims hold, by the numbers."""

    def told(column: str) -> str:
        return f"{table[column].min():+.3f} to {table[column].max():+.3f}"

    def held(is_so: pd.Series) -> str:
        return {len(table): "holds in every training", 0: "holds in none"}.get(
            int(is_so.sum()), f"holds in {int(is_so.sum())} of {len(table)} trainings"
        )

    def sure(column: str) -> pd.Series:
        return table[column] > 2 * table[f"{column}_error"]

    spans = pd.Series([float(curve.max() - curve.min()) for curve in as_was.values()])
    their_span = float(begun.max() - begun.min())
    sentences = [
        "The essay's claims, by its own estimator, the position of the first output, where two standard errors say so:",
        f"primacy {held(sure('first_output_primacy'))} (first three less the middle, {told('first_output_primacy')});",
        f"recency {held(sure('first_output_recency'))} (last four, {told('first_output_recency')});",
        f"a curve less than half as steep as people's {held(spans < their_span / 2)} (from the least to the most "
        f"likely position {spans.min():.2f} to {spans.max():.2f}, people's first recall of 10 words {their_span:.2f}).",
        f"By serial position curves of sampled recalls: primacy {held(table['serial_position_primacy'] > 0)} "
        f"({told('serial_position_primacy')}, people {theirs['primacy']:+.3f});",
        f"recency {held(table['serial_position_recency'] > 0)} ({told('serial_position_recency')}, people "
        f"{theirs['recency']:+.3f}).",
        f"The lag-CRP at +1 is {table['lag_plus_1'].min():.2f} to {table['lag_plus_1'].max():.2f} (people "
        f"{theirs['lag_plus_1']:.2f}).",
    ]
    return " ".join(sentences)


GREYDANUS2017 = Reproduction(
    "greydanus2017", "A DNC trained on free recall as in the essay, beside people",
    "Greydanus (2017), Differentiable memory and the brain; Murdock (1962), doi:10.1037/h0045106", _essay,
)  # fmt: skip
