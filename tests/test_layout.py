"""The house: what installs, which way imports go, and what starts without what."""

import ast
import configparser
import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import memsim
from memsim import registry

ROOT = Path(__file__).parents[1]
HOUSES = ("memsim", "models", "paradigms", "analysis", "data")
TOP_FLOOR = {
    "__main__", "battery", "battery_file", "battery_results", "bit_tasks", "catalogue", "cell_store",
    "chaining_or_position", "check", "cli", "comparison", "criteria", "cross_validation", "digest", "execution",
    "findings", "fit_command", "fit_comparison", "fit_figures", "fit_intervals", "fit_objectives", "fit_result",
    "fit_search", "fit_space", "fitting", "golden", "greydanus2017", "objectives", "plugin", "recovery", "report",
    "reproduction", "results", "show", "toml_lines", "train_command", "training", "workers",
}  # fmt: skip


def modules() -> list[str]:
    found = ["memsim"]
    for house in HOUSES:
        prefix = "memsim." if house == "memsim" else f"memsim.{house}."
        found += [module.name for module in pkgutil.iter_modules([str(ROOT / house)], prefix)]
    return found


def imports_of(path: Path) -> set[str]:
    """Modules that a file imports while it is being imported (not within functions or for types only)."""
    found: set[str] = set()

    def visit(nodes: list[ast.stmt]) -> None:
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports relatively"
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ClassDef | ast.Try):
                visit(node.body)
            elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
                visit(node.body + node.orelse)

    visit(ast.parse(path.read_text(encoding="utf-8")).body)
    return found


def test_setup_lists_every_package_folder() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = {line for line in config["options"]["packages"].splitlines() if line}
    folders = {
        init.parent.relative_to(ROOT)
        for house in HOUSES
        for init in (ROOT / house).rglob("__init__.py")
        if not init.parent.is_symlink()
    }
    folders = {folder for folder in folders if not any((ROOT / part).is_symlink() for part in folder.parents)}
    expected = {".".join(f.parts) if f.parts[0] == "memsim" else ".".join(("memsim", *f.parts)) for f in folders}
    assert listed == expected
    for house in HOUSES[1:]:
        assert (ROOT / "memsim" / house).resolve() == ROOT / house, f"memsim/{house} must link to ../{house}"


@pytest.mark.parametrize("house", HOUSES[1:])
def test_lower_packages_import_the_ground_floor_only(house: str) -> None:
    for path in (ROOT / house).glob("*.py"):
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] != "memsim" or len(parts) == 1:
                continue
            assert parts[1] not in TOP_FLOOR, f"{path} imports {name}, which stands above it"
            assert parts[1] not in HOUSES or parts[1] == house, f"{path} imports {name}, its neighbour"


def test_ground_floor_imports_no_other_package() -> None:
    for path in (ROOT / "memsim").glob("*.py"):
        if path.stem in TOP_FLOOR:
            continue
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] == "memsim" and len(parts) > 1:
                assert parts[1] not in {*HOUSES, *TOP_FLOOR}, f"{path} imports {name}, which stands above it"


def test_every_module_imports() -> None:
    for name in modules():
        importlib.import_module(name)


def test_public_names_resolve() -> None:
    for package in (memsim, memsim.models, memsim.paradigms, memsim.analysis, memsim.data):
        for name in package.__all__:
            assert getattr(package, name) is not None


def test_registered_names_resolve_in_any_spelling() -> None:
    assert registry.PARADIGMS.get("Free-Recall") is registry.PARADIGMS.get("free_recall")
    assert registry.MODELS.get("tcm").__name__ == "TCM"
    for names in (registry.MODELS, registry.PARADIGMS, registry.DATASETS):
        for name in names.names():
            assert names.get(name) is not None


@pytest.mark.parametrize("command", ["import memsim", "from memsim.cli import main; main(['models'])"])
def test_starts_without_heavy_libraries(command: str) -> None:
    script = (
        f"import sys\n{command}\nprint([m for m in ('torch', 'matplotlib', 'numba', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings(name: str) -> None:
    failures, _ = doctest.testmod(importlib.import_module(name))
    assert failures == 0


def test_repository_runs_without_installation() -> None:
    script = "import memsim, memsim.models.tcm as t; print(memsim.__file__, t.__file__)"
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert str(ROOT) in done.stdout


def test_template_is_short() -> None:
    example = ROOT / "examples" / "new_model.py"
    assert example.resolve() == ROOT / "models" / "strength.py"
    assert len([line for line in example.read_text(encoding="utf-8").splitlines() if line.strip()]) <= 30
