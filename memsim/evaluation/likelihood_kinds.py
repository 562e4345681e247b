"""Kinds of likelihood of judgments that are not comparable: of one encoding, and over encodings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memsim.core.encodings import is_integrated, is_sampled
from memsim.core.errors import InputError


def require_one_kind(who: str, models: Mapping[str, Any], judged: bool) -> None:
    """Raise :class:`InputError` if the likelihoods of judgments by these models cannot be ranked together.

    Of a model that draws an encoding for each trial, all answers of the trial share it; of one whose ``encoding`` is
    integrated, each answer averages over encodings, so that answers count as independent. A model in which nothing is
    random at encoding has one likelihood, which may stand beside either.

    Parameters
    ----------
    who : the function, for messages.
    models : by name.
    judged : whether answers are judged at all; the rule is of judgments.
    """
    if not judged:
        return
    integrated = [name for name, model in models.items() if is_integrated(model)]
    realised = [name for name, model in models.items() if is_sampled(model) and name not in integrated]
    if integrated and realised:
        raise InputError(
            f"{who}: the answers of a trial share one encoding under {', '.join(realised)}, and average over encodings "
            f"one by one under {', '.join(integrated)}; these two kinds of likelihood are not comparable, so rank each "
            "kind by itself (MINERVA2 has both, by evidence='realised' and evidence='integrated')"
        )
