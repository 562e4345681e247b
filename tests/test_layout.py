"""The house: what installs, which way imports go, and what starts without what."""

import ast
import configparser
import doctest
import importlib
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

import memsim
from memsim.analysis.registered import ANALYSES
from memsim.core.code.own_sources import BESIDE, own_sources
from memsim.data.registered import DATASETS
from memsim.models.registered import MODELS
from memsim.paradigms.registered import PARADIGMS

ROOT = Path(__file__).parents[1]
FLOORS = (
    {"core"},
    {"paradigms"},
    {"models", "analysis", "data", "gym"},
    {"running", "contract"},
    {"fitting", "training"},
    {"evaluation", "experiments", "bayes"},
    {"reporting", "reproductions", "explorer"},
    {"commands"},
)
"""The rooms, from the ground up. A room imports itself and the floors below it, and no neighbour."""
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
NAMED_TARGET = re.compile(r"memsim(\.\w+)+:\w+")
"""How a string names something in a module: entries of registries, functions of cells."""


def sources() -> dict[str, Path]:
    """Every module of memsim by its dotted name, and its file (of a package, ``__init__.py``)."""
    found = {}
    for top in ("memsim", *BESIDE):
        for path in (ROOT / top).rglob("*.py"):
            inside = path.relative_to(ROOT)
            parts = inside.with_suffix("").parts if top == "memsim" else ("memsim", *inside.with_suffix("").parts)
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


SOURCES = sources()


@cache
def exports(package: str) -> dict[str, str]:
    """Where each name that a package exports is defined, by its stub."""
    stub = SOURCES[package].with_name("__init__.pyi")
    if SOURCES[package].name != "__init__.py" or not stub.is_file():
        return {}
    nodes = [node for node in ast.parse(stub.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]
    return {
        alias.name: f"{package}.{node.module}" if node.module else f"{package}.{alias.name}"
        for node in nodes
        for alias in node.names
    }


def module_of(name: str) -> str | None:
    """The module of memsim that defines ``name``, a dotted name of a module or of something in one."""
    if name in SOURCES:
        return name
    package, _, attribute = name.rpartition(".")
    if package not in SOURCES:
        return module_of(package) if package else None
    found = exports(package).get(attribute, package)
    return found if found == package else module_of(found)


def imports_of(module: str) -> set[str]:
    """The modules of memsim that a module imports anywhere: at its top, within functions, or for types."""
    found = set()
    for node in ast.walk(ast.parse(SOURCES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found |= {module_of(f"{node.module}.{alias.name}") for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {module_of(alias.name) for alias in node.names}
    return {name for name in found if name is not None} - {module}


def targets_of(module: str) -> set[str]:
    """The modules that strings of a module name, as entries of registries do."""
    nodes = ast.walk(ast.parse(SOURCES[module].read_text(encoding="utf-8")))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text.partition(":")[0] for text in texts if NAMED_TARGET.fullmatch(text)}


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_folder_with_code_is_a_room_that_setup_lists() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = {line for line in config["options"]["packages"].splitlines() if line}
    assert listed == {name for name, path in SOURCES.items() if path.name == "__init__.py"}
    holding_code = {path.parent for path in SOURCES.values()}
    assert holding_code == {path.parent for path in SOURCES.values() if path.name == "__init__.py"}
    assert {room_of(name) for name in SOURCES} == {"", "__main__", *FLOOR}


@pytest.mark.parametrize("module", SOURCES)
def test_imports_go_down(module: str) -> None:
    room = room_of(module)
    if room not in FLOOR:  # memsim itself, which offers what is in the rooms
        return
    for name in imports_of(module) | targets_of(module):
        assert name in SOURCES, f"{module} names {name}, which does not exist"
        other = room_of(name)
        below = other == room or FLOOR.get(other, len(FLOORS)) < FLOOR[room]
        assert below, f"{module} imports {name}: {room} may not import {other or 'memsim itself'}"


def test_what_is_registered_stands_in_the_room_that_registers_it() -> None:
    """Names of modules within texts, which no import shows, lead to the same room."""
    for room, registry in (("models", MODELS), ("paradigms", PARADIGMS), ("data", DATASETS), ("analysis", ANALYSES)):
        for name in registry.names():
            entry: Any = registry.get(name)
            module = (
                entry.run.__module__ if room == "analysis" else getattr(entry, "__module__", type(entry).__module__)
            )
            if name != "free_recall":  # it stands in the core; see CONTRIBUTING.md
                assert module.startswith(f"memsim.{room}."), f"{name} is in {module}"


def test_no_circle_of_files() -> None:
    TopologicalSorter({module: imports_of(module) for module in SOURCES}).prepare()


def test_no_module_has_the_name_of_what_its_package_exports() -> None:
    for package in SOURCES:
        taken = {name.rpartition(".")[2] for name in SOURCES if name.rpartition(".")[0] == package}
        rooms = {"models", "paradigms", "analysis", "data"} if package == "memsim" else set()
        assert not exports(package).keys() & taken - rooms


def test_every_folder_says_what_lives_there() -> None:
    for name, path in SOURCES.items():
        if path.name == "__init__.py":
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{name} has no docstring"


def test_every_module_imports() -> None:
    for name in SOURCES:
        importlib.import_module(name)


def test_public_names_resolve() -> None:
    for package in (memsim, memsim.models, memsim.paradigms, memsim.analysis, memsim.data):
        for name in package.__all__:
            assert getattr(package, name) is not None


def test_registered_names_resolve_in_any_spelling() -> None:
    assert PARADIGMS.get("Free-Recall") is PARADIGMS.get("free_recall")
    assert MODELS.get("tcm").__name__ == "TCM"
    for names in (MODELS, PARADIGMS, DATASETS):
        for name in names.names():
            assert names.get(name) is not None


@pytest.mark.parametrize("command", ["import memsim", "from memsim.commands.main import main; main(['models'])"])
def test_starts_without_heavy_libraries(command: str) -> None:
    heavy = ("torch", "matplotlib", "numba", "pandas", "scipy")
    script = f"import sys\n{command}\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", SOURCES)
def test_examples_in_docstrings(name: str) -> None:
    failures, _ = doctest.testmod(importlib.import_module(name))
    assert failures == 0


def test_repository_runs_without_installation() -> None:
    script = "import memsim, memsim.models.context.tcm as t; print(memsim.__file__, t.__file__)"
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.count(str(ROOT)) == 2


def test_a_checkout_runs_its_own_rooms_beside_another_that_is_installed(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("")
    code = f"""
import sys
from importlib.util import spec_from_file_location
class Installed:
    find_spec = staticmethod(lambda name, path=None, target=None: None if name != "memsim.models" else
        spec_from_file_location(name, {str(tmp_path / "__init__.py")!r}, submodule_search_locations=[]))
sys.meta_path[:] = [each for each in sys.meta_path if "Editable" not in getattr(each, "__name__", "")] + [Installed]
import memsim.models
print(memsim.models.__file__)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == str(ROOT / "models" / "__init__.py"), done.stderr


def test_own_sources_are_all_modules() -> None:
    found = dict(own_sources())
    assert set(found.values()) == set(SOURCES.values())
    assert found["models/context/tcm.py"] == ROOT / "models" / "context" / "tcm.py"
    assert found["core/loop.py"] == ROOT / "memsim" / "core" / "loop.py"


def test_no_symbolic_links() -> None:
    """A checkout on Windows has none: what they point to stands in the file as text."""
    done = subprocess.run(["git", "ls-files", "-s"], capture_output=True, text=True, cwd=ROOT)
    if done.returncode or not done.stdout:
        pytest.skip("this is no checkout")
    assert not [line for line in done.stdout.splitlines() if line.startswith("120000")]


def test_template_is_the_model_that_ships_and_short() -> None:
    example = (ROOT / "examples" / "new_model.py").read_text(encoding="utf-8")
    assert example == (ROOT / "models" / "baselines" / "strength.py").read_text(encoding="utf-8")
    assert len([line for line in example.splitlines() if line.strip()]) <= 31
