"""Options of every command with hostile values: each call ends with a status of memsim, never with a traceback."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import simulate
from memsim.commands.main import main
from memsim.core.free_recall import FreeRecall
from memsim.models.baselines.uniform import Uniform
from tests.fuzz.damage import HOSTILE
from tests.fuzz.endings import ends_well, fuzz_few

QUICK = ["--starts", "1", "--generations", "1", "--workers", "1"]
COMMANDS = {
    "run": ["--models", "TCM", "--people", "people.csv", "--n-trials", "10", "--out", "out"],
    "fit": ["TCM", "--people", "people.csv", "--free", "context_drift", *QUICK, "--out", "out"],
    "compare": ["TCM", "--people", "people.csv", "--folds", "2", *QUICK, "--out", "out"],
    "recover": ["TCM", "--n-trials", "5", "--list-length", "3", *QUICK, "--out", "out"],
    "train": ["lstm", "--iterations", "1", "--hidden", "2", "--batch", "2", "--out", "w.safetensors"],
    "show": ["LSTM", "--out", "out.png"],
    "battery": ["battery.toml", "--out", "out"],
    "check": ["TCM"],
    "models": [],
    "datasets": [],
    "analyses": [],
    "reproduce": ["--list"],
}
"""A small call of each command."""
VALUES = [
    *HOSTILE,
    *(str(10**12), str(10**18), "people.csv", ".", "/dev/null", "TCM", "lag_crp", "a=b", "list=trial", "="),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("commands")
    simulate(Uniform(), FreeRecall(list_length=3).trials(6, subjects=2)).to_frame().to_csv(path / "sim.csv")
    rows = ["subject,list,position,trial_type,item"]
    for subject in (1, 2):
        for number in (1, 2, 3):
            rows += [f"{subject},{number},{at},study,w{number}{at}" for at in (1, 2, 3)]
            rows += [f"{subject},{number},1,recall,w{number}3", f"{subject},{number},2,recall,w{number}1"]
    (path / "people.csv").write_text("\n".join(rows) + "\n")
    (path / "battery.toml").write_text(
        '[battery]\nn_trials = 5\nanalyses = ["lag_crp"]\n[[paradigms]]\nsettings = {list_length = 3}\n'
        '[[models]]\nname = "TCM"\n'
    )
    return path


def options(command: str) -> list[str]:
    """The options that the help of ``command`` lists."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        main([command, "--help"])
    return sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text.getvalue())) - {"--help"})


@pytest.mark.parametrize("command", COMMANDS)
@given(data=st.data())
@fuzz_few
def test_options(command: str, folder: Path, data: st.DataObject) -> None:
    given_ = [command, *COMMANDS[command]]
    for _ in range(data.draw(st.integers(1, 2))):
        hostile = data.draw(st.sampled_from(VALUES) | st.text(max_size=6))
        if data.draw(st.booleans()) and len(given_) > 1:
            given_[data.draw(st.integers(1, len(given_) - 1))] = hostile
        else:
            known = options(command)
            given_ += [data.draw(st.sampled_from(known)) if known else "--odd", hostile]
    given_ = [each.replace("\x00", "") for each in given_]  # no shell can pass it on
    with contextlib.chdir(folder), ends_well(), contextlib.redirect_stdout(io.StringIO()):
        try:
            status: object = main(given_)
        except SystemExit as ended:  # argparse refuses
            status = ended.code
        assert status in (0, 1, 2), f"{given_} ended with {status!r}"
    assert (folder / "people.csv").read_text().startswith("subject,list,position")
