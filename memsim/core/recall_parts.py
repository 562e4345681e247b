"""Recalls taken apart, by subject or at random, and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from memsim.core.arrays import NOT_GIVEN
from memsim.core.recalls import Recalls


def resampled(recalls: Recalls, rows: np.ndarray) -> Recalls:
    """The lists at ``rows``, which may name one several times; they are numbered anew."""
    part = recalls[rows]
    return replace(part, trials=replace(part.trials, list=NOT_GIVEN))


def units_of(recalls: Recalls, per: str) -> dict[str, Recalls]:
    """What is fitted by itself: the recalls of each ``"subject"``, by its label, or all of them as one group."""
    return by_subject(recalls) if per == "subject" else {"group": recalls}


def by_subject(recalls: Recalls) -> dict[str, Recalls]:
    """The recalls of each subject, by its label."""
    return {str(subject): recalls[recalls.trials.subject == subject] for subject in recalls.trials.subjects}


def joined(parts: Sequence[Recalls]) -> Recalls:
    """Recalls of one task one after another; times and intruders are left out."""
    width = max(part.positions.shape[1] for part in parts)
    first = parts[0].trials
    trials = replace(
        first,
        items=np.concatenate([part.trials.items for part in parts]),
        subject=np.concatenate([part.trials.subject for part in parts]),
        list=np.concatenate([part.trials.list for part in parts]),
        source=None if first.source is None else np.concatenate([part.trials.source for part in parts]),
        conditions={
            name: np.concatenate([part.trials.conditions[name] for part in parts]) for name in first.conditions
        },
    )
    positions = [np.pad(p.positions, ((0, 0), (0, width - p.positions.shape[1]))) for p in parts]
    stopped = np.concatenate([part.stopped for part in parts])
    return Recalls(trials, np.concatenate(positions), stopped, provenance=parts[0].provenance)
