"""Write results to disk: tables and a manifest as soon as they exist, then figures, every file whole or absent."""

from __future__ import annotations

import csv
import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memsim.analysis.figures.style import draw_to
from memsim.core.errors import InputError, MemsimWarning
from memsim.core.files.partial_files import require_writable
from memsim.core.files.written_files import publish, require_replaceable, scratch_in, withdraw
from memsim.core.names import in_one_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MANIFEST = "manifest.json"
FIGURES = (".png", ".pdf")
"""Suffixes of a figure that :func:`save_both` writes."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Written(NamedTuple):
    """The files of a result."""

    files: list[Path]
    """What was written, the manifest last."""
    failed: list[str]
    """The names of the figures that could not be drawn."""


def require_results(folder: Path, names: Iterable[str], reading: Iterable[Path] = ()) -> None:
    """Check before the work that a result can be written.

    Parameters
    ----------
    folder : of the results; it need not be there.
    names : of the files, without the manifest.
    reading : the files that the same call reads.

    Raises
    ------
    InputError : the folder cannot be made or written to, or holds a file of such a name that memsim did not write, or
        that is read in this call.
    """
    require_writable(folder)
    reading = list(reading)
    for name in (*names, MANIFEST):
        require_replaceable(folder / name, reading)


def save_both(figure: Figure, path: Path) -> None:
    """Write ``figure`` as png and as pdf; the suffixes are appended to ``path``."""
    for suffix in FIGURES:
        draw_to(figure, path.with_name(path.name + suffix))


def names_of(tables: Iterable[str] = (), figures: Iterable[str] = ()) -> list[str]:
    """The names of files of tables (``.csv``) and figures."""
    return [*(f"{name}.csv" for name in tables), *(f"{name}{suffix}" for name in figures for suffix in FIGURES)]


def write_csv(frame: pd.DataFrame, path: Path, *, escape: bool = False) -> None:
    """Write a table as csv.

    Parameters
    ----------
    escape : put an apostrophe before each text that a spreadsheet would take for a formula: one that begins with
        ``= + - @`` or one of these in full width, a tab or the end of a line.
    """
    if escape:
        frame = frame.rename(columns=_escaped).apply(lambda column: column.map(_escaped))
    # A carriage return that is not quoted would end the row; pandas does not quote it.
    returns = any(
        isinstance(cell, str) and "\r" in cell
        for name in frame.columns
        if frame[name].dtype.kind not in "biufcmM"
        for cell in frame[name].unique()
    )
    frame.to_csv(path, index=False, quoting=csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL)


def _escaped(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write_results(
    folder: Path,
    write: Callable[[Path], None],
    manifest: Mapping[str, Any],
    figures: Mapping[str, Callable[[Path], None]] | None = None,
    reading: Iterable[Path] = (),
) -> Written:
    """Write the files of a result and its ``manifest.json`` into ``folder``.

    Files are written elsewhere first and then moved into place one by one: what ``write`` writes and a manifest, then
    what each of ``figures`` writes and the manifest again, with the sha256 of all. So an interrupted run leaves no
    half-written file, a folder whose manifest fits its files is complete, and a figure that cannot be drawn takes
    nothing with it.

    Parameters
    ----------
    folder : created if needed.
    write : writes tables and records into the folder that it is given.
    manifest : the content of the manifest, to which the checksums are added.
    figures : by name, functions that draw a figure, or make a report, in the folder that they are given.
    reading : the files that the same call reads.

    Raises
    ------
    InputError : the folder cannot be made or written to; or a file that memsim did not write, or that is read in this
        call, is in the way.

    Warns
    -----
    MemsimWarning : a figure could not be drawn.
    """
    reading, digests, failed = list(reading), dict[str, str](), list[str]()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"results cannot be written to {folder}: {error}") from error

    def move(scratch: Path) -> None:
        written = sorted(scratch.iterdir())
        for path in written:
            require_replaceable(folder / path.name, reading)
        for path in written:
            digests[path.name] = publish(path, folder / path.name)

    def finish(scratch: Path) -> None:
        content = {**manifest, **({"not_drawn": failed} if failed else {}), "sha256": dict(sorted(digests.items()))}
        text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
        (scratch / MANIFEST).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        require_replaceable(folder / MANIFEST, reading)
        publish(scratch / MANIFEST, folder / MANIFEST)

    try:
        with scratch_in(folder) as scratch:
            write(scratch)
            move(scratch)
            finish(scratch)
            for name, draw in (figures or {}).items():
                try:
                    draw(scratch)
                    move(scratch)
                except Exception as error:  # whatever it is, the numbers stand
                    failed.append(name)
                    _not_drawn(name, folder, scratch, error)
            if figures:
                finish(scratch)
        return Written([folder / name for name in (*sorted(digests), MANIFEST)], failed)
    except OSError as error:
        raise InputError(f"results could not be written to {folder}: {error}") from error
    finally:
        if not os.listdir(folder):
            folder.rmdir()


def _not_drawn(name: str, folder: Path, scratch: Path, error: Exception) -> None:
    """Report a figure that failed, and remove it as an earlier run drew it: it would not fit the tables."""
    for path in scratch.iterdir():
        path.unlink()
    for suffix in (*FIGURES, ".html"):
        withdraw(folder / f"{name}{suffix}")
    warnings.warn(
        f"{name} could not be drawn ({in_one_line(error)}); the tables are complete in {folder}",
        MemsimWarning,
        stacklevel=4,
    )
