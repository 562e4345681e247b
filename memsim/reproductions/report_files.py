"""A reproduction on disk: figure, target table, further tables and manifest."""

from __future__ import annotations

from pathlib import Path

from memsim.reproductions.entry import Report
from memsim.running.result_files import save_both, write_results


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write figure, target table, further tables and manifest into ``folder``; see :func:`write_results`."""

    def write(scratch: Path) -> None:
        for name, draw in {report.entry.name: report.outcome.draw, **report.outcome.further}.items():
            save_both(draw(), scratch / name)
        for name, table in {"targets": report.table, **report.outcome.tables}.items():
            table.to_csv(scratch / f"{name}.csv", index=False)

    return write_results(folder, write, {**report.manifest, "verdict": report.verdict})
