"""The table of cores: equal conditions, measures against computations by hand, and the whole entry in little."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from memsim.analysis import primacy_index, recency_index, serial_position_curve
from memsim.analysis.recall.indices import edges
from memsim.commands.main import main
from memsim.core.errors import DivergenceError, InputError
from memsim.core.likelihood import log_likelihood
from memsim.core.recalls import Recalls
from memsim.evaluation.cross_validation import fold_of_lists
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.state_leaves import changed_at
from memsim.models.networks.network_models import network_with
from memsim.paradigms import FreeRecall
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.network_table.behaviour import people, shuffled
from memsim.reproductions.network_table.imitation import imitation_table
from memsim.reproductions.network_table.lesions import has_memory, lesioned
from memsim.reproductions.network_table.noise import make_noisy
from memsim.reproductions.network_table.options import TASKS, TUNING, TableOptions
from memsim.reproductions.network_table.sizes import CLOSE, sized
from memsim.reproductions.network_table.statistics import comparisons_of, difference_of, summary_of
from memsim.reproductions.network_table.table import NETWORK_TABLE, beyond_the_lstm, diverged, learned_recall, shown
from memsim.reproductions.network_table.trainings import trained, training_of, weights_file
from memsim.training.measuring import Measures
from memsim.training.run import train
from memsim.training.trainer import Trainer

SMALL = TableOptions(cores="GRU,Transformer", iterations=2, batch=4, seeds=2, lists=20, rates="0.001,0.01")
VALUES = st.lists(st.floats(0, 1), min_size=2, max_size=5)


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer lists are measured, in this process."""
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    monkeypatch.setattr("memsim.reproductions.network_table.trainings.FINAL", 8)


@settings(max_examples=30, deadline=None)
@given(one=VALUES, other=VALUES)
def test_permutation_tests_are_those_of_scipy(one: list[float], other: list[float]) -> None:
    known = permutation_test(
        (one, other), lambda a, b, axis: abs(a.mean(axis=axis) - b.mean(axis=axis)), vectorized=True,
        n_resamples=np.inf, alternative="greater",
    )  # fmt: skip
    assert difference_of(one, other).p == pytest.approx(known.pvalue)


def test_differences_by_hand() -> None:
    """Of 20 splits of six values, two are as extreme as the one where all of a group are above the other."""
    apart, same = difference_of([1, 2, 3], [4, 5, 6]), difference_of([1, 5], [5, 1])
    assert apart.p == pytest.approx(2 / 20) and apart.apart and apart.claimed, "ranges do not overlap"
    assert same.p == 1 and not same.apart and not same.claimed
    many = difference_of(np.arange(12.0), np.arange(12.0) + 100)
    assert many.p == pytest.approx(1 / 20_001), "more splits than are counted are drawn"


def test_summary_and_tests_have_seeds_as_their_unit() -> None:
    scores = pd.DataFrame({
        "at": "parameters", "task": "recall", "core": ["A"] * 3 + ["B"] * 3,
        "accuracy": [0.9, 0.95, 0.2, 0.1, 0.1, 0.1],
        "parameters": 10, "state_at_start": 1, "state_at_end": 2, "rate": 0.01, "floor": 0.1,
        "diverged": [False, False, True, False, False, False],
    })  # fmt: skip
    for name in ("longer", "cost_of_lesion", "primacy", "recency", "rmsd", "seconds"):
        scores[name] = np.nan
    for name in ("crp_forward", "crp_backward"):
        scores[name] = scores[f"shuffled_{name}"] = 0.5
    first, second = summary_of(scores).to_dict("records")
    assert (first["accuracy"], first["lowest"], first["highest"]) == (0.9, 0.2, 0.95)
    assert first["reached"] == pytest.approx(2 / 3) and second["reached"] == 0
    assert (first["diverged"], second["diverged"], first["seeds"]) == (1, 0, 3)
    (pair,) = comparisons_of(scores).to_dict("records")
    assert pair["difference"] == pytest.approx(0.8) and pair["p"] == pytest.approx(2 / 20) and pair["claimed"]


def random_recalls(length: int) -> Recalls:
    rng = np.random.default_rng(1)
    positions = np.array([rng.permutation(length)[:6] + 1 for _ in range(50)])
    positions[positions[:, 5] > length // 2, 4:] = 0
    return Recalls(FreeRecall(list_length=length).trials(50, 0), positions)


@pytest.mark.parametrize("length", [8, 16])
def test_edges_are_primacy_and_recency(length: int) -> None:
    recalls = random_recalls(length)
    known = [index(recalls)["difference"].item() for index in (primacy_index, recency_index)]
    assert edges(serial_position_curve(recalls)["prob"].to_numpy()) == pytest.approx(known)


def test_shuffled_responses_are_the_same_in_another_order() -> None:
    recalls = random_recalls(16)
    again = shuffled(recalls, 0)
    assert (np.sort(again.positions, axis=1) == np.sort(recalls.positions, axis=1)).all()
    assert ((again.positions != 0) == (recalls.positions != 0)).all()
    assert (again.positions != recalls.positions).any()


@pytest.mark.parametrize("task", TASKS)
def test_all_cores_see_the_same_lists(task: str) -> None:
    """Lists and choices have one generator, which all cores leave in the same state."""
    after = []
    for core, rate in (("GRU", 0.5), ("Elman", 0.001)):
        trainer = Trainer(training_of(core, {"hidden": 3}, task, rate, 7, SMALL))
        trainer.run(2)
        after.append(trainer.generator.get_state())
    assert torch.equal(*after)


def test_cores_are_equal_in_what_they_should_be() -> None:
    state = sized("parameters", "recall", "DNC", 21_000).matched.state_at_end
    for core in ("Elman", "Transformer", "NTM", "DeltaRule"):
        same = sized("state", "recall", core, 21_000).matched
        assert abs(same.state_at_end - state) <= CLOSE * state
        assert core == "Elman" or abs(same.parameters - 21_000) <= 0.05 * 21_000, "memory has a size of its own"


def test_a_lesion_of_memory_lasts_as_long_as_asked() -> None:
    for task in ("recall", "copy"):
        objective = Trainer(training_of("MANN", {"hidden": 4}, task, 0.001, 0, SMALL)).objective
        assert has_memory(objective.core)
        losses = []
        for part in ("memory", ""):
            objective.generator.manual_seed(3)
            if part:
                with lesioned(objective):
                    losses.append(objective.loss(5).item())
            else:
                losses.append(objective.loss(5).item())
        assert losses[0] != losses[1]
        assert objective.core in list(objective.network.modules()), "the core is back in its place"
    assert not has_memory(Trainer(training_of("GRU", {}, "copy", 0.001, 0, SMALL)).objective.core)


@pytest.mark.usefixtures("_few")
def test_noise_falls_on_the_controller_alone() -> None:
    """What a DNC carries of its memory stays as it is, and lists are those without noise."""
    core = DNC(5, 4, hidden=3, slots=4, width=2)
    inputs, state = torch.ones((2, 5)), core.start(2)
    output, clean, _ = core.step(inputs, state)
    make_noisy(core, 10.0)
    again, after, _ = core.step(inputs, state)
    assert torch.equal(again, output) and torch.equal(after.memory.memory, clean.memory.memory)
    assert isinstance(core, DNC) and isinstance(after.controller[0], tuple)
    for one, other in zip(after.controller[0], clean.controller[0], strict=True):
        assert (one - other).abs().max() > 1
    whole = changed_at({"a": (torch.zeros(1), torch.zeros(1))}, "a.1", lambda each: each + 1)
    assert [each.item() for each in whole["a"]] == [0, 1]
    found = trained("noisy-recall", training_of("GRU", {"hidden": 4}, "noisy-recall", 0.01, 0, SMALL), 20)
    quiet = trained("recall", training_of("GRU", {"hidden": 4}, "noisy-recall", 0.01, 0, SMALL), 0)
    assert found["loss"] != quiet["loss"] and found["behaviour"] == {}


@pytest.mark.usefixtures("_few")
def test_a_training_that_diverges_stays_at_its_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverges(self: Any, until: int) -> bool:
        raise DivergenceError("the loss is no longer finite")

    training = training_of("GRU", {"hidden": 4}, "copy", 0.01, 0, SMALL)
    monkeypatch.setattr(Trainer, "run", diverges)
    found = trained("copy", training, 0)
    assert found["diverged"] and found["accuracy"] == found["floor"] and np.isnan(found["seconds"])


@pytest.mark.usefixtures("_few")
def test_only_what_diverged_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Any, until: int) -> bool:
        raise InputError("a core of another kind")

    training = training_of("GRU", {"hidden": 4}, "copy", 0.01, 0, SMALL)
    monkeypatch.setattr(Trainer, "run", fails)
    with pytest.raises(InputError, match="a core of another kind"):
        trained("copy", training, 0)


@pytest.mark.usefixtures("_few")
def test_longer_lists_whose_loss_is_not_finite_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    measures = Trainer.measures

    def diverges(self: Trainer, n_lists: int, purpose: str) -> Any:
        if purpose == "longer lists":
            raise DivergenceError("the loss on longer lists is not finite")
        return measures(self, n_lists, purpose)

    monkeypatch.setattr(Trainer, "measures", diverges)
    found = trained("copy", training_of("GRU", {"hidden": 4}, "copy", 0.01, 0, SMALL), 20)
    assert np.isnan(found["longer"]) and not found["diverged"] and 0 < found["accuracy"] < 1


def untrained(seed: int) -> str:
    """Kept weights of the GRU of the table at an iteration of free recall."""
    sizes = sized("parameters", "recall", "GRU", 21_000).matched.sizes
    training = training_of("GRU", sizes, "recall", 0.01, seed, SMALL)
    return str(trained("recall", training.replace(iterations=1), 0, keep=True)["weights"])


@pytest.mark.usefixtures("_few")
def test_an_imitation_that_diverges_is_counted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverges(self: Trainer, until: int) -> bool:
        if self.training.learning_rate > 0.005 or self.training.seed == 1:
            raise DivergenceError("the loss is no longer finite")
        self.iteration = self.training.iterations
        return True

    weights = {("GRU", seed): untrained(seed) for seed in (0, 1)}
    monkeypatch.setattr(Trainer, "run", diverges)
    monkeypatch.setattr(Trainer, "measures", lambda *_: Measures(3.0, 0.5))
    options = SMALL.replace(cores="GRU", seeds=3, imitation=1, rates="0.01,0.001")
    table = imitation_table(options, 0, weights)
    assert table["rate"].tolist() == [0.001] * 3, "what diverges has an infinite loss"
    assert table["diverged"].tolist() == [False, True, True], "the third did in recall"
    assert table["nats_per_list"].isna().tolist() == [False, True, True]
    assert diverged(pd.DataFrame({"diverged": [False]}), table) == [
        "2 of 3 imitations diverged, and are left out: GRU, fold 2, GRU, fold 3."
    ]
    assert re.search(r"GRU +-\d+\.\d\d +2$", shown(pd.DataFrame({"at": []}), table))
    scores = pd.DataFrame({
        "at": "parameters", "task": "copy", "core": ["A", "B"], "seed": [3, 4], "diverged": [False, True],
    })  # fmt: skip
    assert diverged(scores, table.iloc[:0]) == [
        "1 of 2 trainings diverged, and count as untrained: copy of B at equal parameters, seed 4."
    ]
    assert not diverged(scores.iloc[:1], table.iloc[:1])


@pytest.mark.usefixtures("_few")
def test_a_part_of_the_entry() -> None:
    few = {**SMALL.values(), "tasks": "copy", "at": "parameters", "imitation": 0, "cores": "GRU"}
    report = reproduce("network-table", 1, **few)
    assert report.as_announced and not report.files
    assert report.outcome.tables["summary"][["at", "task", "core"]].to_numpy().tolist() == [
        ["parameters", "copy", "GRU"]
    ]
    assert len(report.outcome.draw().axes) == 2
    assert "diverged" in report.outcome.shown and report.outcome.tables["summary"]["diverged"].tolist() == [0]
    assert set(report.outcome.tables["rates"]["iterations"]) == {1}, "a third of two"


@pytest.mark.parametrize(("best", "known"), [("DNC", 1.0), ("LSTM", 0.0), ("GRU", 0.0)])
def test_a_task_is_beyond_controllers_where_a_core_with_memory_exceeds_the_lstm(best: str, known: float) -> None:
    """GRU has no memory, so that what it does says nothing of one."""
    rows = [
        {"at": "parameters", "task": "long-copy", "core": core, "seed": seed, "lesioned": lesioned,
         "accuracy": (0.9 if core == best else 0.6) + seed / 100}
        for core, lesioned in (("LSTM", np.nan), ("DNC", 0.5), ("GRU", np.nan))
        for seed in range(5)
    ]  # fmt: skip
    scores = pd.DataFrame(rows)
    assert beyond_the_lstm(scores, comparisons_of(scores), "long-copy") == known
    assert np.isnan(beyond_the_lstm(scores, comparisons_of(scores), "noisy-recall")), "not run"
    alone = scores[scores["core"] != "LSTM"]
    assert np.isnan(beyond_the_lstm(alone, comparisons_of(alone), "long-copy")), "nothing to compare with"


@pytest.mark.slow
@pytest.mark.usefixtures("_few")
def test_the_whole_entry_in_little(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("memsim.reproductions.network_table.table.lost_without_reading", lambda weights, seed: 0.9)
    assert learned_recall(SMALL.replace(cores="GRU", tasks="copy", imitation=0), 0) == {}
    learned = learned_recall(SMALL.replace(cores="GRU", tasks="copy", imitation=1), 0)
    assert learned.keys() == {("GRU", 0), ("GRU", 1)} and "" not in learned.values(), "of each seed"
    asked = {**SMALL.values(), "tasks": "recall,serial,recognition,cued,copy", "state_tasks": "copy", "imitation": 0}
    report = reproduce("network-table", 3, tmp_path, **asked)
    tables = report.outcome.tables
    scores, rates = tables["scores"], tables["rates"]
    assert len(scores) == 2 * 2 * (5 + 1), "cores, seeds, and tasks at equal parameters and at equal state"
    assert set(scores["seed"]) == {3, 4} and report.manifest["settings"]["tuned on"] == 3 + TUNING
    assert rates["chosen"].sum() == len(rates) / 2, "one of two learning rates"
    for _, each in rates.groupby(["at", "task", "core"]):
        assert each.loc[each["chosen"], "loss"].item() == each["loss"].min()
    assert scores["accuracy"].between(0, 1).all() and scores["longer"].between(0, 1).all()
    assert scores.groupby("core")["cost_of_lesion"].count().to_dict() == {"GRU": 0, "Transformer": 12}
    at_recall = scores[(scores["task"] == "recall")]
    assert at_recall[["primacy", "recency", "rmsd_serial_position_curve"]].notna().all(axis=None)
    assert tables["positions"].groupby("task")["position"].max().to_dict() == {
        "recall": 16, "serial": 8, "recognition": 8, "cued": 6
    }  # fmt: skip
    # The curve has a point every hundred iterations, and at the last: two iterations of four lists.
    assert set(tables["learning"]["lists"]) == {0, 8}
    assert [finding.expected for finding in report.outcome.findings] == [True, True]
    assert {path.name for path in report.files} >= {"network-table.png", "network-table-state.png", "summary.csv"}
    assert not report.not_drawn


@pytest.mark.slow
@pytest.mark.usefixtures("_few")
def test_people_are_imitated_from_what_recall_taught(tmp_path: Path) -> None:
    """At a learning rate of next to nothing, the weights stay those of recall, whatever they are trained on."""
    weights = {("GRU", seed): untrained(seed) for seed in (0, 1)}
    table = imitation_table(SMALL.replace(cores="GRU", seeds=2, imitation=1, rates="1e-12"), 0, weights)
    assert table["fold"].tolist() == [0, 1] and table["lists"].between(700, 715).all()
    folds = fold_of_lists(people(), "lists", 5, 0)
    for (_, seed), kept in weights.items():
        with weights_file(kept) as path:
            out = tmp_path / f"{seed}.safetensors"
            sizes = sized("parameters", "recall", "GRU", 21_000).matched.sizes
            train("GRU:people", people=people()[::90], start=str(path), sizes=dict(sizes), iterations=1,
                  learning_rate=1e-12, out=out)  # fmt: skip
        known = log_likelihood(network_with(str(out), "GRU"), people()[folds == seed]).mean()
        assert table["nats_per_list"][seed] == pytest.approx(known, abs=1e-4)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"tasks": "recal"}, "there is no task 'recal'; did you mean 'recall'?"),
        ({"cores": "GRU,gru"}, "names a core twice"),
        ({"rates": "0.1,x"}, "must be numbers, as in 0.001,0.01"),
        ({"rates": "0"}, "must be numbers above 0 and up to 1"),
        ({"tasks": ","}, "names nothing"),
        ({"at": "state", "tasks": "serial"}, "leaves nothing to run"),
    ],
)
def test_options_are_checked(option: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        TableOptions(**option)


def test_options_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Only those of the entry, and only of an entry that has some."""
    assert main(["reproduce", "network-table", "--set", "core=GRU"]) != 0
    assert "network-table has no option 'core'" in capsys.readouterr().err
    assert main(["reproduce", "golden-cases", "--set", "seeds=2"]) != 0
    assert "golden-cases has no option 'seeds'. It has none." in capsys.readouterr().err
    with pytest.raises(InputError, match="golden-cases has no options, and seeds was given"):
        reproduce("golden-cases", 0, seeds=2)
    assert NETWORK_TABLE.options == TableOptions()
