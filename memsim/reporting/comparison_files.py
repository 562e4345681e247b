"""The files of a comparison of models and people: report, figure, tables, recalls and manifest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from memsim.experiments.comparison import Comparison
from memsim.reporting.report import report_html
from memsim.running.result_files import Written, names_of, save_both, write_csv, write_results

FILES = [*names_of(["summary", "curves", "recalls", "judgments"], ["comparison"]), "report.html"]
"""The names of the files, without the manifest."""


def write_comparison(
    comparison: Comparison, folder: Path, *, escape: bool = False, reading: Iterable[Path] = ()
) -> Written:
    """Write tables, recalls, manifest, figure and report of a comparison into ``folder``; see :func:`write_results`.

    ``escape`` is explained at :func:`memsim.running.result_files.write_csv`.
    """

    def write(scratch: Path) -> None:
        write_csv(comparison.summary, scratch / "summary.csv", escape=escape)
        write_csv(comparison.curves, scratch / "curves.csv", escape=escape)
        if comparison.recalls:
            frames = [recalls.to_frame().assign(model=name) for name, recalls in comparison.recalls.items()]
            kind = "judgments" if comparison.task.paradigm.judged else "recalls"
            write_csv(pd.concat(frames), scratch / f"{kind}.csv", escape=escape)

    def report(scratch: Path) -> None:
        (scratch / "report.html").write_text(report_html(comparison), encoding="utf-8")

    figures = {
        "comparison": lambda scratch: save_both(comparison.figure(), scratch / "comparison"),
        "report": report,
    }
    return write_results(folder, write, comparison.manifest.to_json(), figures, reading)
