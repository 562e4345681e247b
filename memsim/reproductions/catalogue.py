"""Results of the catalogue, run again by name, and written to disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from memsim.core.code.provenance import versions
from memsim.core.errors import InputError
from memsim.core.files.file_names import file_names
from memsim.core.files.written_files import files_in
from memsim.core.flags import require_flags
from memsim.core.limits import require_seed
from memsim.core.names import shown
from memsim.reproductions.entry import Report, Reproduction
from memsim.reproductions.registered import REPRODUCTIONS
from memsim.running.execution import cells_kept_in
from memsim.running.result_files import ResultFolder, Written, names_of, save_both, write_csv

CELLS = ".cells"
"""Folder of finished pieces of work, beside the folders of the entries."""


def reproduce(
    entry: str | Reproduction, seed: int = 0, out: str | Path | None = None, *, force: bool = False, **options: Any
) -> Report:
    """Run an entry of the catalogue, and compare what memsim obtains with its targets.

    Parameters
    ----------
    entry : the name of an entry of the catalogue, in any case (``memsim reproduce`` lists them), or an entry of your
        own.
    seed : of lists and simulations.
    out : folder in which a folder with the name of the entry is made; no files are written if not given. The files are
        figures, ``targets.csv`` (the numbers, and of which kind each target is), further tables, and ``manifest.json``.
        Finished pieces of work are kept in its folder ``.cells``, so that an entry that was interrupted continues.
    force : replace results in the folder of the entry that are of another seed or of other options.
    options : those of the entry, by name, such as ``cores="DNC,LSTM"`` of ``network-table``.

    Returns
    -------
    Report : the numbers as a table, the verdict on them, what the numbers say, and the files.

    Raises
    ------
    UnknownNameError : there is no such entry.
    InputError : the seed is not a whole number of at least 0, the folder cannot be written to, or holds other results,
        or the entry has no such option.

    Examples
    --------
    >>> reproduce("golden-cases").verdict
    '124 of 124 numbers were reproduced.'
    """
    if isinstance(entry, str):
        entry = REPRODUCTIONS.get(entry)
    if not isinstance(entry, Reproduction):
        raise InputError(f"reproduce: {shown(entry)} is neither a reproduction nor the name of one, as golden-cases")
    require_seed(seed)
    require_flags("reproduce", force=force)
    results = None if out is None else required_folder(entry, seed, Path(out), options, force)
    started = datetime.now(UTC)
    with cells_kept_in(None if out is None else Path(out) / CELLS):
        outcome = entry.outcome(seed, options)
    manifest = {
        "name": entry.name,
        "title": entry.title,
        "citation": entry.citation,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 3),
        "seed": seed,
        "settings": outcome.settings,
        "targets": outcome.kinds,
        "waits_for": list(entry.waits_for),
        "statement": " ".join(outcome.paragraphs),
        "versions": versions(),
    }
    report = Report(entry, outcome, manifest)
    if results is None:
        return report
    written = _write(report, results)
    return replace(report, files=tuple(written.files), not_drawn=tuple(written.failed))


def required_folder(entry: Reproduction, seed: int, out: Path, options: Mapping[str, Any], force: bool) -> ResultFolder:
    """The folder of an entry within ``out``, after the check that its results can be written; see :func:`reproduce`."""
    given = {"entry": entry.name, "seed": seed, **options}
    reading = files_in(map(str, options.values()))
    found = ResultFolder(out / file_names([entry.name])[entry.name], "reproduce", given, reading, force)
    found.require(names_of(["targets"], [entry.name]))
    return found


def _write(report: Report, results: ResultFolder) -> Written:
    """Write target table, further tables, manifest and figures."""
    tables = {"targets": report.table, **report.outcome.all_tables}
    draws = {report.entry.name: report.outcome.draw, **report.outcome.further}
    table_names, figure_names = file_names(tables), file_names(draws)

    def write(scratch: Path) -> None:
        for name, table in tables.items():
            write_csv(table, scratch / f"{table_names[name]}.csv")

    def drawing(name: str) -> Callable[[Path], None]:
        return lambda scratch: save_both(draws[name](), scratch / figure_names[name])

    figures = {figure_names[name]: drawing(name) for name in draws}
    return results.write(write, {**report.manifest, "verdict": report.verdict}, figures)
