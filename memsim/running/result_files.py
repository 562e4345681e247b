"""Write results to disk: tables and a manifest as soon as they exist, then figures, every file whole or absent."""

from __future__ import annotations

import csv
import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memsim.analysis.figures.style import draw_to
from memsim.core.errors import InputError, MemsimWarning
from memsim.core.files.partial_files import require_writable
from memsim.core.files.strict_json import NOT_READ, read_json, to_json_text
from memsim.core.files.written_files import checksum, publish, require_replaceable, scratch_in, withdraw
from memsim.core.interruption import noted
from memsim.core.names import changed, in_one_line, in_short

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MANIFEST = "manifest.json"
MADE_BY = "made_by"
"""Under which name the manifest says what the results answer."""
FIGURES = (".png", ".pdf")
"""Suffixes of a figure that :func:`save_both` writes."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Written(NamedTuple):
    """The files of a result."""

    files: list[Path]
    """What was written, the manifest last."""
    failed: list[str]
    """The names of the figures that could not be drawn."""


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


@dataclass(frozen=True)
class ResultFolder:
    """A folder of results, and what they answer: results of something else are not replaced without ``force``.

    Parameters
    ----------
    path : created if needed.
    command : the name of the command, or function.
    settings : what it was asked for, but for how the work runs; what JSON cannot hold counts by its text.
    reading : the files that the same call reads, none of which is replaced. Their content counts, too.
    force : replace the results of another command, other settings or other files.
    """

    path: Path
    command: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    reading: Sequence[Path] = ()
    force: bool = False

    @cached_property
    def made_by(self) -> dict[str, Any]:
        """What the results answer, as the manifest keeps it: command, settings, and the sha256 of files."""
        settings = json.loads(to_json_text(dict(self.settings), default=str))
        files = dict[str, str]()
        for path in sorted({each.resolve() for each in self.reading}):
            files[str(path) if path.name in files else path.name] = checksum(path)
        return {"command": self.command, "settings": settings, "files": files}

    def require(self, names: Iterable[str]) -> None:
        """Check before the work that the results can be written.

        Parameters
        ----------
        names : of the files, without the manifest.

        Raises
        ------
        InputError : the folder cannot be made or written to; it holds a file of such a name that memsim did not write,
            or that is read in this call; or it holds other results, and ``force`` is not given.
        """
        require_writable(self.path)
        for name in (*names, MANIFEST):
            require_replaceable(self.path / name, self.reading)
        manifest = self._manifest()
        if self.force or manifest is None or manifest.get(MADE_BY) == self.made_by:
            return
        files = self._files_of(manifest)
        listed = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        raise InputError(
            f"{self.path} holds {listed or MANIFEST} {self._other(manifest.get(MADE_BY))}; choose another --out (or "
            "out), or give --force (force=True) to replace them"
        )

    def write(
        self,
        write: Callable[[Path], None],
        manifest: Mapping[str, Any],
        figures: Mapping[str, Callable[[Path], None]] | None = None,
    ) -> Written:
        """Write the files of a result and its ``manifest.json``.

        Files are written elsewhere first and then moved into place one by one: what ``write`` writes and a manifest,
        then what each of ``figures`` writes and the manifest again, with the sha256 of all. So an interrupted run
        leaves no half-written file, a folder whose manifest fits its files is complete, and a figure that cannot be
        drawn takes nothing with it. What the manifest of earlier results lists, and these do not have, is removed.

        Parameters
        ----------
        write : writes tables and records into the folder that it is given.
        manifest : the content of the manifest, to which what made the results, and the checksums, are added.
        figures : by name, functions that draw a figure, or make a report, in the folder that they are given.

        Raises
        ------
        InputError : the folder cannot be made or written to; or a file that memsim did not write, or that is read in
            this call, is in the way.

        Warns
        -----
        MemsimWarning : a figure could not be drawn.
        """
        folder, digests, failed = self.path, dict[str, str](), list[str]()
        made_by, earlier = self.made_by, self._files_of(self._manifest() or {})
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"results cannot be written to {folder}: {error}") from error

        def move(scratch: Path) -> None:
            written = sorted(scratch.iterdir())
            for path in written:
                require_replaceable(folder / path.name, self.reading)
            for path in written:
                digests[path.name] = publish(path, folder / path.name)

        def finish(scratch: Path) -> None:
            not_drawn = {"not_drawn": failed} if failed else {}
            content = {**manifest, MADE_BY: made_by, **not_drawn, "sha256": dict(sorted(digests.items()))}
            text = to_json_text(content, indent=2, ensure_ascii=False, default=str)
            (scratch / MANIFEST).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
            require_replaceable(folder / MANIFEST, self.reading)
            publish(scratch / MANIFEST, folder / MANIFEST)

        try:
            with scratch_in(folder) as scratch:
                write(scratch)
                move(scratch)
                for name in earlier:
                    if name not in digests:
                        withdraw(folder / name, self.reading)
                finish(scratch)
                with noted(lambda: f"the tables in {folder} are complete, and the same command draws the figures"):
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

    def _manifest(self) -> dict[str, Any] | None:
        """The manifest of the results that are there; ``None`` without one, as an interrupted run leaves a folder."""
        try:
            content = read_json(self.path / MANIFEST)
        except FileNotFoundError:
            return None
        except NOT_READ:
            return {}
        return content if isinstance(content, dict) else {}

    def _files_of(self, manifest: Mapping[str, Any]) -> list[str]:
        """The files in the folder that a manifest lists."""
        listed = manifest.get("sha256")
        names = listed if isinstance(listed, dict) else ()
        return sorted(name for name in names if Path(name).name == name and (self.path / name).is_file())

    def _other(self, made_by: Any) -> str:
        """Whose the results are that are there, in words."""
        try:
            command, settings, files = made_by["command"], dict(made_by["settings"]), dict(made_by["files"])
        except (TypeError, KeyError, ValueError):
            return "of an earlier version, which did not record what made them"
        if command != self.command:
            return f"of memsim {command}"
        different = changed(settings, self.made_by["settings"])
        now = self.made_by["files"]
        different += [f"{name} has changed since" for name in files if name in now and files[name] != now[name]]
        return f"of another memsim {command}: {in_short(different) or 'it read other files'}"


def _not_drawn(name: str, folder: Path, scratch: Path, error: Exception) -> None:
    """Report a figure that failed, and remove what there is of it."""
    for path in scratch.iterdir():
        path.unlink()
    warnings.warn(
        f"{name} could not be drawn ({in_one_line(error)}); the tables are complete in {folder}",
        MemsimWarning,
        stacklevel=4,
    )
