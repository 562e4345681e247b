"""What the numbers say of each hypothesis on sleep: what it spares, its order, what it teaches, whether it protects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.reproductions.essay.forgetting.claims import Found, decided, over_or_nothing, seeds_of, shown
from memsim.reproductions.essay.forgetting.consolidation import LATER, LENGTH, RESTS, SECONDS
from memsim.reproductions.essay.forgetting.options import NIGHTS, NONE
from memsim.reproductions.hypotheses import Claim, Measure, measured
from memsim.reproductions.intervals import Interval, over_known

if TYPE_CHECKING:
    import pandas as pd


def claims_on_sleep(found: Found, replay: pd.DataFrame) -> list[Claim]:
    """The verdicts W1 to W4."""
    return [_w1(found), _w2(found), _w3(replay), *_w4(found)]


def _sleep(found: Found, *names: str) -> list[FloatArray]:
    each = [one["consolidation"] for one in seeds_of(found, NONE)]
    return [np.array([one[name] for one in each], dtype=float) for name in names]


def _w1(found: Found) -> Claim:
    strong, weak, awake_strong, awake_weak, before, awake, asleep = _sleep(
        found, "sleep_strong", "sleep_weak", "wake_strong", "wake_weak", "before_recalled", "wake_recalled",
        "sleep_recalled",
    )  # fmt: skip
    gain, loss = strong - awake_strong, weak - awake_weak
    holds = (gain > 0) & (loss < 0)
    return Claim(
        "W1", "Sleep strengthens what is strong at the cost of what is weak.",
        "60 s of rest with and without 20 cycles of replay, the same wear, the same lists",
        "of the strongest third of items more is recalled after sleep than after waking, of the weakest third less, in "
        "every seed",
        f"strongest {shown(gain)}, weakest {shown(loss)}, interaction {shown(gain - loss)}; recalled of 10: before "
        f"{over_or_nothing(before)}, awake {over_or_nothing(awake)}, asleep {over_or_nothing(asleep)}",
        "a seed without either", decided(holds, 1.0),
    )  # fmt: skip


def _w2(found: Found) -> Claim:
    linked, linked_chance, alone, alone_chance = _sleep(
        found, "sleep_factor", "sleep_shuffled", "unlinked_factor", "unlinked_shuffled"
    )
    difference = (linked - linked_chance) - (alone - alone_chance)
    return measured(
        "W2", "Replay along links strengthens the order of recall.", "sleep with and without steps along links",
        "the temporal factor above that of shuffled responses is higher with them", "an interval below 0",
        [Measure("difference", over_known(difference), 0.0)],
        f"with {shown(linked - linked_chance)}, without {shown(alone - alone_chance)}",
    )  # fmt: skip


def _w3(replay: pd.DataFrame) -> Claim:
    def of(name: str) -> Interval:
        return over_known(replay[name] if len(replay) else [])

    def lost(name: str) -> Interval:
        return over_known(1 - replay[f"{name}_first"] / replay["night"] if len(replay) else [])

    return measured(
        "W3", "Replay at night teaches a slow network what a fast one kept of the day, and keeps it from forgetting.",
        "an LSTM that never sees a list learns which word comes next in what the DNC that ships recalls of a day's "
        "lists; a second night replays another day, alone or among the first",
        "after the first night d' of the day's words is above 1, and below .3 where another day was replayed; the "
        "second day alone costs more than .6 of it, among replays of the first less than .3, whether these are "
        "recalls of the fast network or lists that the slow one makes itself",
        "a number on the other side",
        [
            Measure("d' after the night", of("night"), 1.0),
            Measure("d' after another day's", of("other_day"), high=0.3),
            Measure("share lost to the second day alone", lost("alone"), 0.6),
            Measure("share lost among the fast network's recalls", lost("stored"), high=0.3),
            Measure("share lost among lists of its own", lost("dreamed"), high=0.3),
        ],
        "after the second night, d' of the first and the second day: "
        + "; ".join(f"{name} {of(f'{name}_first')} and {of(f'{name}_second')}" for name in NIGHTS),
    )  # fmt: skip


def _w4(found: Found) -> list[Claim]:
    """Of sleep as it is, and of sleep that weakens nothing, after which as much is left to lose as after waking."""
    without = dict(zip(RESTS, _sleep(found, *(f"{name}_recalled" for name in RESTS)), strict=True))
    later = dict(zip(RESTS, _sleep(found, *(f"later_{name}_recalled" for name in RESTS)), strict=True))
    lost = {name: 1 - later[name] / without[name] for name in RESTS}
    told = "; ".join(
        f"{said} {over_known(without[name])} and {over_known(later[name])}, by thirds {_thirds(found, name)}"
        for name, said in zip(RESTS, ("no rest", "awake", "asleep", "asleep without weakening"), strict=True)
    )
    claims = []
    after_waking = over_known(lost["wake"])
    for name, kind, said in (("W4", "sleep", "sleep"), ("W4 gentle", "gentle", "sleep that weakens and frees nothing")):
        beside = f"recalled of {LENGTH} without and with a second list: {told}" if kind == "sleep" else ""
        claims.append(
            measured(
                name, f"A rest with replay protects a list from what is studied after it: {said}.",
                f"a second list of {LATER} items is studied after {SECONDS:g} s of waking, or of {said}, before the "
                "first is tested",
                "it costs a smaller share of the first list than after waking",
                "as large a share, or a larger one",
                [Measure("share lost after waking less that after it", over_known(lost["wake"] - lost[kind]), 0.0)],
                f"lost after waking {after_waking}, after it {over_known(lost[kind])}, without a rest "
                f"{over_known(lost['before'])}" + (f"; {beside}" if beside else ""),
            )
        )  # fmt: skip
    return claims


def _thirds(found: Found, name: str) -> str:
    """How much less is recalled of the weakest and the strongest third where a second list was studied."""
    given = _sleep(found, *(f"{kind}{name}_{third}" for third in ("weak", "strong") for kind in ("later_", "")))
    return (
        f"{over_known(given[0] - given[1]).signed} (weakest) and {over_known(given[2] - given[3]).signed} (strongest)"
    )
