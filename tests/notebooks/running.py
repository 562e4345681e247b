"""Notebooks that are run by a kernel of their own, and what their cells showed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"
"""What a progress bar, or the explorer, is shown as."""


def run_cells(cells: Sequence[str], folder: Path) -> list[list[Any]]:
    """The outputs of each cell of a notebook with these cells, which runs in a folder; an error in a cell is raised."""
    return run_notebook(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), folder)


def run_notebook(notebook: Any, folder: Path) -> list[list[Any]]:
    """The outputs of each cell of code, in a kernel that runs in a folder."""
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def kinds(outputs: Sequence[Any]) -> set[str]:
    """The kinds of what a cell showed: ``text/html``, ``image/png``; ``stderr`` where it wrote there."""
    shown = {kind for each in outputs for kind in each.get("data", {})}
    return shown | {each.name for each in outputs if each.output_type == "stream"}


def text_of(outputs: Sequence[Any]) -> str:
    """The plain text that a cell showed."""
    return "\n".join(each.get("text", "") or each.get("data", {}).get("text/plain", "") for each in outputs)
