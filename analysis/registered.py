"""The analyses by name, and the standard curves of a task."""

from __future__ import annotations

from memsim.analysis.analyses import OF_ASSOCIATION, OF_RECALL, OF_RECOGNITION, OF_SERIAL_RECALL
from memsim.analysis.declaration import Analysis
from memsim.core.code.registry import Registry
from memsim.core.errors import InputError
from memsim.core.events import Distract, Probe
from memsim.core.names import shown
from memsim.core.trials import Paradigm

ANALYSES: Registry[Analysis] = Registry(
    "analysis",
    "memsim.analyses",
    {analysis.name: analysis for analysis in (*OF_RECALL, *OF_SERIAL_RECALL, *OF_RECOGNITION, *OF_ASSOCIATION)},
    Analysis,
)


def curves_of(paradigm: Paradigm, *, repeated_items: bool = False) -> dict[str, Analysis]:
    """The analyses, by name, that give the standard curves of this task, in which models and people are compared.

    ``repeated_items`` adds those of lists that hold an item twice; of the others, some do not take such lists. Where
    lists are recalled and then judged, there are the curves of both.
    """
    if not isinstance(paradigm, Paradigm):
        raise InputError(f"curves_of: {shown(paradigm)} is no task; give one, as FreeRecall()")
    names: tuple[str, ...] = ()
    if paradigm.cued_by_item:
        names += ("cued_recall_by_position", "cued_recall_by_lag", "cued_recall_responses")
    elif paradigm.cue:
        names += (
            ("serial_position_curve", "probability_of_nth_recall", "lag_crp")
            if paradigm.due is None
            else ("serial_accuracy", "transposition_gradient", "lag_crp")
        )
        if repeated_items:
            names += ("repetition_effect", "spacing_effect")
    if paradigm.judged:
        names += _curves_of_judgments(paradigm, repeated_items)
    return {name: ANALYSES.get(name) for name in names}


def _curves_of_judgments(paradigm: Paradigm, repeated_items: bool) -> tuple[str, ...]:
    """Hits by lag or by where targets were studied, hits and false alarms by place in the test, and the ROC of ratings.

    In continuous recognition, where place and lag rise together, hits are by lag alone. Of judgments of frequency it is
    the judged frequency by the actual one.
    """
    if paradigm.rates == "frequency":
        return ("judged_frequency",)
    first = next((event for event in paradigm.events() if not isinstance(event, Distract)), None)
    hits = ("hits_by_lag",) if isinstance(first, Probe) else ("hits_by_serial_position", "hits_by_test_position")
    names: tuple[str, ...] = (*hits, "false_alarms_by_test_position")
    if paradigm.n_ratings > 2:
        names += ("roc",)
    if repeated_items:
        names += ("hits_by_presentations",)
    return names
