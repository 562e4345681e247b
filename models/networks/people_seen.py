"""On whose lists a network was trained, by the record of its weights, and which of given people these are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from memsim.core.errors import MemsimError
from memsim.core.judgments import Judgments, Responses
from memsim.core.origin import Observed
from memsim.core.recall_parts import by_subject
from memsim.core.recalls import Recalls
from memsim.core.same_people import is_peers, numbers_in_peers
from memsim.models.networks.weights import read_header

LEAST_RESPONSES = 30
"""Of fewer responses there is no fingerprint, since others might have given the same."""


class Seen(NamedTuple):
    """What the records of weights say about some people."""

    subjects: tuple[str, ...]
    """Those of the people on whose lists the network was trained."""
    unknown: tuple[str, ...]
    """Sentences on what the records do not say; empty if they say all."""


def fingerprints(recalls: Responses) -> dict[str, str]:
    """By subject, a checksum of what the subject recalled or rated, whatever the names of lists, items and subjects.

    It is empty for a subject with fewer than 30 responses.
    """
    found = {}
    each: dict[str, Any] = by_subject(recalls)
    for subject, own in each.items():
        given = own.ratings if isinstance(own, Judgments) else own.positions
        lists = sorted(np.trim_zeros(row, "b").tolist() for row in given)
        checksum = hashlib.sha256(json.dumps(lists).encode()).hexdigest()[:16]
        found[subject] = checksum if sum(map(len, lists)) >= LEAST_RESPONSES else ""
    return found


def people_of(recalls: Recalls, held_out: Any) -> dict[str, Any]:
    """What the record of weights says of the people: their origin, who was held out, and who was not.

    ``held_out`` (n_trials,) says which lists are of subjects held out.
    """
    held = np.unique(recalls.trials.subject[held_out]).tolist()
    return {**recalls.origin.to_json(), "held_out": held, "trained_on": fingerprints(recalls[~held_out])}


def start_of(weights: str, record: Mapping[str, Any], sha256: str) -> dict[str, Any]:
    """What the record of weights says of those that training began with; ``people`` are all that these were trained on.

    ``people`` is missing where that is not known.
    """
    people = list(history(record))
    return {"weights": weights, "sha256": sha256, **({} if None in people else {"people": people})}


def seen(record: Mapping[str, Any], recalls: Responses) -> Seen:
    """Which people of ``recalls`` weights with this record were trained on, also before they were trained further.

    A subject is known by what it recalled, by its label in a data set of the same name and condition, or, of PEERS,
    whose data sets share people, by its number in any of them.
    """
    trained = list(history(record))
    own = fingerprints(recalls) if trained else {}
    of_peers = numbers_in_peers(own, recalls.origin.to_json()) if isinstance(recalls.origin, Observed) else {}
    subjects, unknown = set[str](), list[str]()
    for people in trained:
        if people is None:
            unknown.append("The record of its weights does not say on whose lists they, or those before, were trained")
            continue
        marks = people.get("trained_on")
        if marks is not None:
            known = {mark for mark in marks.values() if mark}
            subjects |= {subject for subject, mark in own.items() if mark in known}
            numbers = set(numbers_in_peers(marks, people).values())
            subjects |= {subject for subject, number in of_peers.items() if number in numbers}
        same = _same_data(people, recalls)
        if same:
            held = {str(label) for label in people.get("held_out", ())}
            subjects |= {label for label in own if (label not in held if marks is None else label in marks)}
        elif same is None and not (marks and of_peers and is_peers(people)):
            unknown.append(
                f"Its weights were trained on {_name(people)}, and it is not known whether these are the same people"
            )
    return Seen(tuple(label for label in own if label in subjects), tuple(dict.fromkeys(unknown)))


def history(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any] | None]:
    """The people that weights were trained on, and those before them; ``None`` for each step that is not recorded."""
    people = record.get("people")
    if people is not None:
        yield people
    elif record.get("objective") == "imitation":
        yield None
    start = record.get("start")
    if not start:
        return
    if "people" in start:
        yield from start["people"]
        return
    with suppress(MemsimError, KeyError, TypeError):
        header = read_header(str(start["weights"]))
        if header.sha256 == start["sha256"]:
            yield from history(header.record)
            return
    yield None


def _same_data(people: Mapping[str, Any], recalls: Responses) -> bool | None:
    """Whether these recalls are of the data that the record names; ``None`` where that is not known."""
    origin = recalls.origin
    if not isinstance(origin, Observed):
        return False
    checksums = [each.get("sha256") for each in (people.get("details", people), origin.details)]
    if checksums[0] and checksums[0] == checksums[1]:
        return True
    dataset, condition = people.get("dataset", ""), people.get("condition", "")
    if not dataset or not origin.dataset:
        # Where there are fingerprints, people whom they do not find are others.
        return False if people.get("trained_on") else None
    if dataset != origin.dataset:
        shared = is_peers(people) and is_peers(origin.to_json()) and not people.get("trained_on")
        return None if shared else False
    whole = ("", "all")
    return True if condition == origin.condition or condition in whole or origin.condition in whole else None


def _name(people: Mapping[str, Any]) -> str:
    return ":".join(str(people[key]) for key in ("dataset", "condition") if people.get(key)) or "recalls without a name"
