"""Where a task lies beyond the lists on which a network was trained, as the record of its weights says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memsim.core.fitted_lists import beyond_distraction
from memsim.models.networks.tasks import tasks_of

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm


def beyond_training(record: Mapping[str, Any], paradigm: Paradigm) -> list[str]:
    """In what a task lies beyond the training of a network, a phrase for each; none where the record does not say.

    Lists are compared with the longest of training, and seconds of distraction with its longest delay, of as many
    steps. Networks that imitate people learn from lists of theirs, of which the record holds no task.
    """
    settings, objective = record.get("training"), record.get("objective")
    if not isinstance(settings, Mapping) or objective == "imitation":
        return []
    found = []
    reached = [line["longest"] for line in record.get("log", ()) if "longest" in line]
    longest = max(reached, default=settings.get("list_length"))
    if longest is not None and paradigm.list_length > longest:
        found.append(f"lists of {paradigm.list_length} items (at most {longest} in training)")
    delay = settings.get("longest_delay", 0) if _has_delays(record) else 0
    found += beyond_distraction(paradigm, {"retention_interval": delay}, "in training")
    return found


def _has_delays(record: Mapping[str, Any]) -> bool:
    """Whether training had steps without items between study and test: of judgments, and of pairs."""
    return any(task.probes or task.pairs for task in tasks_of(record))
