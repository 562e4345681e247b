"""Plug-ins that cannot be used are left out with a message; memsim and the other plug-ins work on."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from memsim.analysis.registered import ANALYSES
from memsim.commands.main import main
from memsim.commands.run import _models
from memsim.core.code.registry import Registry
from memsim.core.errors import InputError, MemsimWarning, ModelError
from memsim.core.free_recall import FreeRecall
from memsim.data.registered import DATASETS
from memsim.models.registered import MODELS
from memsim.paradigms.registered import PARADIGMS
from memsim.reproductions.registered import REPRODUCTIONS

BAD = {
    "plug_exits": "raise SystemExit(0)",
    "plug_quits": "import sys; sys.exit('bye')",
    "plug_raises": "class Mine(BaseException): pass\nraise Mine('no')",
    "plug_fails": "1 / 0",
    "plug_is_no_code": "x =",
    "plug_of_another_kind": "Entry = 3",
    "plug_of_another_class": "class Entry: pass",
    "plug_lacks_it": "Other = 1",
}
REGISTRIES: list[Registry[Any]] = [MODELS, PARADIGMS, DATASETS, ANALYSES, REPRODUCTIONS]


@pytest.fixture
def plug_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each group, a plug-in of every kind that cannot be used."""
    monkeypatch.syspath_prepend(str(tmp_path))
    for module, code in BAD.items():
        (tmp_path / f"{module}.py").write_text(code)
        monkeypatch.delitem(sys.modules, module, raising=False)
    points = [("gone", "no_such_package:Entry"), *((module, f"{module}:Entry") for module in BAD)]
    monkeypatch.setattr(
        "memsim.core.code.registry.entry_points", lambda group: [EntryPoint(*point, group) for point in points]
    )
    for registry in REGISTRIES:
        monkeypatch.setitem(registry.__dict__, "_targets", Registry._targets.func(registry))


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.group)
def test_a_plug_in_that_cannot_be_used(registry: Registry[Any], plug_ins: None) -> None:
    for name in ("gone", *BAD):
        with pytest.raises(ModelError, match=f"the plug-in {registry.kind} '{name}' .*cannot be (loaded|used)"):
            registry.get(name)
    with pytest.warns(MemsimWarning) as warned:
        usable = registry.usable()
    assert len(warned) == len(BAD) + 1 and list(usable) == list(registry._builtin)


@pytest.mark.filterwarnings("always::memsim.core.errors.MemsimWarning")
def test_commands_work_on(
    plug_ins: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("models", "paradigms", "datasets", "analyses"):
        assert main([command]) == 2
        printed = capsys.readouterr()
        assert printed.out and all(name in printed.err for name in BAD)
    assert main(["reproduce"]) == 0
    assert "left out: the plug-in reproduction 'plug_exits'" in capsys.readouterr().err
    assert main(["run", "--n-trials", "100", "--list-length", "6", "--models", "tcm"]) == 0
    assert main(["run", "--models", "plug_exits"]) == 2
    assert "cannot be loaded: SystemExit: 0" in capsys.readouterr().err


def test_a_plug_in_model_that_cannot_be_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "plug_unbuilt.py").write_text(
        "from memsim.models import Strength\n\nclass Entry(Strength):\n"
        "    def __init__(self):\n        raise OSError('no data here')\n"
    )
    points = [EntryPoint("unbuilt", "plug_unbuilt:Entry", "memsim.models")]
    monkeypatch.setattr("memsim.core.code.registry.entry_points", lambda group: points)
    models: Registry[Any] = Registry("model", "memsim.models", {"TCM": "memsim.models.context.tcm:TCM"})
    monkeypatch.setattr("memsim.models.registered.MODELS", models)
    from memsim.models.registered import models_of

    with pytest.warns(MemsimWarning, match="a model is left out: the plug-in model 'unbuilt': OSError: no data here"):
        assert list(models_of("free")) == ["TCM"]
        with pytest.raises(InputError, match="no registered model has an account of this task"):
            _models(None, type("Unknown", (FreeRecall,), {"cue": "an unknown cue"})())


@pytest.mark.parametrize("name", ["", "two words", "a/b", "a:b", "mine.py", "-x", "new\nline"])
def test_names_that_cannot_be_typed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = "memsim.models.baselines.strength:Strength"
    monkeypatch.setattr("memsim.core.code.registry.entry_points", lambda group: [EntryPoint(name, target, group)])
    models: Registry[Any] = Registry("model", "memsim.models", {})
    with pytest.warns(MemsimWarning, match="is left out: its name .* is no name of a model"):
        assert models.names() == []


def test_names_that_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint(name, f"package_{i}:Model", "memsim.models") for i, name in enumerate(("Mine", "mi-ne", "tcm"))
    ]
    monkeypatch.setattr("memsim.core.code.registry.entry_points", lambda group: [*points, points[0]])
    models: Registry[Any] = Registry("model", "memsim.models", {"TCM": "memsim.models.context.tcm:TCM"})
    with pytest.warns(MemsimWarning) as warned:
        assert models.names() == ["TCM", "Mine"]
    assert len(warned) == 2, "what is found twice is one"


@pytest.mark.parametrize(
    "line",
    ["def __init__(self): sys.exit(0)", "def __post_init__(self): raise KeyError('x')",
     "parameters = classmethod(lambda cls: 1 / 0)"],
)  # fmt: skip
def test_the_code_of_a_model_that_ends_or_fails(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"import sys\nfrom memsim.models import Strength\n\nclass Mine(Strength):\n    {line}\n")
    for command in (["run", "--people", "none", "--models"], ["fit", "--people", "x.csv"], ["check"]):
        assert main([*command, str(file)] if command[0] != "fit" else ["fit", str(file), *command[1:]]) == 2
        printed = capsys.readouterr()
        assert not printed.out and printed.err.count("\n") == 1
        assert f"the code of a model or plug-in failed at {file}:" in printed.err


def test_a_model_that_ends_the_program_does_not_end_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(
        "import sys\nfrom memsim.models import Strength\n\nclass Mine(Strength):\n"
        "    def begin(self, trials, rng): sys.exit(0)\n"
    )
    run = ["run", "--people", "none", "--n-trials", "20", "--list-length", "5", "--models", "mine.py"]
    assert main(run) == 2 and "Mine failed and is left out (SystemExit: 0)" in capsys.readouterr().err
    assert main([*run, "tcm"]) == 1 and "TCM" in capsys.readouterr().out


def test_cues_that_are_no_names() -> None:
    with pytest.raises(ModelError, match="cues=5 must be a tuple of names"):
        type("Mine", (MODELS.get("Strength"),), {"cues": 5})
