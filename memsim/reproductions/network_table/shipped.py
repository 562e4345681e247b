"""Whether a network that ships needs its memory."""

from __future__ import annotations

from memsim.analysis.recall.serial_position import serial_position_curve
from memsim.models.networks.network_models import Network
from memsim.paradigms import FreeRecall
from memsim.reproductions.simulated_lists import recalls_of

LENGTH, LISTS = 12, 2000


def lost_without_reading(weights: str, seed: int) -> float:
    """The share of what a network recalls of 12 items that it does not recall when it reads nothing at test.

    Responses are from the whole pool: among the items of a list alone, 12 random ones would hit .65 of them.
    """
    model = Network(weights=weights, response_set="pool")
    intact, damaged = (
        float(serial_position_curve(recalls_of(each, FreeRecall(list_length=LENGTH), seed, LISTS))["prob"].mean())
        for each in (model, model.replace(without="reading"))
    )
    return 1 - damaged / intact
