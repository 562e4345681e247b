"""A sequence of a task as a picture: what goes in, what comes out beside what is asked for, and the core within."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from memsim.analysis import Strip, memory_figure
from memsim.analysis.figures.memory import LOW, TALLEST, heights_of
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.driving import unrolled
from memsim.models.networks.cores.lstm import LSTM
from memsim.models.networks.weights import load_weights, save_weights
from memsim.training.inspection import show, titled
from memsim.training.run import train
from memsim.training.sequence_tasks.copying import Copy
from memsim.training.sequence_tasks.essay import EssayCopy, EssayRecall
from memsim.training.sequence_tasks.inductions import Induction
from memsim.training.sequence_tasks.n_grams import NGrams
from memsim.training.sequence_tasks.one_shot import OneShot
from memsim.training.sequence_tasks.sequences import Sequences, SequenceTask
from memsim.training.showing.sequence_network import SequenceNetwork, sequence_network
from memsim.training.showing.sequences import input_strips, mistakes, output_strips, sequence_figure, watch
from tests.training.test_sequence_tasks import TASKS, seeded

LEAKY = f"{Path(__file__).parents[2] / 'examples' / 'new_core.py'}:Leaky"
FEW = {"iterations": 1, "batch": 2}


class Tape(nn.Module):
    """It writes each vector into the next cell, and after the delimiter puts out one after the other."""

    def __init__(self, bits: int, cells: int, wrong: Collection[tuple[int, int]] = ()) -> None:
        super().__init__()
        self.bits, self.cells, self.wrong = bits, cells, wrong

    def start(self, batch: int) -> dict[str, Tensor]:
        return {"cells": torch.zeros((batch, self.cells, self.bits)), "at": torch.zeros((batch, 2), dtype=torch.long)}

    def step(
        self, inputs: Tensor, state: dict[str, Tensor], without: Collection[str] = frozenset()
    ) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
        cells, (written, read) = state["cells"].clone(), state["at"][0].tolist()
        write, head = torch.zeros((2, 1, 1, self.cells))
        output, reading = torch.zeros((1, self.bits)), bool(read) and not inputs.any()
        if reading:
            head[0, 0, read - 1] = 1
            output = 20 * (2 * cells[:, read - 1] - 1)
            for step, bit in self.wrong:
                output[0, bit] *= -1 if step == read - 1 else 1
        elif inputs[0, -1] == 0:
            write[0, 0, written] = 1
            cells[:, written] = inputs[:, :-1]
        at = torch.tensor([[written + int(bool(write.any())), read + int(reading or inputs[0, -1] == 1)]])
        return output, {"cells": cells, "at": at}, {"write": write, "read": head}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights that were hardly trained."""
    folder = tmp_path_factory.mktemp("weights")
    for name, core, changes in (
        ("dnc", "DNC", {"objective": "repeat-copy", "list_length": 3, "hidden": 8, "slots": 6}),
        ("lstm", "LSTM", {"objective": "n-grams", "list_length": 9, "hidden": 4}),
        ("leaky", LEAKY, {"objective": "copy", "list_length": 3}),
        ("links", "MemN2N", {"objective": "links", "hops": 2, "width": 8}),
    ):
        train(core, **changes, **FEW, out=folder / f"{name}.safetensors")
    return folder


def titles(figure: Any) -> list[str]:
    """Of the strips, from the top."""
    found = [axis.get_title(loc="left") for axis in (figure.subfigs[0] if figure.subfigs else figure).axes]
    return [title for title in found if title]


def test_a_network_that_copies_is_right_and_reads_along_what_it_wrote() -> None:
    task, length = Copy(4), 6
    core, sequences = Tape(4, 7), task.sequences(1, length, seeded())
    watched = watch(core, sequences, core.start(1))
    assert mistakes(task, watched) == "0 of 24 bits wrong"
    asked, put_out = output_strips(task, watched)
    assert [asked.title, put_out.title] == ["Asked for", "Put out"]
    assert np.allclose(asked.values, put_out.values, atol=1e-6, equal_nan=True)
    assert np.isnan(asked.values[:, : length + 1]).all() and not np.isnan(asked.values[:, length + 1 :]).any()
    assert put_out.marked is not None and not put_out.marked.any()
    figure = sequence_figure(core, task, watched, "A tape")
    assert titles(figure) == ["Vectors", "Flags", "Asked for", "Put out", "Write", "Read"]
    write, read = (np.asarray(axis.images[0].get_array()) for axis in figure.axes[4:6])
    assert np.array_equal(write[:, :length], np.eye(7)[:, :length]) and not write[:, length:].any()
    assert np.array_equal(read[:, length + 1 :], write[:, :length]), "it reads along the diagonal of writing"
    assert figure.get_suptitle() == "A tape; 0 of 24 bits wrong"
    assert [tick.get_text() for tick in figure.axes[5].get_xticklabels()] == [str(step + 1) for step in range(13)]
    assert {axis.images[0].get_clim() for axis in figure.axes[:6]} == {(0.0, 1.0)}
    assert len(figure.axes) == 7, "one colour bar for all"


def test_wrong_bits_are_marked_where_they_are() -> None:
    task, wrong = Copy(4), {(0, 2), (4, 1), (4, 3)}
    core = Tape(4, 7, wrong)
    watched = watch(core, task.sequences(1, 6, seeded()), core.start(1))
    assert mistakes(task, watched) == "3 of 24 bits wrong"
    figure = sequence_figure(core, task, watched, "")
    under, over = figure.axes[3].collections
    for marks in (under, over):
        assert {(step - 7, bit) for step, bit in np.asarray(marks.get_offsets()).tolist()} == wrong
    assert not any(axis.collections for axis in (*figure.axes[:3], *figure.axes[4:6]))


@pytest.mark.parametrize(
    ("task", "length"), [*TASKS, (EssayCopy(4), 3), (EssayRecall(4, list_length=3), 3)], ids=lambda each: str(each)
)
def test_every_task_is_drawn_as_it_is(task: SequenceTask, length: int) -> None:
    sequences = task.of_kind(task.kinds - 1, 1, length, seeded(3))
    inputs = input_strips(task, sequences)
    assert np.array_equal(np.concatenate([strip.values for strip in inputs]), sequences.inputs[:, 0].numpy().T)
    assert all(not strip.rows or len(strip.rows) == len(strip.values) for strip in inputs)
    torch.manual_seed(0)
    core = LSTM(task.n_inputs, task.n_outputs, hidden=5)
    watched = watch(core, sequences, core.start(1))
    counted = sequences.counted[:, 0].numpy()
    for strip in output_strips(task, watched):
        assert (~np.isnan(strip.values) == counted).all()
        shown = strip.values[:, counted]
        assert (shown >= 0).all() and (shown <= 1).all()
        assert task.asked_for == "bits" or np.allclose(shown.sum(axis=0), 1)
    best = watched._replace(outputs=task.optimum(sequences))
    asked, put_out, *rest = output_strips(task, best)
    n_wrong = int(mistakes(task, best).split()[0])
    if isinstance(task, NGrams | OneShot):
        assert np.allclose(put_out.values, rest[0].values, equal_nan=True) and rest[0].title == "Best prediction"
        assert mistakes(task, watched).endswith(f"wrong (the best predictor: {n_wrong})" if n_wrong else "wrong")
        assert task.phases(sequences) == {}
    else:
        assert n_wrong == 0 and not rest and np.allclose(asked.values, put_out.values, equal_nan=True)
        starts = list(task.phases(sequences).values())
        assert starts == sorted(set(starts)) and starts[0] == 0 and starts[-1] < len(counted)
        assert counted[starts[-1] :].any() and not counted[0]


@settings(derandomize=True, deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_what_is_marked_is_what_is_scored(seed: int) -> None:
    for task, length in TASKS:
        sequences = task.sequences(3, length, seeded(seed))
        outputs = torch.randn(sequences.targets.shape, generator=seeded(seed + 1))
        scores, chosen = task.scores(outputs, sequences), task.choices(outputs, sequences)
        share = task.n_wrong(*chosen) / task.n_answers(chosen[1])
        assert share == pytest.approx(
            scores["wrong bits"] if task.asked_for == "bits" else 1 - scores["right"], abs=1e-6
        )
        assert not task.wrong(*chosen)[~sequences.counted].any()


def test_free_recall_of_the_essay_is_wrong_only_where_no_item_is() -> None:
    task = EssayRecall(4, list_length=2)
    items = torch.tensor([[1.0, 1, 1, 0], [0, 0, 1, 0]])
    targets, counted = torch.zeros((4, 1, 4)), torch.tensor([False, False, True, True])[:, None]
    targets[2:, 0] = items
    sequences = Sequences(torch.zeros((4, 1, 4)), targets, counted)
    said = torch.zeros((4, 1, 4))
    said[2:, 0] = torch.tensor([[0.0, 0, 1, 0], [1, 1, 1, 1]])  # the second item, and the first with one bit more
    wrong = task.wrong(2 * said - 1, sequences)
    assert wrong.nonzero().tolist() == [[3, 0, 3]]


def test_steps_give_what_the_whole_sequence_gives() -> None:
    torch.manual_seed(1)
    task = Induction(6)
    sequences = task.sequences(1, 5, seeded())
    core = DNC(6, 6, hidden=8, slots=5).eval()
    watched = watch(core, sequences, core.start(1))
    with torch.no_grad():
        assert torch.allclose(watched.outputs, unrolled(core, sequences.inputs)[0], atol=1e-5)
    hurt = watch(core, sequences, core.start(1), {"memory"})
    assert not torch.allclose(watched.outputs, hurt.outputs, atol=1e-5)


def test_command(trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(trained)
    assert main(["show", "MemN2N:links.safetensors", "--trial", "2", "--set", "without=reading"]) == 0
    assert main(["show", f"{LEAKY}:leaky.safetensors", "--seed", "3", "--out", "leaky.svg"]) == 0
    assert main(["show", "Network:lstm.safetensors", "--list-length", "12", "--out", "lstm.pdf"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Written: MemN2N-links-trial-2.png", "Written: leaky.svg", "Written: lstm.pdf",
    ]  # fmt: skip
    assert (trained / "MemN2N-links-trial-2.png").stat().st_size > 10_000 and (trained / "lstm.pdf").is_file()
    text = (trained / "leaky.svg").read_text(encoding="utf-8")
    assert all(title in text for title in ("Vectors", "Asked for", "Put out", "Write", "copy, sequence 0 of length 3"))


def test_what_is_drawn_depends_on_weights_length_trial_and_seed(trained: Path) -> None:
    network: Any = sequence_network(f"DNC:{trained / 'dnc.safetensors'}")
    figure = show(network, list_length=5, trial=2, seed=4)
    label = f"DNC:{trained / 'dnc.safetensors'}"
    title = " ".join(figure.get_suptitle().split())
    assert title.startswith(f"{label}, repeat-copy, sequence 2 of length 5 (in training up to 3); ")
    assert title.endswith("bits wrong") and "of 144 bits" in title, (
        "three copies of five vectors of eight bits, and the end"
    )
    assert [axis.get_title(loc="left") for axis in figure.subfigs[1].axes] == ["Links after study", "Links at the end"]
    assert titles(figure)[:5] == ["Vectors", "Flags", "Asked for", "Put out", "Write"]
    objective = network.objective(3)
    drawn = [network.watched(objective, *which) for which in ((0, 0), (0, 0), (3, 0), (0, 1))]
    inputs = [each.sequences.inputs for each in drawn]
    assert torch.equal(inputs[0], inputs[1]) and not torch.equal(inputs[0], inputs[2])
    assert not torch.equal(inputs[0], inputs[3])
    kinds = [int(network.watched(objective, trial).sequences.counted.sum()) for trial in range(3)]
    assert kinds == [4, 7, 10], "one copy, two, three, and the end"
    weights = load_weights(str(trained / "dnc.safetensors")).tensors
    assert all(torch.equal(each, weights[name]) for name, each in objective.network.state_dict().items())
    larger = network.replace(slots=9, without="reading")
    assert larger.objective(3).network.start(1).memory.usage.shape == (1, 9)
    assert titled(larger, larger.objective(3), 1).endswith(
        ", without reading, 9 slots, repeat-copy, sequence 1 of length 3"
    )


def test_the_essay_goes_on_with_its_controller() -> None:
    network = SequenceNetwork("greydanus2017-copy")
    objective = network.objective()
    watched = network.watched(objective, trial=2)
    assert len(watched.seen) == 3 * 13 and list(objective.task.phases(watched.sequences).values()) == [0, 13, 26]
    assert objective.controller is not None
    assert mistakes(objective.task, watched).split()[0] in ("0", "1", "2"), "it was trained to copy"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["DNC:dnc.safetensors", "--people", "peers_notask"], "people='peers_notask' is for networks that study lists, "
         "and the weights 'dnc.safetensors' were trained on repeat-copy, a task of sequences; leave it out"),
        (["DNC:dnc.safetensors", "--task", "FR"], "--task says how a file of people is read"),
        (["DNC:dnc.safetensors", "--set", "stop_bias=1"], "stop_bias', which only networks that study lists have"),
        (["DNC:dnc.safetensors", "--set", "without=contents"], "'contents' is no part of the core DNC; did you mean"),
        (["DNC:dnc.safetensors", "--set", "without=,"], "without=',' names no part of the core"),
        (["DNC:dnc.safetensors", "--list-length", "900"], "has 3,602 steps then, and at most 1,000 are drawn"),
        (["LSTM:lstm.safetensors", "--set", "slots=4"], "the core LSTM has no size slots"),
        (["LSTM:lstm.safetensors", "--list-length", "2"], "shorter than order=3; give a list_length"),
        (["GRU:lstm.safetensors"], "are of a network of kind LSTM, not GRU; run them as LSTM:lstm.safetensors"),
        (["leaky.py:Leaky:lstm.safetensors"], "are of the core LSTM, not leaky.py:Leaky"),
        (["Network:leaky.safetensors"], "whose code is run only where you name the file: new_core.py:Leaky:leaky"),
        (["lstm.safetensors"], "weights are named with the core that they are of, as in Network:lstm.safetensors"),
    ],
)  # fmt: skip
def test_bad_requests(
    arguments: list[str], message: str, trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(trained)
    assert main(["show", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", [["run", "--models"], ["fit"], ["compare", "TCM"], ["benchmark"], ["check"]])
def test_other_commands_name_the_task_and_the_way_to_draw_it(
    command: list[str], trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(trained)
    people = ["--people", "peers_notask"] if command[0] in ("fit", "compare") else []
    assert main([*command, f"{LEAKY}:leaky.safetensors", *people]) == 2
    said = capsys.readouterr().err
    assert "'leaky.safetensors' were trained by copy, in which no list is studied" in said
    assert f"drawn by memsim show {LEAKY}:leaky.safetensors" in said


def test_lists_and_sequences_are_not_confused(trained: Path) -> None:
    from memsim.models import DNC as Model
    from memsim.paradigms import FreeRecall

    with pytest.raises(InputError, match="paradigm=FreeRecall.* is for networks that study lists"):
        show(f"DNC:{trained / 'dnc.safetensors'}", FreeRecall())
    with pytest.raises(InputError, match="list_length=4 does not apply with people or a paradigm"):
        show(Model(), FreeRecall(), list_length=4)
    with pytest.raises(InputError, match="trained by recall, which is no task of sequences"):
        SequenceNetwork("dnc-recall")
    assert sequence_network("DNC") is None and sequence_network("TCM:x.safetensors") is None


def test_records_are_not_trusted(trained: Path, tmp_path: Path) -> None:
    weights = load_weights(str(trained / "dnc.safetensors"))
    path = tmp_path / "other.safetensors"

    def written(**changes: Any) -> SequenceNetwork:
        save_weights(path, weights.tensors, json.loads(json.dumps({**weights.record, **changes})))
        return SequenceNetwork(str(path))

    training = weights.record["training"]
    for changes, message in (
        ({"training": {**training, "vector_size": 10**9}}, "vector_size=1000000000.* outside its range"),
        ({"training": {**training, "copies": "many"}}, "copies='many' must be a number"),
        ({"training": {**training, "vector_size": 9}}, "do not fit the network that their record describes"),
        ({"training": [1]}, "does not say what their task was"),
        ({"config": {**weights.record["config"], "hidden": 4000}}, "do not fit the network that their record"),
    ):
        network = written(**changes)
        with pytest.raises(InputError, match=message):
            network.objective()


def test_strips_are_lower_where_the_figure_would_be_too_high() -> None:
    named, *tall = strips = [Strip("Named", np.zeros((3, 4)), ("a", "b", "c")), *[Strip("Tall", np.zeros((40, 4)))] * 6]
    assert heights_of(strips, 19.0) == pytest.approx([0.33, *[3.0] * 6])
    assert heights_of(strips, 9.0) == pytest.approx([0.33, *[8.67 / 6] * 6]) and sum(heights_of(strips, 9.0)) <= 9.01
    assert heights_of(strips, 1.0) == pytest.approx([0.33, *[LOW] * 6])
    low = Strip("Low", np.zeros((2, 4)))
    assert heights_of([named, low, tall[0]], 2.0) == pytest.approx([0.33, 0.225, 1.445])
    drawn = [strip._replace(title=f"{number}") for number, strip in enumerate(tall[:5])]
    assert memory_figure(drawn, list("1234")).get_size_inches()[1] == pytest.approx(TALLEST, abs=0.01)
