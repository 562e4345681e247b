"""Which labels of people in different data sets are of one person: the data sets of PEERS share people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

PEERS = "peers_"
"""The data sets of PEERS have names that begin so."""
_SOURCE = "ds004395"
"""PEERS at OpenNeuro, in the source of what :func:`memsim.data.load_peers` reads."""
_LABEL = re.compile(r"(LTP)?0*(\d+)")


def is_peers(origin: Mapping[str, Any]) -> bool:
    """Whether these people are of PEERS, by the fields of an :class:`memsim.core.origin.Observed`."""
    details = origin.get("details")
    source = details.get("source", "") if isinstance(details, Mapping) else ""
    return str(origin.get("dataset", "")).startswith(PEERS) or _SOURCE in str(source)


def number_in_peers(label: Any) -> int:
    """The number of a person in PEERS, from a label such as ``64`` or ``LTP064``; -1 if there is none."""
    found = _LABEL.fullmatch(str(label))
    return int(found[2]) if found else -1


def numbers_in_peers(labels: Iterable[Any], origin: Mapping[str, Any]) -> dict[str, int]:
    """The number in PEERS by label, of those people who are of PEERS.

    A label such as ``LTP064`` is one of PEERS wherever it stands; a mere number is one in the data sets of PEERS.

    Parameters
    ----------
    labels : of the people.
    origin : the fields of an :class:`memsim.core.origin.Observed`; others are of no people.
    """
    whole = is_peers(origin)
    texts = [str(label) for label in labels]
    found = {text: number_in_peers(text) for text in texts if whole or text.startswith("LTP")}
    return {text: number for text, number in found.items() if number >= 0}
