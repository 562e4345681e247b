"""Models from Python files: each is known by its full path and content, and by that of the modules it imports."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsim import Fit, Simulated, fit, simulate
from memsim.core.errors import InputError, MemsimWarning, ModelError
from memsim.data.loading import load_recalls
from memsim.experiments.batteries import battery
from memsim.models.lookup import find_model
from memsim.paradigms import FreeRecall
from memsim.running.digests import digest
from memsim.running.execution import Cell, run_cells

MODEL = """
from dataclasses import dataclass
import numpy as np
from memsim import MemoryModel
{top}

@dataclass(frozen=True)
class Mine(MemoryModel):
    def begin(self, trials, rng):
        return [np.zeros(len(trials), bool), trials.list_length]

    def study(self, state, position):
        return state

    def outcome_probabilities(self, state):
        {inside}
        probability = np.zeros((len(state[0]), state[1] + 1))
        probability[~state[0], {column}] = 1
        probability[state[0], -1] = 1
        return probability

    def recalled(self, state, position):
        return [np.ones(len(state[0]), bool), state[1]]
"""
BESIDE = "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\n"


pytestmark = pytest.mark.usefixtures("forgotten")


def write(folder: Path, column: str, top: str = "", inside: str = "pass", name: str = "model.py") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(MODEL.format(top=top, inside=inside, column=column), encoding="utf-8")
    return str(folder / name)


def first_recalled(spec: str) -> int:
    """The only serial position that the model of a file recalls, from 1."""
    return position_of(built(spec))


def built(spec: str) -> Any:
    cls: Any = find_model(spec)[1]
    return cls()


def position_of(model: Any) -> int:
    positions = simulate(model, FreeRecall(list_length=4).trials(3, 0), 0).positions
    [position] = np.unique(positions[positions > 0])
    return int(position)


def position_cell(model: Any, number: int = 0) -> int:
    return position_of(model)


def test_two_files_of_one_name_are_two_models(tmp_path: Path) -> None:
    first, last = write(tmp_path / "a", "0"), write(tmp_path / "b", "3")
    models = [built(first), built(last)]
    assert [position_of(model) for model in models] == [1, 4]
    assert len({digest(model) for model in models}) == 2
    assert built(first).__class__ is models[0].__class__, "the same file is the same class"
    for workers in (1, 2):
        cells = [Cell(position_cell, {"model": model, "number": n}) for model in models for n in (0, 1)]
        assert run_cells(cells, workers=workers) == [1, 1, 4, 4]


def test_a_battery_of_two_files_of_one_name(tmp_path: Path) -> None:
    write(tmp_path / "a", "0")
    write(tmp_path / "b", "3")
    (tmp_path / "both.toml").write_text(
        '[battery]\nn_trials = 40\nanalyses = ["serial_position_curve"]\n[[paradigms]]\n'
        "settings = { list_length = 4 }\n"
        '[[models]]\nname = "a/model.py"\nlabel = "first"\n[[models]]\nname = "b/model.py"\nlabel = "last"\n'
    )
    for _ in range(2):  # computed, then from finished cells
        frame = battery(tmp_path / "both.toml", tmp_path / "out", workers=1).frames["serial_position_curve"]
        curves = frame.groupby(["label", "position"])["prob"].mean().unstack().to_numpy().tolist()
        assert curves == [[1, 0, 0, 0], [0, 0, 0, 1]]


def test_copies_of_one_file_have_one_digest(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", "0"), write(tmp_path / "b", "0", name="renamed.py")
    assert digest(built(one)) == digest(built(other))


def test_an_edited_file_is_read_again_even_within_one_second(tmp_path: Path) -> None:
    digests = []
    for column in ("0", "2", "0"):  # of equal size, at times that bytecode does not tell apart
        spec = write(tmp_path, column)
        assert first_recalled(spec) == int(column) + 1
        digests.append(digest(built(spec)))
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize(
    ("top", "inside", "column"),
    [
        ("from helper import COLUMN", "pass", "COLUMN"),
        ("import helper", "pass", "helper.COLUMN"),
        ("import importlib\nCOLUMN = importlib.import_module('helper').COLUMN", "pass", "COLUMN"),
        ("", "from helper import COLUMN", "COLUMN"),
        ("from bundle.deep import column", "pass", "column()"),
        ("import bundle.deep", "pass", "bundle.deep.column()"),
        ("", "import bundle.deep", "bundle.deep.column()"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_helper_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: str, inside: str, column: str, workers: int
) -> None:
    """An edit of a module that the file imports, directly or through another, gives other results at once."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "__init__.py").touch()
    (tmp_path / "bundle" / "deep.py").write_text("from .other import COLUMN\n\ndef column():\n    return COLUMN\n")
    spec = write(tmp_path, column, top, inside)
    digests = []
    for number in (0, 2, 0):
        for helper in (tmp_path / "helper.py", tmp_path / "bundle" / "other.py"):
            helper.write_text(f"COLUMN = {number}\n")
        model = built(spec)
        digests.append(digest(model))
        cells = [Cell(position_cell, {"model": model, "number": n}) for n in (0, 1)]
        assert run_cells(cells, workers=workers, cache=tmp_path / "cache") == [number + 1] * 2
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize("column", ["COLUMN", "helper.COLUMN"])
def test_each_file_has_the_helper_beside_it(tmp_path: Path, column: str) -> None:
    top = BESIDE + ("import helper" if "." in column else "from helper import COLUMN")
    models = []
    for folder, number in (("a", 0), ("b", 3)):
        spec = write(tmp_path / folder, column, top)
        (tmp_path / folder / "helper.py").write_text(f"COLUMN = {number}\n")
        models.append(built(spec))
    assert digest(models[0]) != digest(models[1])
    cells = [Cell(position_cell, {"model": model, "number": n}) for model in models for n in (0, 1)]
    for workers in (1, 2):
        assert run_cells(cells, workers=workers) == [1, 1, 4, 4]


def test_helpers_of_one_name_that_functions_import_are_refused(tmp_path: Path) -> None:
    specs = []
    for folder, number in (("a", 0), ("b", 3)):
        specs.append(write(tmp_path / folder, "COLUMN", BESIDE, "from helper import COLUMN"))
        (tmp_path / folder / "helper.py").write_text(f"COLUMN = {number}\n")
    assert first_recalled(specs[0]) == 1
    with pytest.raises(InputError, match="imports helper from .*import them at the top of both files"):
        find_model(specs[1])
    assert first_recalled(specs[0]) == 1


@pytest.mark.parametrize(
    "line", ["raise SystemExit(3)", "import sys; sys.exit()", "1 / 0", "class X(BaseException): pass\nraise X", "x ="]
)
def test_a_file_that_cannot_be_run(tmp_path: Path, line: str) -> None:
    with pytest.raises(ModelError, match=r"model.py cannot be run: \w+"):
        find_model(write(tmp_path, "0", line))
    assert first_recalled(write(tmp_path, "0")) == 1


def test_an_imported_class_counts_as_it_was_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    write(tmp_path, "0", name="helper.py")
    helper = importlib.import_module("helper")
    before = digest(helper.Mine())
    write(tmp_path, "2", name="helper.py")
    assert digest(helper.Mine()) == before, "the code that runs is that of before"
    for cache in (tmp_path / "__pycache__").glob("*"):
        cache.unlink()
    importlib.reload(helper)
    assert digest(helper.Mine()) != before and position_of(helper.Mine()) == 3


def test_a_class_whose_file_changed_before_its_first_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    write(tmp_path, "0", name="helper.py")
    helper = importlib.import_module("helper")
    write(tmp_path, "2", name="helper.py")
    with pytest.raises(InputError, match=r"helper.py was changed after it was imported.*importlib.reload"):
        digest(helper.Mine())


def test_an_installed_package_counts_by_name_and_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "bundle.py").write_text("COLUMN = 1\n")
    spec = write(tmp_path / "own", "COLUMN", "from bundle import COLUMN")
    found = []
    for version in (None, "1.0", "1.1"):
        if version:
            folder = tmp_path / "bundle-1.dist-info"
            folder.mkdir(exist_ok=True)
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: bundle\nVersion: {version}\n")
            (folder / "RECORD").write_text("bundle.py,,\n")
        from memsim.core.code import installed, user_code

        for cached in (installed._installed_in, installed.owner_of, installed.is_users_file):
            cached.cache_clear()
        sys.modules.pop("bundle", None)
        (tmp_path / "own" / "model.py").touch()
        code = user_code.code_of(type(built(f"{spec}")))
        found.append((sorted(code["modules"]), code["installed"].get("bundle")))
        for name in [name for name in sys.modules if name.startswith("memsim_plugin_")]:
            user_code._reached.pop(name, None)
            del sys.modules[name]
    assert found == [(["bundle"], None), ([], "1.0"), ([], "1.1")]


def test_a_fit_knows_the_code_of_its_model(tmp_path: Path) -> None:
    top = "from memsim import parameter\nfrom memsim.models import Strength"
    code = "{top}\n\nclass Mine(Strength):\n    note = {note}\n"
    classes = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.py").write_text(code.format(top=top, note=repr(folder)))
        classes.append(type(built(str(tmp_path / folder / "model.py"))))
    found = fit(classes[0](), load_recalls("peers_notask")[:20], ["stopping"], starts=1, generations=1)
    found.save(tmp_path / "fit.json")
    assert Fit.load(tmp_path / "fit.json", classes[0]).units == found.units
    with pytest.warns(MemsimWarning, match="the code of Mine is not that with which the fit was made"):
        Fit.load(tmp_path / "fit.json", classes[1])


def test_recalls_name_the_class(tmp_path: Path) -> None:
    recalls = simulate(built(write(tmp_path, "0")), FreeRecall(list_length=4).trials(3, 0), 0)
    assert isinstance(recalls.origin, Simulated) and recalls.origin.model == "Mine"
