"""Models and tasks that are registered for a session, and models that files and modules name."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import memsim
from memsim import Fit, fit, register, run, simulate
from memsim.core.errors import InputError, MemsimError, ModelError
from memsim.models import TCM
from memsim.models.lookup import find_model
from memsim.models.networks.cores.recurrent import GRU
from memsim.models.registered import MODELS
from memsim.paradigms import FreeRecall
from memsim.paradigms.registered import PARADIGMS

FILE = Path(memsim.__file__).parents[1] / "examples" / "new_model.py"


@pytest.fixture(autouse=True)
def only_here() -> Iterator[None]:
    yield
    for registry in (MODELS, PARADIGMS):
        registry._added.clear()


def subclass(name: str, base: type[Any], module: str) -> type[Any]:
    """A class of this name."""
    made: type[Any] = dataclass(frozen=True)(type(name, (base,), {"__module__": module}))
    return made


def test_a_registered_model_is_known_by_name() -> None:
    cls: type[Any] = find_model(str(FILE))[1]  # type: ignore[assignment]
    with pytest.raises(InputError, match="there is a model 'Strength' already; give the class another name"):
        register(cls)
    mine = subclass("Mine", cls, cls.__module__)
    assert register(mine) is mine
    assert MODELS.names()[-1] == "Mine" and find_model("mine") == ("Mine", mine)
    assert set(run(["Mine", "TCM"], FreeRecall(list_length=4), n_trials=40).models) == {"Mine", "TCM"}
    again = subclass("Mine", cls, cls.__module__)
    assert register(again) is again and MODELS.get("Mine") is again and MODELS.names().count("Mine") == 1


def test_a_registered_task_is_known_by_name() -> None:
    task = subclass("Slow", FreeRecall, __name__)
    assert register(task) is task
    assert run(["TCM"], "slow", n_trials=40).task.paradigm == task()


@pytest.mark.parametrize("value", [TCM(), "TCM", 3, int, memsim.MemoryModel])
def test_what_cannot_be_registered(value: Any) -> None:
    with pytest.raises(InputError, match=r"no class of a model or a task; give the class itself|no complete subclass"):
        register(value)


def test_a_core_is_named_by_its_file() -> None:
    with pytest.raises(InputError, match=r"a core stands in a file, which its weights name: train\('mine.py:MyCore'\)"):
        register(GRU)


def test_a_fit_is_loaded_by_the_file_or_module_of_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recalls = simulate(TCM(), FreeRecall(list_length=4).trials(10, seed=1), seed=1)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "module_of_mine.py").write_text(FILE.read_text().replace("class Strength", "class Mine"))
    name, cls = find_model("module_of_mine:Mine")
    assert name == "Mine" and isinstance(cls, type)
    fitted = fit(cls(), recalls, ["retention"], starts=1, workers=1)
    fitted.save(tmp_path / "fit.json")
    with pytest.raises(
        InputError, match=r"not a registered model; give its class, .* or its file or module, model='mine"
    ):
        Fit.load(tmp_path / "fit.json")
    for model in ("module_of_mine:Mine", str(tmp_path / "module_of_mine.py"), f"{tmp_path / 'module_of_mine.py'}:Mine"):
        assert Fit.load(tmp_path / "fit.json", model=model).log_likelihood == fitted.log_likelihood
    register(cls)
    assert Fit.load(tmp_path / "fit.json").units == fitted.units


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("json:Mine", "json has no model 'Mine'"),
        ("no.such.module:Mine", "^there is no module 'no.such.module' that can be imported; install it, start"),
        ("json.such:Mine", "there is no module 'json.such' that can be imported"),
        ("nomodule:Mine", "no model 'nomodule'.*And there is no module 'nomodule' that .* as in mine.py:Mine"),
        ("memsim.models:TCN", "memsim.models has no model 'TCN'; did you mean 'TCM'"),
        ("TCM,CMR", "give each name by itself"), ("DNC:people,CMR", "give each name by itself"),
        ("delta rule", "no model 'DeltaRule': it is a core.* as DeltaRule:FILE.safetensors; .* train DeltaRule$"),
        ("GRU:people", "no model 'GRU': it is a core"),
        ("TMC:post", "did you mean 'TCM'"), ("..:x", "there is no model"),
        ("__main__:Nope", "__main__ has no model 'Nope'"),
    ],
)  # fmt: skip
def test_modules_without_the_model(spec: str, said: str) -> None:
    with pytest.raises(MemsimError, match=said):
        find_model(spec)


def test_a_module_that_imports_what_is_missing_is_not_taken_for_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "needs_more.py").write_text("import no_such_dependency\n")
    with pytest.raises(ModelError, match="needs_more cannot be imported: ModuleNotFoundError.*'no_such_dependency'"):
        find_model("needs_more:Mine")


def test_a_fit_says_that_the_module_of_its_model_cannot_be_imported(tmp_path: Path) -> None:
    recalls = simulate(TCM(), FreeRecall(list_length=4).trials(5, seed=1), seed=1)
    fit(TCM(), recalls, ["context_drift"], starts=1, generations=1, workers=1).save(tmp_path / "fit.json")
    with pytest.raises(InputError, match=r"fit.json cannot be loaded: there is no module 'nomodule.x' that can be im"):
        Fit.load(tmp_path / "fit.json", model="nomodule.x:Y")
