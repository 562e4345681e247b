"""Whether people are new to trained networks, so that a likelihood of their lists is one of lists held out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from memsim.core.errors import InputError
from memsim.core.joint_recalls import AnyRecalls, parts_of


def records_within(model: Any) -> list[Mapping[str, Any]]:
    """The records of the weights of a network, or of the networks that a dataclass holds in its fields."""
    if not dataclasses.is_dataclass(model) or isinstance(model, type):
        return []
    record = getattr(model, "record", None)
    if isinstance(record, Mapping) and "network" in record:
        return [record]
    held = (getattr(model, field.name, None) for field in dataclasses.fields(model))
    return [record for each in held for record in records_within(each)]


def seen_in_words(models: Mapping[str, Any], recalls: AnyRecalls) -> list[str]:
    """A sentence for each network that was trained on some of these people, or of which that is not known."""
    sentences = []
    for name, model in models.items():
        subjects, unknown = _seen(records_within(model), recalls)
        if subjects:
            sentences.append(f"{_trained_on(name, subjects, len(recalls.trials.subjects))}.")
        sentences += [f"{name}: {sentence}." for sentence in unknown]
    return sentences


def require_unseen(
    who: str, records: Mapping[str, Sequence[Mapping[str, Any]]], recalls: AnyRecalls, allow_seen: bool = False
) -> list[str]:
    """Sentences on networks that were trained on some of these people, or of which that is not known.

    Parameters
    ----------
    who : the caller, for errors.
    records : those of the weights of each candidate, by its name.
    allow_seen : people on whom a network was trained are said in a sentence, and are no error.

    Raises
    ------
    InputError : a network was trained on some of these people, without ``allow_seen``.
    """
    sentences = []
    for name, each in records.items():
        subjects, unknown = _seen(each, recalls)
        if subjects:
            said = _trained_on(name, subjects, len(recalls.trials.subjects))
            if not allow_seen:
                raise InputError(
                    f"{who}: {said}, so their lists are not held out from it; take other people, train it within "
                    "each fold (Imitating, or --networks), or give allow_seen=True (--allow-seen)"
                )
            sentences.append(f"{said}: its likelihood for them is not that of lists held out.")
        sentences += [f"{name}: {sentence}." for sentence in unknown]
    return sentences


def _seen(records: Sequence[Mapping[str, Any]], recalls: AnyRecalls) -> tuple[list[str], list[str]]:
    """The subjects that are in the records, and sentences on what these do not say.

    In several data sets together the same label is the same person: who is known in one is known in all.
    """
    if not records:
        return [], []
    from memsim.models.networks.people_seen import seen

    found = [seen(record, part) for record in records for part in parts_of(recalls).values()]
    subjects = dict.fromkeys(subject for each in found for subject in each.subjects)
    return list(subjects), list(dict.fromkeys(sentence for each in found for sentence in each.unknown))


def _trained_on(name: str, subjects: Sequence[str], n_subjects: int) -> str:
    """That a network was trained on some of the subjects, in words."""
    named = ", ".join(subjects[:3]) + (f" and {len(subjects) - 3} more" if len(subjects) > 3 else "")
    return f"{name} was trained on {len(subjects)} of these {n_subjects} people (subject {named})"
