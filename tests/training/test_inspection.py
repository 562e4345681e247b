"""A trial of a network as a picture: what is shown, and of which steps."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsim import Recalls, simulate
from memsim.analysis import Strip, memory_figure
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.core.loop import step
from memsim.models import DNC, LSTM, TCM
from memsim.models.lookup import build_model
from memsim.models.networks.recall_network import LOOKS
from memsim.paradigms import CuedRecall, FreeRecall, RecallThenRecognition, Recognition
from memsim.training.inspection import probed_labels, show, step_labels
from memsim.training.showing.strips import cell_order, panels, stacked

TASK = FreeRecall(list_length=5, inter_item_distraction=2, retention_interval=1)


def test_weightings_of_every_step() -> None:
    recalls = Recalls.from_matrix([[2, -1, 1, 2]], list_length=5)
    seen = [step.weightings for step in DNC().watch(recalls)]
    # Study, the cue, and the three responses that are fed back; the intrusion is left out.
    assert len(seen) == 5 + 1 + 3
    assert stacked(seen, "write").shape == (16, 9) and stacked(seen, "read_modes").shape == (3, 9)
    assert np.allclose(stacked(seen, "read_modes").sum(axis=0), 1)
    assert [step.weightings for step in LSTM().watch(recalls)] == [{}] * 9


def test_weightings_do_not_depend_on_the_rest_of_the_batch() -> None:
    recalls = simulate(DNC(), TASK.trials(4, seed=2), seed=1)
    together, alone = DNC().watch(recalls[[1, 3]]), DNC().watch(recalls[[3]])
    for one, two in zip(together, alone, strict=False):
        assert np.allclose(one.weightings["write"][1], two.weightings["write"][0])
        assert np.allclose(one.state.memory.links[1], two.state.memory.links[0])


def test_labels_of_steps() -> None:
    labels, phases = step_labels(TASK, np.array([3, 0, 5], dtype=np.int32), 17)
    assert labels == ["1", "·", "·", "2", "·", "·", "3", "·", "·", "4", "·", "·", "5", "·", "?", "4", "1"]
    assert phases == {"Study": 0, "Test": 14}
    labels, phases = step_labels(TASK.replace(initial_distraction=1.5), np.array([5], dtype=np.int32), 17)
    assert labels[:4] == ["·", "·", "1", "·"] and phases == {"Study": 2, "Test": 16}


def test_slots_stand_in_the_order_of_writing() -> None:
    seen = DNC().watch(simulate(DNC(), FreeRecall(list_length=6).trials(1), seed=0))
    weightings = [step.weightings for step in seen]
    order = cell_order(weightings)
    assert sorted(order) == list(range(16))
    first = stacked(weightings, "write")[order].argmax(axis=1)
    assert (np.diff(first) >= 0).all()
    links = seen[5].state.memory.links[0].numpy()
    shown = panels(seen, DNC().network().network, 6)[1]["Links after study"]
    assert shown[2, 1] == links[order[2], order[1]]


def test_figure_has_every_strip_and_step() -> None:
    recalls = simulate(DNC(), FreeRecall(list_length=4).trials(3, seed=1), seed=1)
    figure = show(DNC(), people=recalls, trial=2)
    left, right = figure.subfigs
    wanted = [
        "Write", "Allocation", "Write content", "Usage", "Read", "Backward", "Read content", "Forward", "Read modes",
    ]  # fmt: skip
    *strips, bar = left.axes
    assert [axis.get_title(loc="left") for axis in strips] == wanted
    assert {axis.images[0].get_clim() for axis in (*strips, *right.axes)} == {(0.0, 1.0)}
    assert bar.get_ylim() == (0.0, 1.0), "one bar says what all colours mean"
    assert [axis.get_title(loc="left") for axis in right.axes] == [
        "Links after study",
        "Links at the end",
    ]
    recalls = recalls[[2]]
    given = [str(position) for position in recalls.positions[0] if position > 0]
    labels = [tick.get_text() for tick in strips[-1].get_xticklabels()]
    assert labels == ["1", "2", "3", "4", "?", *given]
    write = stacked([step.weightings for step in DNC().watch(recalls)], "write")
    shown = strips[0].images[0].get_array()
    assert shown is not None and np.allclose(np.sort(shown, axis=0), np.sort(write, axis=0))


def test_strips_of_nothing() -> None:
    figure = memory_figure([Strip("Nothing", np.zeros((2, 3)))], ["1", "2", "3"])
    figure.canvas.draw_idle()
    assert len(figure.axes) == 2, "the strip and its colour bar"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tcm"], "TCM is not a network"),
        (["dnc", "--trial", "-1"], "trial=-1 must be a whole number of at least 0"),
        (["dnc", "--people", "peers_notask", "--trial", "99999"], "beyond the 3,528 lists"),
        (["tcm", "--set", "weights=x.safetensors"], "TCM has no parameter 'weights'"),
        (["dnc:x.safetensors"], "there is no file x.safetensors"),
        (["dnc", "--people", "peers_notask", "--list-length", "5"], "--list-length 5 does not apply with --people"),
        (["dnc", "--people", "peers_notask", "--seed", "5"], "seed=5 does not apply with people"),
        (["dnc", "--out", "x.xyz"], "--out x.xyz must end in .png, .pdf or .svg"),
    ],
)
def test_bad_requests(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["show", "dnc", "--trial", "1", "--list-length", "3"]) == 0
    assert main(["show", "dnc", "--people", "peers_notask", "--out", "people.pdf"]) == 0
    assert main(["show", "dnc:serial", "--set", "without=content,backward"]) == 0
    written = ["DNC-trial-1.png", "people.pdf", "DNC-serial-trial-0.png"]
    assert capsys.readouterr().out.splitlines() == [f"Written: {name}" for name in written]
    assert (tmp_path / "DNC-trial-1.png").stat().st_size > 10_000 and (tmp_path / "people.pdf").is_file()


def test_a_list_far_on_takes_no_longer_and_is_drawn_apart_from_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    simulated: list[Any] = []

    def recorded(network: Any, trials: Any, seed: int) -> Any:
        simulated.append(trials)
        return simulate(network, trials, seed)

    monkeypatch.setattr("memsim.training.inspection.simulate", recorded)
    for trial, seed in ((99_999, 0), (99_999, 0), (0, 0), (99_999, 1)):
        show(DNC(), FreeRecall(list_length=6), trial=trial, seed=seed)
    assert [len(each) for each in simulated] == [1, 1, 1, 1], "no list before it is simulated"
    first, again, *others = [each.items[0].tolist() for each in simulated]
    assert first == again and all(first != other for other in others)


def test_too_many_lists_at_a_time() -> None:
    with pytest.raises(InputError, match="at most 2,048 lists"):
        DNC().watch(Recalls.from_matrix(np.zeros((2049, 1), dtype=int), list_length=2))
    with pytest.raises(InputError, match="TCM is not a network"):
        show(TCM(), FreeRecall())


def test_a_task_or_people_and_not_both() -> None:
    recalls = simulate(DNC(), TASK.trials(2, seed=2), seed=1)
    with pytest.raises(InputError, match="give a paradigm or people, not both"):
        show(DNC(), TASK, people=recalls)
    titles = [show("dnc", TASK, trial=1, seed=1), show("dnc:serial", trial=1), show(DNC(), people=recalls)]
    shown = [figure.get_suptitle().split(";")[0] for figure in titles]
    assert shown == ["DNC, list 1", "DNC:serial, list 1", "DNC, list 0"]


@pytest.mark.parametrize(("name", "task"), [("DNC:recognition", Recognition(list_length=5, n_lures=3)),
                                            ("DNC:cued", CuedRecall(list_length=6))])  # fmt: skip
def test_each_probe_is_looked_at_from_the_state_after_study(name: str, task: Any) -> None:
    network: Any = build_model(name)
    responses = simulate(network, task.trials(2, 3), 3)[[1]]
    seen = network.watch(responses)
    labels, phases, given = probed_labels(responses)
    assert len(seen) == len(labels) == phases["Test"] + LOOKS * task.n_probes and phases["Study"] == 0
    positions = [int(responses.trials.probe(index).positions.max()) for index in range(task.n_probes)]
    assert labels[phases["Test"] :: LOOKS] == [str(each + 1) if each >= 0 else "+" for each in positions]
    assert given.startswith("old: ") == (name == "DNC:recognition")
    state = network.begin(responses.trials, np.random.default_rng(0))
    for event in task.presentation():
        state = step(network, state, event)
    alone: list[Any] = []
    state[0].seen = alone
    (network.cue_item if task.cued_by_item else network.familiarity)(state, responses.trials.probe(task.n_probes - 1))
    for one, other in zip(alone, seen[-LOOKS:], strict=True):
        assert np.allclose(one.weightings["write"], other.weightings["write"]), "of the probes before, nothing is left"
    title = show(network, people=responses).get_suptitle()
    assert given in " ".join(title.split())


def test_a_task_with_two_tests_is_not_drawn_as_one() -> None:
    with pytest.raises(InputError, match="only recalls or only probes"):
        show(build_model("DNC:recall+recognition"), RecallThenRecognition(list_length=5))
