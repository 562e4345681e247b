"""Files of one name, inputs in the way of results, files that are not to be trusted, and results that were damaged."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from memsim.core.errors import MemsimError
from memsim.fitting.result import Fit
from tests.cases.conftest import Memsim

BATTERY = """[battery]
n_trials = 40
analyses = ["serial_position_curve"]
[[paradigms]]
settings = { list_length = 4 }
"""


def curve(path: str = "out/serial_position_curve.csv") -> dict[str, list[float]]:
    """The curve of each model."""
    table = pd.read_csv(path)
    means = table.groupby(["label", "position"])["prob"].mean()
    return {label: means[label].tolist() for label in means.index.levels[0]}


def test_two_plugins_of_one_file_name_keep_their_own_code(memsim: Memsim) -> None:
    models = '[[models]]\nname = "a/model.py"\nlabel = "first"\n[[models]]\nname = "b/model.py"\nlabel = "last"\n'
    Path("b.toml").write_text(BATTERY + models)
    for _ in range(2):  # the second time from finished cells
        assert memsim("battery b.toml --out out --workers 1").status == 0
        assert curve() == {"first": [1, 0, 0, 0], "last": [0, 0, 0, 1]}


def test_an_edit_of_a_helper_module_runs_its_cells_again(folder: Path) -> None:
    model = (
        Path("a/model.py").read_text().replace("import numpy as np", "import numpy as np\nfrom helper import COLUMN")
    )
    Path("model.py").write_text(model.replace(", 0] = 1", ", COLUMN] = 1"))
    Path("b.toml").write_text(BATTERY + '[[models]]\nname = "model.py"\nlabel = "mine"\n')
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    for column, expected in ((0, [1, 0, 0, 0]), (2, [0, 0, 1, 0])):
        Path("helper.py").write_text(f"COLUMN = {column}\n")
        command = [sys.executable, "-m", "memsim", "battery", "b.toml", "--out", "out", "--workers", "1"]
        subprocess.run(command, check=True, env=environment, capture_output=True)
        assert curve() == {"mine": expected}


def test_training_does_not_write_over_its_data(memsim: Memsim) -> None:
    before = Path("people.csv").read_bytes()
    memsim(
        "train lstm --objective imitation --people people.csv --iterations 2 --hidden 4 --batch 2 "
        "--out people.safetensors"
    )
    assert Path("people.csv").read_bytes() == before


def test_results_do_not_replace_the_data(memsim: Memsim) -> None:
    Path("people.csv").rename("recalls.csv")
    before = Path("recalls.csv").read_bytes()
    assert "recalls.csv" in memsim("run --models tcm --people recalls.csv --n-trials 40 --out .").refusal
    assert Path("recalls.csv").read_bytes() == before


def test_a_fit_runs_no_file_that_it_names() -> None:
    before = {path.name for path in Path().iterdir()}
    with pytest.raises(MemsimError):
        Fit.load("fit.json")
    assert {path.name for path in Path().iterdir()} == before


@pytest.mark.parametrize(("data", "subjects"), [("dots", 3), ("slash", 2)])
def test_every_subject_has_files_of_its_own(memsim: Memsim, folder: Path, data: str, subjects: int) -> None:
    outside = sorted(folder.parent.iterdir())
    ended = memsim(
        f"fit TCM --people {data}.csv --free context_drift --per subject --intervals profile --starts 1 "
        "--generations 1 --workers 1 --out out"
    )
    assert ended.status == 0, ended.err
    assert len(list(Path("out").glob("profile-*.png"))) == pd.read_csv(f"{data}.csv")["subject"].nunique() >= subjects
    assert sorted(folder.parent.iterdir()) == outside


def test_labels_are_not_read_as_mathematics(memsim: Memsim) -> None:
    for name in ("a_$x^{_$.csv", "cost_$5.csv"):
        Path("people.csv").rename(name)
        assert memsim(f"run --models tcm --people {name} --n-trials 40 --out {name[:3]}").status == 0
        assert list(Path(name[:3]).glob("*.png"))
        Path(name).rename("people.csv")
    head = BATTERY.replace("[battery]", '[battery]\ntitle = "price $x^{ and $"')
    Path("b.toml").write_text(head + '[[models]]\nname = "TCM"\nlabel = "TCM $\\\\bad$"\n')
    assert memsim("battery b.toml --out out --workers 1").status == 0 and list(Path("out").glob("*.png"))


def test_a_label_of_three_billion_blanks_is_refused(memsim: Memsim) -> None:
    Path("b.toml").write_text(BATTERY + '[[models]]\nname = "TCM"\nlabel = "{name:>3000000000}"\n')
    assert "label" in memsim("battery b.toml --out out").refusal


def test_a_battery_of_a_trillion_cells_is_refused(memsim: Memsim) -> None:
    assert "grid.toml" in memsim("battery grid.toml --out out").refusal


def test_weights_that_claim_a_billion_layers_are_refused(memsim: Memsim) -> None:
    assert "layers1e9.safetensors" in memsim("run --models lstm:layers1e9.safetensors --n-trials 10").refusal


def test_starts_of_25_digits_are_refused(memsim: Memsim) -> None:
    assert "starts" in memsim(f"fit tcm --people people.csv --starts {'9' * 25}").refusal


def test_a_cell_with_one_flipped_bit_is_run_again(memsim: Memsim) -> None:
    Path("b.toml").write_text(BATTERY + '[[models]]\nname = "a/model.py"\n')
    memsim("battery b.toml --out out --workers 1")
    right = curve()
    cell = min(Path("out/cells").glob("*/*.json"))
    content = bytearray(cell.read_bytes())
    at = content.index(b'"prob"') + len(b'"prob": [')
    content[at] ^= 8
    cell.write_bytes(bytes(content))
    assert "memsim: warning:" in memsim("battery b.toml --out out --workers 1").err
    assert curve() == right


def test_a_killed_run_goes_on_to_identical_bytes(folder: Path) -> None:
    """kill -9 in the middle, from within a model; the second run of the same command finds what was finished."""
    model = Path("a/model.py").read_text()
    steps = "        if not pathlib.Path(__file__).with_name('killed').exists():\n"
    steps += "            pathlib.Path(__file__).with_name('killed').touch()\n            os.kill(os.getpid(), 9)\n"
    at = model.index("        self_n")
    Path("a/model.py").write_text("import os\nimport pathlib\n" + model[:at] + steps + model[at:])
    Path("b.toml").write_text(BATTERY + '[[models]]\nname = "TCM"\n[[models]]\nname = "a/model.py"\n')
    command = [sys.executable, "-m", "memsim", "battery", "b.toml", "--workers", "1", "--out"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ends = [
        subprocess.run([*command, out], env=environment, capture_output=True).returncode
        for out in ("killed-out", "killed-out", "whole-out")
    ]
    assert ends == [-9, 0, 0]
    names = {path.name for path in Path("whole-out").iterdir() if path.is_file()} - {"manifest.json"}
    assert names >= {"serial_position_curve.csv", "serial_position_curve.png", "summary.csv"}
    for name in names:
        assert Path("killed-out", name).read_bytes() == Path("whole-out", name).read_bytes(), name
    left = [path.name for path in Path("killed-out").rglob(".*")]
    assert not [name for name in left if name.startswith((".partial", ".running"))]
