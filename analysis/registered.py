"""The analyses by name, and the standard curves of a task."""

from __future__ import annotations

from memsim.analysis.analyses import OF_RECALL, OF_SERIAL_RECALL
from memsim.analysis.declaration import Analysis
from memsim.core.registry import Registry
from memsim.core.trials import Paradigm

ANALYSES: Registry[Analysis] = Registry(
    "analysis", "memsim.analyses", {analysis.name: analysis for analysis in (*OF_RECALL, *OF_SERIAL_RECALL)}, Analysis
)


def curves_of(paradigm: Paradigm) -> dict[str, Analysis]:
    """The analyses, by name, that give the standard curves of this task, in which models and people are compared."""
    names = (
        ("serial_position_curve", "probability_of_nth_recall", "lag_crp")
        if paradigm.due is None
        else ("serial_accuracy", "transposition_gradient", "lag_crp")
    )
    return {name: ANALYSES.get(name) for name in names}
