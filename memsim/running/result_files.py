"""Write results to disk: figures, tables and a manifest, every file complete or absent."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.analysis.figures.style import save_figure
from memsim.core.errors import InputError
from memsim.core.partial_files import begun_name, sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_both(figure: Figure, path: Path) -> None:
    """Write ``figure`` as png and as pdf."""
    for suffix in (".png", ".pdf"):
        save_figure(figure, path.with_suffix(suffix))


def write_results(folder: Path, write: Callable[[Path], None], manifest: Mapping[str, Any]) -> list[Path]:
    """Write the files of a result and its ``manifest.json`` into ``folder``.

    All files are written elsewhere first and then moved into place one by one, the manifest last with the
    sha256 of the others. So an interrupted run leaves no half-written file, and a folder whose manifest
    fits its files is complete.

    Parameters
    ----------
    folder : created if needed.
    write : writes all files but the manifest into the folder that it is given.
    manifest : the content of the manifest, to which the checksums are added.

    Returns
    -------
    list of Path : the files, the manifest last.

    Raises
    ------
    InputError : the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        scratch = folder / begun_name()
        scratch.mkdir()
    except OSError as error:
        raise InputError(f"results cannot be written to {folder}: {error}") from error
    try:
        write(scratch)
        written = sorted(scratch.iterdir())
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
        text = json.dumps({**manifest, "sha256": digests}, indent=2, ensure_ascii=False)
        (scratch / "manifest.json").write_text(text + "\n", encoding="utf-8")
        return [path.replace(folder / path.name) for path in [*written, scratch / "manifest.json"]]
    except OSError as error:
        raise InputError(f"results could not be written to {folder}: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if not any(folder.iterdir()):
            folder.rmdir()
