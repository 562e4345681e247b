"""The notebooks among the examples run, and show what they are about."""

from pathlib import Path

import nbformat
import pytest

import memsim
from tests.notebooks.running import WIDGET, kinds, run_notebook

EXAMPLES = sorted((Path(memsim.__file__).parents[1] / "examples").glob("*.ipynb"))
pytestmark = pytest.mark.filterwarnings("default")


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_they_are_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.outputs or cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert notebook.cells[0].cell_type == "markdown" and notebook.cells[0].source.startswith("# ")


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_they_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    shown = run_notebook(nbformat.read(path, as_version=4), tmp_path)
    assert not any("stderr" in kinds(each) for each in shown)
    figures = [each for each in shown if "image/png" in kinds(each)]
    assert figures and any({"text/html", WIDGET} & kinds(each) for each in shown)
