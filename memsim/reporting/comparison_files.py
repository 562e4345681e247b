"""A comparison of models and people on disk: report, figure, tables, recalls and manifest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from memsim.experiments.comparison import Comparison
from memsim.reporting.report import report_html
from memsim.running.result_files import save_both, write_results


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write report, figure, tables, recalls and manifest of a comparison into ``folder``; see :func:`write_results`."""

    def write(scratch: Path) -> None:
        save_both(comparison.figure(), scratch / "comparison")
        comparison.summary.to_csv(scratch / "summary.csv", index=False)
        comparison.curves.to_csv(scratch / "curves.csv", index=False)
        (scratch / "report.html").write_text(report_html(comparison), encoding="utf-8")
        if comparison.recalls:
            frames = [recalls.to_frame().assign(model=name) for name, recalls in comparison.recalls.items()]
            pd.concat(frames).to_csv(scratch / "recalls.csv", index=False)

    return write_results(folder, write, comparison.manifest.to_json())
