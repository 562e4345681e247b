"""The files of a comparison of models and people: report, figure, tables, manifest, and responses on request."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from memsim.experiments.comparison import Comparison
from memsim.reporting.report import report_html
from memsim.running.result_files import ResultFolder, Written, names_of, save_both, write_csv

RESPONSES = ("recalls", "judgments")
FILES = [*names_of(["summary", "curves", *RESPONSES], ["comparison"]), "report.html"]
"""The names of the files, without the manifest."""


def write_comparison(
    comparison: Comparison,
    results: ResultFolder,
    *,
    escape: bool = False,
    responses: bool = False,
) -> Written:
    """Write tables, manifest, figure and report of a comparison.

    ``responses`` to every list are written if asked for, as tens of megabytes. ``escape`` is explained at
    :func:`memsim.running.result_files.write_csv`.
    """

    def write(scratch: Path) -> None:
        write_csv(comparison.summary, scratch / "summary.csv", escape=escape)
        write_csv(comparison.curves, scratch / "curves.csv", escape=escape)
        if comparison.recalls and responses:
            frames = [recalls.to_frame().assign(model=name) for name, recalls in comparison.recalls.items()]
            kind = "judgments" if comparison.task.paradigm.judged else "recalls"
            write_csv(pd.concat(frames), scratch / f"{kind}.csv", escape=escape)

    def report(scratch: Path) -> None:
        (scratch / "report.html").write_text(report_html(comparison), encoding="utf-8")

    figures = {
        "comparison": lambda scratch: save_both(comparison.figure(), scratch / "comparison"),
        "report": report,
    }
    return results.write(write, comparison.manifest.to_json(), figures)
