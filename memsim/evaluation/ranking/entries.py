"""What is ranked: the models by name, and why a model has no score in a task."""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.abilities import lacks
from memsim.core.encodings import is_integrated
from memsim.core.errors import InputError
from memsim.core.position_model import Model, PositionModel
from memsim.core.repeated_items import refusal_of_repeats
from memsim.evaluation.ranking.bounds import REFERENCES, UNIFORM
from memsim.evaluation.ranking.pinned_set import RankedTask
from memsim.evaluation.ranking.split import Split
from memsim.evaluation.seen_people import records_within
from memsim.models.lookup import Given, build_model, given_model, labelled
from memsim.models.registered import built_models

AS_SCORED = {("SAM", "free recall"): "SAM:murdock1962-soft"}
"""The form of a model that is scored in a test: SAM with a soft read-out, since a hard one makes lists impossible."""
BASELINE = "Uniform"
"""The model that is the lower bound of free recall, and no entry."""


def entries(models: Given | None) -> dict[str, Model]:
    """The models to rank, by label: all that ship and are installed if none is given.

    Raises
    ------
    InputError : a label twice, one that is a bound's, or a value that names no model; and as
        :func:`memsim.models.lookup.given_model`.
    """
    if models is None:
        all_models = built_models(lambda model: True, baselines=True)
        return {label: model for label, model in all_models.items() if label != BASELINE}
    named = labelled(models, "benchmark")
    if taken := [label for label in (UNIFORM, *REFERENCES) if label in named]:
        raise InputError(f"benchmark: {taken[0]!r} is the name of a bound that is always there; give another label")
    return {label: given_model(each) for label, each in named.items()}


def scored_form(label: str, model: Model, task: RankedTask) -> Model:
    """The model as it is scored in this task; see :data:`AS_SCORED`."""
    form = AS_SCORED.get((label, task.test))
    return model if form is None else build_model(form)


def unscored(model: Any, task: RankedTask, split: Split) -> str:
    """Why a model has no score in a task, in words; empty if it has one.

    It has no account of the task; it has no likelihood; its likelihood is of another kind than that of others; or it is
    a network that was trained on people who are scored, or of which that is not known.
    """
    for responses in split.scored.values():
        if missing := lacks(model, responses.trials):
            return f"no account of {missing}"
        if refusal := refusal_of_repeats(model, responses.trials):
            return refusal
    if isinstance(model, PositionModel) or model.likelihood == "none":
        return "no likelihood of what is recalled in which order"
    if task.test == "recognition" and is_integrated(model):
        return "its answers average over encodings one by one, so that its likelihood is not comparable"
    return seen_in_training(model, split)


def can_simulate(model: Any, split: Split) -> bool:
    """Whether a model, which may have no likelihood, can be run through the lists of a task."""
    return not any(
        lacks(model, each.trials) or refusal_of_repeats(model, each.trials) for each in split.scored.values()
    )


def seen_in_training(model: Any, split: Split) -> str:
    """That a network was trained on people who are scored, by the record of its weights, or that this is not known.

    People are known as :func:`memsim.models.networks.people_seen.seen` says, by all their lists of the data set.
    """
    records = records_within(model)
    if not records:
        return ""
    from memsim.models.networks.people_seen import seen

    found, unknown = set[str](), list[str]()
    for label, everyone in split.everyone.items():
        wanted = np.unique(split.scored[label].trials.subject.astype(str))
        scored = everyone[np.isin(everyone.trials.subject.astype(str), wanted)]
        for record in records:
            known = seen(record, scored)
            found |= set(known.subjects)
            unknown += known.unknown
    if found:
        some = ", ".join(sorted(found)[:3]) + (", ..." if len(found) > 3 else "")
        return f"trained on {len(found)} of the {len(split.people_scored)} people who are scored ({some})"
    return f"it is not known on whom it was trained ({unknown[0]})" if unknown else ""
