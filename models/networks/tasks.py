"""The tasks that a network is trained for by each objective; torch is not imported here."""

from __future__ import annotations

from typing import NamedTuple


class Task(NamedTuple):
    """What a network that was trained by an objective can do."""

    stream: str
    """What the objective adds to the name of the random stream."""
    cues: tuple[str, ...] = ()
    """The cues of recall."""
    probes: tuple[str, ...] = ()
    """What it judges."""
    pairs: bool = False
    """Whether it studies pairs."""


TASKS = {
    "recall": Task("", ("free",)),
    "serial": Task("Serial", ("forward",)),
    "imitation": Task("People", ("free",)),
    "recognition": Task("Recognition", probes=("item",)),
    "cued": Task("Cued", ("item",), pairs=True),
    "recall+recognition": Task("RecallRecognition", ("free",), ("item",)),
    "serial+recognition": Task("SerialRecognition", ("forward",), ("item",)),
}
"""By objective, of networks that study items."""
