"""A small case of every figure: a name, the function that draws it, and who in it are people."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from memsim import fit, run, simulate
from memsim.analysis import ANALYSES, analyze, comparison_panel, plot, summary_table, taxonomy_figure
from memsim.analysis.curves import curve_table
from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.analysis.figures.targets import Panel, criteria_figure, identity_figure, target_figure
from memsim.analysis.selection.figure import selection_figure
from memsim.bayes import figures as of_posteriors
from memsim.bayes.calibration import Calibration
from memsim.core.judgments import Judgments
from memsim.core.recalls import Recalls
from memsim.evaluation.figures import confusion_figure, recovery_figure
from memsim.evaluation.ranking.bounds import OF_OTHERS, UNIFORM
from memsim.evaluation.ranking.figure import shares_figure
from memsim.experiments.figures import battery_figures
from memsim.experiments.sweep_figures import sweep_figure
from memsim.experiments.sweeps import STATISTICS
from memsim.fitting.figures import fit_figure, profile_figure
from memsim.models import CMR, TCM, Strength, UnequalVariance
from memsim.models.networks.cores.named_cores import find_core
from memsim.paradigms import CuedRecall, FreeRecall, RecallThenRecognition, Recognition
from memsim.reproductions import network_tasks
from memsim.reproductions.essay import copying, five_claims, retraining
from memsim.reproductions.essay import figures as of_essay
from memsim.reproductions.essay.context_recall.figures import context_figure
from memsim.reproductions.essay.context_recall.lists import INTACT, MATRIX
from memsim.reproductions.essay.context_recall.lists import PEOPLE as GROUPS
from memsim.reproductions.essay.context_recall.options import NETWORKS
from memsim.reproductions.essay.forgetting.figures import curves_figure, edges_figure
from memsim.reproductions.essay.forgetting.tables import behaviours, curves, levers_found
from memsim.reproductions.essay.learning_rules.figure import rules_figure
from memsim.reproductions.essay.learning_rules.trainings import LISTS as BY_LISTS
from memsim.reproductions.essay.learning_rules.trainings import SECONDS as BY_SECONDS
from memsim.reproductions.essay.lists import LENGTH, LESIONS, TRAINED_LENGTH
from memsim.reproductions.essay.manipulation import POSITIONS, SLOTS, TESTED, TRAINED
from memsim.reproductions.essay.reward.figures import order_figure, storing_figure, value_figure
from memsim.reproductions.essay.transfer import figures as of_transfer
from memsim.reproductions.essay.transfer.options import TransferOptions
from memsim.reproductions.hypotheses import VERDICTS, Claim
from memsim.reproductions.network_table import table as network_table
from memsim.reproductions.recognition import recall_and_recognition
from memsim.training import inspection
from memsim.training.sequence_tasks.one_shot import OneShot
from memsim.training.sequence_tasks.repeat_copying import RepeatCopy
from memsim.training.sequence_tasks.sequences import SequenceTask
from memsim.training.showing.sequences import sequence_figure, watch
from tests.analysis.test_analyses import SERIAL
from tests.analysis.test_figures import recorded
from tests.reproductions import test_context_recall, test_forgetting, test_transfer

PEOPLE = "people of an experiment with a long name, N = 126"
LABELS = (PEOPLE, "CMR", "DNC:recall+recognition", "SAM:murdock1962-soft", "a plug-in of mine, context_drift=0.55")


class Case(NamedTuple):
    """A figure by its name; ``draws`` is the function that makes it, ``people`` the labels that may be black."""

    name: str
    draws: str
    draw: Callable[..., Figure]
    people: tuple[str, ...] = ()


@cache
def responses(name: str) -> Recalls | Judgments:
    """Recalls or judgments of which an analysis is defined."""
    analysis = ANALYSES.get(name)
    if "association:" in analysis.function or "memsim.analysis.association" in analysis.function:
        if analysis.of == "judgments":
            return simulate(TCM(), RecallThenRecognition(list_length=6).trials(24, seed=1, subjects=4), 1)
        return simulate(TCM(), CuedRecall(list_length=6).trials(24, seed=1, subjects=4), 1)
    if analysis.of == "recalls":
        return recorded(name in SERIAL, name == "spacing_effect")
    return judged()


@cache
def judged() -> Any:
    return simulate(UnequalVariance(), Recognition(list_length=12, ratings=6).trials(24, seed=1, subjects=4), 1)


@cache
def frame(name: str) -> pd.DataFrame:
    """A frame of people and of four models, all of which did the same."""
    one = by_hand(name) if name in ("mirror_effect", "judged_frequency") else analyze(responses(name), name)
    shown = LABELS[:2] if ANALYSES.get(name).style in ("heat", "raster") else LABELS  # which have a panel each
    every = pd.concat([one.assign(label=label) for label in shown], ignore_index=True)
    every.attrs = {"analysis": name, "by": [], "people": [PEOPLE]}
    return every


def by_hand(name: str) -> pd.DataFrame:
    """A frame of an analysis of which no small set of judgments has what it needs."""
    if name == "mirror_effect":
        return pd.DataFrame({"subject": range(1, 5), "prob": 0.5})
    rows = [{"subject": s, "presentations": n, "judged": 0.9 * n + 0.1 * s} for s in range(1, 5) for n in (0, 2, 5)]
    return pd.DataFrame(rows)


def analyses() -> list[Case]:
    """The figure of each analysis."""

    def drawing(name: str) -> Callable[..., Figure]:
        return lambda **drawing: plot(frame(name), **drawing)

    return [Case(name, "plot", drawing(name), (PEOPLE,)) for name in ANALYSES.usable()]


def by_condition(**drawing: Any) -> Figure:
    """Indices of five labels in two conditions, whose names at ticks are long."""
    one = analyze(recorded(False), "lag_rank", by="half")
    every = pd.concat([one.assign(label=label) for label in LABELS], ignore_index=True)
    every.attrs = {"analysis": "lag_rank", "by": ["half"], "people": [PEOPLE]}
    return plot(every, title="A title that is longer than the column of a journal, so that it is broken", **drawing)


def by_series(**drawing: Any) -> Figure:
    return plot(analyze({"CMR": recorded(False), "TCM": recorded(False)}, "lag_crp", by_output=True), **drawing)


def side_by_side(*names: str) -> Callable[..., Figure]:
    """Several analyses, as ``memsim run`` draws them, with a long title."""
    title = "Immediate serial recall of 6 items; 5,000 lists per model; people's task differs: presentation_time=3.0"
    return lambda **drawing: comparison_panel([frame(name) for name in names], title=title, **drawing)


@cache
def compared() -> Any:
    task = FreeRecall(list_length=20, inter_item_distraction=8.0, retention_interval=16.0, initial_distraction=2.0)
    return run({"TCM": TCM(), "Strength": Strength(), "CMR": CMR()}, task, "murdock1962:20-1", n_trials=40)


def battery(label: str) -> Callable[..., Figure]:
    return lambda **drawing: battery_figures(compared().battery, compared().rows, **drawing)[label]()


def swept(**drawing: Any) -> Figure:
    """Every statistic that is ever drawn against a parameter."""
    kinds = dict.fromkeys(LABELS[2:], "swept") | {"CMR": "model", PEOPLE: "people"}
    rows = [
        {"label": name, "kind": kind, "x": x, "statistic": statistic, "mean": number + (0 if x != x else 7 * x),
         "low": number - 0.4, "high": number + 0.6}
        for number, (name, kind) in enumerate(kinds.items())
        for x in ((0.0, 0.25, 1.0) if kind == "swept" else (np.nan,))
        for statistic in STATISTICS
    ]  # fmt: skip
    return sweep_figure(pd.DataFrame(rows), "distraction_drift (1/s)", "A battery of a grid. 40 words, 1 s", **drawing)


@cache
def summaries() -> dict[str, pd.DataFrame]:
    recalls = {"CMR": simulate(CMR(), FreeRecall(list_length=8).trials(30, 0, subjects=3), 0)}
    recalls |= {label: recorded(False) for label in (PEOPLE, "TCM", "DNC:people", "SAM:murdock1962-soft")}
    return {label: summary_table(each) for label, each in recalls.items()}


def held_out_lists() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    names = ["CMR", "TCM", "SAM:murdock1962-soft", "a model with a rather long name", "uniform choice"]
    rows = [
        {"model": name, "subject": subject, "list": number, "fold": number % 2, "n_events": 5,
         "log_likelihood": -np.inf if (name, subject) == ("TCM", 1) else -20 - 3 * i + rng.normal()}
        for i, name in enumerate(names) for subject in range(6) for number in range(4)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def fit_rows() -> pd.DataFrame:
    lists = held_out_lists().replace(-np.inf, -90.0)
    sums = lists.groupby(["model", "subject"], sort=False)["log_likelihood"].sum().reset_index(name="log_likelihood")
    return sums.rename(columns={"subject": "unit"}).assign(n_parameters=4, n_events=20)


PARAMETERS = ("context_drift", "temporal_learning_rate", "stop_growth", "lapse", "recency_of_context")


def recovered() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    true = rng.random((10, len(PARAMETERS)))
    rows = [
        {"parameter": name, "true": true[i, k] * 10**k, "estimate": (true[i, k] + 0.1 * rng.normal()) * 10**k}
        for i in range(10) for k, name in enumerate(PARAMETERS)
    ]  # fmt: skip
    return pd.DataFrame(rows), pd.DataFrame({"parameter": PARAMETERS, "r": 0.9})


def confused(n: int = 6) -> pd.DataFrame:
    names = ["CMR", "TCM", "SAM:murdock1962-soft", "TwoHighThreshold", "StartEnd", "Uniform"][:n]
    return pd.DataFrame(np.full((n, n), 1 / n), index=names, columns=names)


@cache
def fitted() -> tuple[Any, Any]:
    recalls = simulate(Strength(), FreeRecall(list_length=5).trials(20, 0), 0)
    return fit(Strength(), recalls, ["retention"], starts=1, generations=2), recalls


def profiles(**drawing: Any) -> Figure:
    values = np.linspace(0.1, 1.9, 9)
    unit = SimpleNamespace(
        unit="all subjects", estimates=dict.fromkeys(PARAMETERS, 1.0),
        profiles={name: list(zip(values, 2 * (values - 1) ** 2, strict=True)) for name in PARAMETERS},
    )  # fmt: skip
    made: Any = SimpleNamespace(
        unit=lambda name: unit,
        open_ends=lambda unit: {PARAMETERS[1]: "below and above"},
        spec=SimpleNamespace(model=TCM()),
    )
    return profile_figure(made, **drawing)


class Array(NamedTuple):
    """What the figures of posteriors read of an array of xarray, which memsim[bayes] brings."""

    values: np.ndarray[Any, Any]
    dims: tuple[str, ...] = ()

    def transpose(self, *dims: str) -> "Array":
        return Array(self.values.transpose([self.dims.index(each) for each in dims]), dims)


def posterior() -> Any:
    from memsim.bayes.spec import PosteriorSpec

    spec = PosteriorSpec.of(TCM(), ["context_drift", "stop_growth", "stop_base"], pooled=True)
    rng = np.random.default_rng(2)
    k, subjects = len(spec.names), np.array([f"LTP{i:03}" for i in range(12)])
    draws = {
        "mu": Array(0.3 * rng.normal(size=(2, 50, k)), ("chain", "draw", "parameter")),
        "theta": Array(rng.random((2, 50, 12, k)), ("chain", "draw", "subject", "parameter")),
        "typical": Array(rng.random((2, 50, k))), "subject": Array(subjects),
    }  # fmt: skip
    stats = {"diverging": Array(rng.random((2, 50)) < 0.05)}
    return SimpleNamespace(spec=spec, data={"posterior": draws, "sample_stats": stats})


def predicted_curves(**drawing: Any) -> Figure:
    recalls = recorded(False)
    found: Any = SimpleNamespace(
        spec=SimpleNamespace(model=TCM()), data=SimpleNamespace(groups=lambda: ["posterior_predictive"])
    )
    with mock.patch.object(of_posteriors, "prediction_table", lambda *given: curve_table(recalls)):
        return of_posteriors.prediction_figure(found, recalls, people_label=PEOPLE, **drawing)


def ranks(**drawing: Any) -> Figure:
    rng = np.random.default_rng(3)
    rows = [{"parameter": name, "rank": int(rank)} for name in PARAMETERS for rank in rng.integers(0, 100, 40)]
    spec: Any = SimpleNamespace(model=TCM(), names=PARAMETERS)
    made = Calibration(spec, pd.DataFrame(rows))
    with (
        mock.patch.object(Calibration, "names", PARAMETERS),
        mock.patch.object(Calibration, "summary", pd.DataFrame({"parameter": PARAMETERS, "p": 0.5})),
    ):
        return made.figure(**drawing)


def strips(**drawing: Any) -> Figure:
    rng = np.random.default_rng(4)
    steps = [*map(str, range(1, 21)), "?", *map(str, range(1, 21))]
    shares, state = rng.random((12, len(steps))), rng.normal(size=(8, len(steps)))
    modes = Strip("Read modes", rng.random((3, len(steps))), ("backward", "content", "forward"))
    drawn = [Strip("Write", shares), modes, Strip("Controller hidden", state, row="unit")]
    links = {"Links after study": rng.random((12, 12)), "Links at the end": rng.random((12, 12))}
    return memory_figure(drawn, steps, links, phases={"Study": 0, "Test": 20}, steps_label=inspection.STEPS,
                         title="DNC, list 0; responses its own: " + ", ".join(steps[:20]), **drawing)  # fmt: skip


def targets(people: bool) -> Callable[..., Figure]:
    curve = pd.Series(np.linspace(0.9, 0.2, 20), index=range(1, 21))
    lags = pd.Series([0.1, 0.2, 0.4, 0.2], index=[-2, -1, 1, 2])
    named = pd.Series({"mixed weak": 0.2, "mixed strong": 0.9, "pure weak": 0.4, "pure strong": 0.6})
    labels = ("TCM", "SAM:murdock1962-soft", "0 presentations in the other list", "by the equations")
    shown = {"target_label": PEOPLE, "of_people": True} if people else {}
    panels = [
        Panel("continual distraction, 16 s", "Serial position", "Probability of first recall", curve,
              dict.fromkeys(labels, curve), **shown),
        Panel("Transitions", "Lag", "Conditional response probability", lags, dict.fromkeys(labels, lags), **shown),
        Panel("List strength", "List, and word", "False alarms", named, dict.fromkeys(labels, named), "true frequency"),
        Panel("Advantage of BaseCMR", "Person, in this order", "Log-likelihood (nats)", curve - 0.5, {"CRU": curve}),
    ]  # fmt: skip
    title = "Hintzman & Block (1971): evidence of an item, asked about one of two lists"
    return lambda **drawing: target_figure(panels, title, **drawing)


def criteria(**drawing: Any) -> Figure:
    labels = (*LABELS, "TwoHighThreshold", "SummedSimilarity", "EqualVariance", "UnequalVariance", "MINERVA2", "REM")
    rows = [
        {"label": label, "criterion": criterion, "value": 0.5 + i, "passes": None if i == 2 else bool((i + k) % 2),
         "sem": 0.03, "verdict": "undecided" if i == 3 else ""}
        for i, criterion in enumerate(("recency after a delay", "primacy", "hits fall with lag, asked in any order",
                                       "asymmetry of transitions", "ratio of ratios"))
        for k, label in enumerate(labels)
    ]  # fmt: skip
    return criteria_figure(pd.DataFrame(rows), "A-B, A-C (learned) and A-B, C-D (control): rates", **drawing)


def identities(**drawing: Any) -> Figure:
    sources = [f"Author & Author (19{i}0), {'reference computation of memsim' * (i % 2)}" for i in range(6)]
    table = pd.DataFrame(
        {"target": np.logspace(-2, 4, 12), "obtained": np.logspace(-2, 4, 12), "citation": sources * 2}
    )
    return identity_figure(table, "Cases with known answers; the largest difference is 1.0e-09", **drawing)


def of_trainings() -> pd.DataFrame:
    """A table of three seeds in each cell, as that of the trainings which may ship."""
    rows = [
        {"trained_length": trained, "slots": slots, "seed": seed, "list_length": length, "reading": "intact",
         "measure": "exact", **{name: 1 - (i + seed) / (trained + slots) for i, name in enumerate(POSITIONS[:length])}}
        for trained in TRAINED for slots in SLOTS for seed in range(3) for length in TESTED
    ]  # fmt: skip
    return pd.DataFrame(rows)


def recalled_by_the_essay(**drawing: Any) -> Figure:
    each: Any = SimpleNamespace(
        within=np.linspace(1, 0.9, TRAINED_LENGTH), exact=np.linspace(1, 0.1, LENGTH),
        lesions={left: np.full(TRAINED_LENGTH, 0.7) for left in LESIONS},
    )  # fmt: skip
    return of_essay.recall_figure({"1": each, "2": each, "3": each}, of_trainings(), **drawing)


def estimators(**drawing: Any) -> Figure:
    recall = {
        "serial_position_curve": pd.Series(np.linspace(0.9, 0.4, 10), index=range(1, 11)),
        "probability_of_nth_recall": pd.Series(np.linspace(0.3, 0.1, 10), index=range(1, 11)),
        "lag_crp": pd.Series(0.1, index=range(-5, 6)),
    }
    values = np.linspace(0.3, 0.02, LENGTH)
    each: Any = SimpleNamespace(first_output=values, corrected=values, curves=recall)
    return of_essay.estimator_figure({f"training {i}": each for i in range(5)}, recall, **drawing)


def in_context(**drawing: Any) -> Figure:
    results = test_context_recall.made(contiguity=0.2, asymmetry=0.15, without=0.0, two=0.1, three=0.99)
    rows = [
        {"source": source, "condition": INTACT, "lag": lag, "prob": 0.3 / abs(lag)}
        for source in (*NETWORKS, MATRIX, *GROUPS) for lag in (-3, -2, -1, 1, 2, 3)
    ]  # fmt: skip
    return context_figure(results, pd.DataFrame(rows), **drawing)


def transfer(name: str) -> Callable[..., Figure]:
    found, models = test_transfer.made_up(good=True)
    options = TransferOptions(**test_transfer.LITTLE)
    given: tuple[Any, ...] = (found, models, options) if name == "matrix_figure" else (found, options)
    return lambda **drawing: getattr(of_transfer, name)(*given, **drawing)


def worn(**drawing: Any) -> Figure:
    return curves_figure(curves(test_forgetting.found(True, seeds=2)), **drawing)


def edges_of_all(**drawing: Any) -> Figure:
    table = test_forgetting.found(True, seeds=2)
    return edges_figure(behaviours(table), levers_found(test_forgetting.searched(-14.0)), **drawing)


def rewarded(**drawing: Any) -> Figure:
    parts = (("value", "values at study"), ("value", "values at test"), ("slots", "8 slots"), ("storage", "12 slots"))
    values = [
        {"part": part, "condition": condition, "seed": seed, "value": value, "store": value / 14, "recall": value / 20}
        for part, condition in parts for seed in (0, 1) for value in range(1, 13)
    ]  # fmt: skip
    steps = [
        {"part": "two-step", "condition": core, "seed": seed, "at": at, "new": 0.5, "old": 0.7, "conflict": 0.6}
        for core in ("DNC", "LSTM") for seed in (0, 1) for at in ("after reward", "after reward, memory off")
    ]  # fmt: skip
    return value_figure(pd.DataFrame(values), pd.DataFrame(steps), **drawing)


def ordered(**drawing: Any) -> Figure:
    from memsim.reproductions.essay.reward.claims import order_conditions
    from memsim.reproductions.essay.reward.measures import CURVES

    def places(curve: str) -> range:
        return range(-5, 6) if curve == "lag_crp" else range(1, 11)

    rows = [
        {"condition": condition, "seed": seed, "at": at, "curve": curve, "x": x, "y": 0.4}
        for condition, _ in order_conditions() for seed in (0, 1) for at in ("before reward", "after reward")
        for curve in CURVES for x in places(curve)
    ]  # fmt: skip
    theirs = [{"curve": c, "x": x, "mean": 0.5, "low": 0.4, "high": 0.6} for c in CURVES for x in places(c)]
    return order_figure(pd.DataFrame(rows), pd.DataFrame(theirs), **drawing)


def stored(**drawing: Any) -> Figure:
    from memsim.reproductions.essay.reward.circumstances import CIRCUMSTANCES

    rows = [
        {"condition": name, "seed": seed, "at": "after reward", "curve": "held", "x": x, "y": x / 13 + seed / 20}
        for name in CIRCUMSTANCES for seed in (0, 1) for x in range(1, 13)
    ]  # fmt: skip
    best = [{"condition": name, "x": x, "y": 0.5} for name in CIRCUMSTANCES for x in range(1, 13)]
    return storing_figure(pd.DataFrame(rows), pd.DataFrame(best), **drawing)


def rules(**drawing: Any) -> Figure:
    conditions = (
        "control",
        "evolution strategies",
        "feedback alignment",
        "RFLO",
        "HopfieldStore with node perturbation",
    )
    both = [(at, name) for at in (BY_LISTS, BY_SECONDS) for name in conditions]
    scores = pd.DataFrame([{"at": a, "condition": n, "seed": s, "longest": 2 + s} for a, n in both for s in (0, 1)])
    summary = pd.DataFrame([{"at": a, "condition": n, "mean": 2.5, "low": 2.0, "high": 3.0} for a, n in both])
    accuracy = [{"at": a, "condition": n, "length": k, "accuracy": 1 / k} for a, n in both for k in (1, 2, 3)]
    positions = [{"condition": n, "seed": 0, "position": k, "prob": 0.9} for n in conditions for k in (1, 2, 3)]
    return rules_figure(summary, scores, pd.DataFrame(accuracy), pd.DataFrame(positions), **drawing)


def cores(**drawing: Any) -> Figure:
    from memsim.models.networks.cores.registered import CORES
    from memsim.reproductions.network_table.options import CRITERION, PARAMETERS

    pairs = [(task, core) for task in list(CRITERION)[:4] for core in CORES.names()]
    scores = [
        {"at": PARAMETERS, "task": t, "core": c, "seed": s, "accuracy": 0.8, "lesioned": 0.2, "floor": 0.1}
        for t, c in pairs for s in (0, 1)
    ]  # fmt: skip
    learned = [{"at": PARAMETERS, "task": t, "core": c, "lists": n, "accuracy": n / 9e4} for t, c in pairs
               for n in (0, 40_000, 80_000)]  # fmt: skip
    return network_table._figure(pd.DataFrame(scores), pd.DataFrame(learned), PARAMETERS, **drawing)


def both_tests(**drawing: Any) -> Figure:
    from memsim.reproductions.recognition.recall_and_recognition import LEARNED, TESTS

    names = ["TCM", "SAM", "CMR", "network"]
    rows = [
        {"label": name, "test": test, "learned": learned, "above": 0.5, "low": 0.4, "high": 0.6}
        for name in names for test in TESTS for learned in LEARNED
    ]  # fmt: skip
    rows += [
        {"label": label, "test": test, "learned": "", "above": 0.8, "low": 0.7, "high": 0.9}
        for label in ("what other people did", "the model that shipped")
        for test in TESTS
    ]
    return recall_and_recognition._figure(pd.DataFrame(rows), names, **drawing)


def sequence_tasks(**drawing: Any) -> Figure:
    rows = [
        {"training": f"{core}:{task}", "length": 20, "measure": "wrong bits", "network": 0.1, "chance": 0.5,
         "optimum": 0.0}
        for task in ("copy", "recall", "two-hops") for core in ("NTM", "HopfieldStore", "MANN", "Transformer")
    ]  # fmt: skip
    return network_tasks._figure(pd.DataFrame(rows), **drawing)


def verdicts(**drawing: Any) -> Figure:
    said = "a hypothesis that is long enough for two lines of a figure " * 2
    claims = [Claim(f"H{i}", said, "m", "p", "1.2", "r", verdict) for i, verdict in enumerate(VERDICTS)]
    with mock.patch.dict(five_claims.CLAIMS, {name: f"What the essay says of {name}" for name in ("one", "two")}):
        return five_claims._figure({"one": claims, "two": claims[:2]}, **drawing)


def shown(network: str) -> Callable[..., Figure]:
    return lambda **drawing: inspection.show(network, FreeRecall(list_length=6), **drawing)


def sequence(core: str, task: SequenceTask, length: int) -> Callable[..., Figure]:
    """A sequence of a task through a core that was not trained."""

    def drawn(**drawing: Any) -> Figure:
        generator = torch.Generator().manual_seed(0)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = find_core(core).cls(task.n_inputs, task.n_outputs, hidden=12)
        watched = watch(network, task.of_kind(task.kinds - 1, 1, length, generator), network.start(1))
        return sequence_figure(network, task, watched, f"{core}, sequence 0 of length {length}", **drawing)

    return drawn


def ranked() -> pd.DataFrame:
    """Shares of three models, with the bounds, in three conditions."""
    rows = []
    for task, condition in (("immediate", "peers_notask"), ("immediate", "morton2013"), ("recognition", "peers")):
        for k, (label, kind) in enumerate(
            {"TCM": "model", "DNC:people": "model", "Strength": "model", UNIFORM: "bound", OF_OTHERS: "bound"}.items()
        ):
            share = 0.8 - 0.35 * k
            rows.append((task, condition, label, kind, share, share - 0.1, share + 0.1, share + 0.05))
    columns = [
        "task",
        "condition",
        "label",
        "kind",
        "share_total",
        "share_total_low",
        "share_total_high",
        "share_choice",
    ]
    return pd.DataFrame(rows, columns=columns)


CASES = (
    *analyses(),
    Case("by condition", "plot", by_condition, (PEOPLE,)),
    Case("by output", "plot", by_series),
    Case("recall side by side", "comparison_panel",
         side_by_side("serial_position_curve", "probability_of_nth_recall", "lag_crp"), (PEOPLE,)),
    Case("serial recall side by side", "comparison_panel",
         side_by_side("serial_accuracy", "transposition_gradient", "fill_in", "repetition_distance"), (PEOPLE,)),
    Case("recognition side by side", "comparison_panel",
         side_by_side("called_old", "roc", "hits_by_serial_position", "hits_by_lag", "zroc_slope"), (PEOPLE,)),
    Case("run", "comparison_panel", lambda **drawing: compared().figure(**drawing), ("Murdock (1962) 20-1",)),
    Case("run, one curve", "plot", lambda **drawing: compared().figure("lag_crp", **drawing), ("Murdock (1962) 20-1",)),
    Case("battery", "comparison_panel", battery("comparison"), ("Murdock (1962) 20-1",)),
    Case("sweep", "sweep_figure", swept, (PEOPLE,)),
    Case("taxonomy", "taxonomy_figure",
         lambda **drawing: taxonomy_figure(summaries(), [PEOPLE], title="Similarity", **drawing), (PEOPLE,)),
    Case("selection", "selection_figure",
         lambda **drawing: selection_figure(held_out_lists(), fit_rows(), references=["uniform choice"],
                                            title="peers_notask, 5 folds over lists", **drawing)),
    Case("selection by criteria", "selection_figure", lambda **drawing: selection_figure(None, fit_rows(), **drawing)),
    Case("recovery", "recovery_figure", lambda **drawing: recovery_figure(*recovered(), "TCM: recovery", **drawing)),
    Case("confusion", "confusion_figure",
         lambda **drawing: confusion_figure(confused(), "Chosen by BIC, 10 groups of 15 subjects each", **drawing)),
    Case("fit", "comparison_panel", lambda **drawing: fit_figure(*fitted(), PEOPLE, **drawing), (PEOPLE,)),
    Case("profiles", "profile_figure", profiles),
    Case("prediction", "comparison_panel", predicted_curves, (PEOPLE,)),
    Case("trace", "trace_figure", lambda **drawing: of_posteriors.trace_figure(posterior(), **drawing)),
    Case("pairs", "pair_figure", lambda **drawing: of_posteriors.pair_figure(posterior(), **drawing)),
    Case("forest", "forest_figure", lambda **drawing: of_posteriors.forest_figure(posterior(), **drawing)),
    Case("ranks", "figure", ranks),
    Case("strips", "memory_figure", strips),
    Case("show DNC", "memory_figure", shown("DNC")),
    Case("show LSTM", "memory_figure", shown("LSTM")),
    Case("sequence of DNC", "memory_figure", sequence("DNC", RepeatCopy(4, 2), 3)),
    Case("sequence of LSTM", "memory_figure", sequence("LSTM", OneShot(6, 3), 40)),
    Case("repeat copy", "memory_figure", lambda **drawing: copying.copy_figure(0, **drawing)),
    Case("targets of people", "target_figure", targets(people=True), (PEOPLE,)),
    Case("targets", "target_figure", targets(people=False)),
    Case("criteria", "criteria_figure", criteria),
    Case("identities", "identity_figure", identities),
    Case("essay, recall", "recall_figure", recalled_by_the_essay),
    Case("essay, estimators", "target_figure", estimators, ("people, 10 words",)),
    Case("essay, trainings", "_figure", lambda **drawing: retraining._figure(of_trainings(), **drawing)),
    Case("context recall", "context_figure", in_context, tuple(GROUPS)),
    Case("transfer, matrices", "matrix_figure", transfer("matrix_figure")),
    Case("transfer, in turn", "learning_figure", transfer("learning_figure")),
    Case("transfer, longer lists", "longer_figure", transfer("longer_figure")),
    Case("forgetting, curves", "curves_figure", worn, ("people, Murdock (1962) 20-1",)),
    Case("forgetting, edges", "edges_figure", edges_of_all, ("people, Murdock (1962) 20-1",)),
    Case("reward, values", "value_figure", rewarded),
    Case("reward, order", "order_figure", ordered, ("people: Murdock (1962), 10-2",)),
    Case("reward, storing", "storing_figure", stored),
    Case("learning rules", "rules_figure", rules),
    Case("network table", "table_figure", cores),
    Case("recall and recognition", "_figure", both_tests),
    Case("network tasks", "target_figure", sequence_tasks),
    Case("verdicts", "verdicts_figure", verdicts),
    Case("benchmark", "shares_figure", lambda **drawing: shares_figure(ranked(), **drawing)),
)  # fmt: skip
