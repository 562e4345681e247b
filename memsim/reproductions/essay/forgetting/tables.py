"""Tables of what was measured: a row for each network and way of testing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from memsim.reproductions.essay.forgetting.claims import Found, Searched
from memsim.reproductions.essay.forgetting.measures import flat


def behaviours(found: Found) -> pd.DataFrame:
    """``condition, seed, tested``, and the measures; ``tested`` is trained, delayed, flushed or lesion."""
    rows = []
    for (name, seed), one in found.items():
        if one["diverged"]:
            continue
        rows += [
            {"condition": name, "seed": seed, "tested": how, **flat(one[how])}
            for how in ("trained", "delayed", "flushed")
        ]
        rows += [
            {"condition": other, "seed": seed, "tested": "lesion", **flat(each)}
            for other, each in one["lesions"].items()
        ]
    return pd.DataFrame(rows)


def curves(found: Found) -> pd.DataFrame:
    """``condition, seed, tested, position, recalled``."""
    rows = []
    for (name, seed), one in found.items():
        if one["diverged"]:
            continue
        tested = {(name, how): one[how] for how in ("trained", "delayed", "flushed")}
        tested |= {(other, "lesion"): each for other, each in one["lesions"].items()}
        rows += [
            [condition, seed, how, position, value]
            for (condition, how), each in tested.items()
            for position, value in enumerate(each["curve"], start=1)
        ]
    return pd.DataFrame(rows, columns=["condition", "seed", "tested", "position", "recalled"])


def people_scores(found: Found, searched: Searched, references: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """``model, seed, people, choice, total``: nats per list of people's lists, and ``rmsd`` from Murdock's curves."""
    scored: list[Any] = [(name, None, each["nats"], each["behaviour"]) for name, each in references.items()]
    scored += [(name, seed, one["nats"], one["trained"]) for (name, seed), one in found.items() if not one["diverged"]]
    scored += [
        (f"shipped, search of {kind}", number, each["nats"], each["behaviour"])
        for kind, found_by in searched.items()
        for number, each in enumerate(found_by)
    ]
    rows = [
        {"model": name, "seed": seed, "people": data, **nats, "rmsd": measured["rmsd"],
         "rmsd_serial_position_curve": measured["rmsd_serial_position_curve"]}
        for name, seed, each, measured in scored
        for data, nats in each.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def levers_found(searched: Searched) -> pd.DataFrame:
    """The levers of each search, and what the network does with them."""
    rows = [
        {
            "searched": kind,
            "number": number,
            **each["levers"],
            **flat(each["behaviour"]),
            "evaluations": each["evaluations"],
        }
        for kind, found_by in searched.items()
        for number, each in enumerate(found_by)
    ]
    return pd.DataFrame(rows)
