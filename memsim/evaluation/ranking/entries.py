"""What is ranked: the models by name, and why a model has no score in a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from memsim.core.abilities import lacks
from memsim.core.encodings import is_integrated
from memsim.core.position_model import Model, PositionModel
from memsim.core.repeated_items import refusal_of_repeats
from memsim.evaluation.ranking.pinned_set import RankedTask
from memsim.evaluation.ranking.split import PEERS, Split, number_in_peers
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
    InputError : a label twice, or a value that names no model; and as :func:`memsim.models.lookup.given_model`.
    """
    if models is None:
        all_models = built_models(lambda model: True, baselines=True)
        return {label: model for label, model in all_models.items() if label != BASELINE}
    return {label: given_model(each) for label, each in labelled(models, "benchmark").items()}


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

    People are known by what they recalled in all lists of the data set, or by their label in it; those of PEERS, whose
    data sets share people, by their number in any of them.
    """
    records = records_within(model)
    if not records:
        return ""
    from memsim.models.networks.people_seen import history, seen

    wanted = set(split.people_scored.tolist())
    found, unknown = set[str](), list[str]()
    for record in records:
        for label, everyone in split.everyone.items():
            own = everyone.trials.subject.astype(str)
            who = split.scored[label].trials.subject.astype(str)
            scored = everyone[[name in set(who.tolist()) for name in own]]
            known = seen(record, scored)
            found |= set(known.subjects) & wanted
            unknown += known.unknown
            if getattr(scored.origin, "dataset", "").startswith(PEERS):
                numbers = _numbers_in_peers(history(record))
                found |= {name for name in wanted if number_in_peers(name) in numbers}
    if found:
        some = ", ".join(sorted(found)[:3]) + (", ..." if len(found) > 3 else "")
        return f"trained on {len(found)} of the {len(wanted)} people who are scored ({some})"
    return f"it is not known on whom it was trained ({unknown[0]})" if unknown else ""


def _numbers_in_peers(history: Iterable[Mapping[str, Any] | None]) -> set[int]:
    """Numbers of the people of PEERS on whom weights were trained."""
    found = set[int]()
    for people in history:
        if people is None or not str(people.get("dataset", "")).startswith(PEERS):
            continue
        found |= {number_in_peers(label) for label in people.get("trained_on") or ()}
    return found - {-1}
