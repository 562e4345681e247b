"""The analyses by name, and the standard curves of a task."""

from __future__ import annotations

from memsim.analysis.analyses import OF_RECALL, OF_SERIAL_RECALL
from memsim.analysis.declaration import Analysis
from memsim.core.code.registry import Registry
from memsim.core.trials import Paradigm

ANALYSES: Registry[Analysis] = Registry(
    "analysis", "memsim.analyses", {analysis.name: analysis for analysis in (*OF_RECALL, *OF_SERIAL_RECALL)}, Analysis
)


def curves_of(paradigm: Paradigm, *, repeated_items: bool = False) -> dict[str, Analysis]:
    """The analyses, by name, that give the standard curves of this task, in which models and people are compared.

    ``repeated_items`` adds those of lists that hold an item twice; of the others, some do not take such lists.
    """
    names: tuple[str, ...] = (
        ("serial_position_curve", "probability_of_nth_recall", "lag_crp")
        if paradigm.due is None
        else ("serial_accuracy", "transposition_gradient", "lag_crp")
    )
    if repeated_items:
        names += ("repetition_effect", "spacing_effect")
    return {name: ANALYSES.get(name) for name in names}
