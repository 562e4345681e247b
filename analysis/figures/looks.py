"""The fixed look of each model: one colour wherever it is drawn, whatever else is drawn beside it."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from matplotlib.colors import to_hex, to_rgb

from memsim.analysis.figures.colour_difference import difference
from memsim.core.names import normalized

LINES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (7, 2)))
MARKERS = "sD^vPX<>"
COLORS: Mapping[str, str] = {
    "CMR": "#0173b2", "TCM": "#56b4e9", "TCMA": "#029e73", "CRU": "#523ee0", "ContextMemory": "#22d322",
    "SAM": "#d55e00", "SIMPLE": "#de8f05", "DNC": "#cc78bc", "LSTM": "#8c564b", "Strength": "#d3224e",
    "StartEnd": "#bead37", "Primacy": "#f90606", "Perturbation": "#107010", "Chaining": "#b71a83",
    "EqualVariance": "#aec639", "UnequalVariance": "#2f06f9", "DualProcess": "#59cfa8", "TwoStrengths": "#107040",
    "TwoHighThreshold": "#df9f20", "SummedSimilarity": "#a4046f", "MINERVA2": "#7d67e9", "REM": "#564f29",
    "BCDMEM": "#159393", "OsthDennis": "#04a41f", "TODAM": "#828226", "Matrix": "#e96767", "Hopfield": "#af1d1d",
    "GRU": "#458226", "Elman": "#6a99e7", "NTM": "#e0663e", "MANN": "#7f51cd", "MemN2N": "#8c6f17",
    "HopfieldStore": "#25687e", "DeltaRule": "#d3227a", "FastWeights": "#3ecbe0", "LRU": "#39c680",
    "Transformer": "#9daf1d", "Uniform": "#a8a8a8",
}  # fmt: skip
"""Of the models and cores that ship: those that do one task are at least 16 units of CIEDE2000 apart."""
OTHERS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#6a4fc4", "#7a8b1d", "#8c564b", "#1dafaf", "#d3224e",
    "#5d7f99", "#b8860b",
)  # fmt: skip
"""Of all else: plug-ins, labels that a user chose, tasks, conditions."""
PEOPLE_GREYS = (0.1, 0.6)
"""The grey levels of people: black alone, to grey where there are several groups."""
NEAR = 21.0
"""Lines whose colours are less than so many units of CIEDE2000 apart have other dashes and markers, too."""
_OF_MODEL = re.compile(r":|, ")
_BY_NAME = {normalized(name): name for name in COLORS}
_BY_NAME |= {normalized(name): "Uniform" for name in ("uniform choice", "base rate")}  # baselines of comparisons
_PLACES = {name: place for place, name in enumerate(COLORS)}


class Style(NamedTuple):
    """How a model or people are drawn; people are always black points with bars."""

    color: Any
    line: Any
    marker: str
    is_people: bool


def styles(names: Sequence[str], people: Collection[str] = ()) -> dict[str, Style]:
    """A style for each name: models differ in colour, line and marker; further groups of people are grey.

    No two have the same line and marker, and those of which the colours are near (:data:`NEAR`) have neither the same
    line nor the same marker, as long as there are enough of them.

    A model that ships has the same colour in every figure. A preset (``SAM:murdock1962``) or a variant (``SAM, soft``)
    has a shade of the colour of its model, which follows from its name, and another line. Any other name has the colour
    of :data:`OTHERS` to which its letters lead (CRC-32), or the next one that no name before it has; so a plug-in keeps
    its colour wherever that colour is free.
    """
    found: dict[str, Style] = {}
    models = [name for name in names if name not in people]
    known = {name: look for name in models if (look := registered(name)) is not None}
    taken = [look.color for look in known.values()]
    for name in models:
        if name not in known:
            start = crc32(name.encode(errors="replace"))
            color = _free(start, taken)
            taken.append(color)
            known[name] = Style(color, LINES[start % len(LINES)], MARKERS[start % len(MARKERS)], False)
    for name in models:
        found[name] = _told_apart(known[name], list(found.values()))
    groups = [name for name in names if name in people]
    dark, pale = PEOPLE_GREYS
    for i, name in enumerate(groups):
        grey = f"{dark + (pale - dark) * i / max(len(groups) - 1, 1):.2f}"
        found[name] = Style(grey, LINES[i % len(LINES)], "o", True)
    return {name: found[name] for name in names}


def _told_apart(style: Style, others: Sequence[Style]) -> Style:
    """A style with a line and a marker that tell it from the others of a figure; its own if they do."""
    taken = {(other.line, other.marker) for other in others}
    near = [other for other in others if difference(style.color, other.color) < NEAR]
    lines, markers = {other.line for other in near}, {other.marker for other in near}
    first, second = LINES.index(style.line), MARKERS.index(style.marker)
    looks = [
        (LINES[(first + step % len(LINES)) % len(LINES)], MARKERS[(second + step // len(LINES)) % len(MARKERS)])
        for step in range(len(LINES) * len(MARKERS))
    ]
    free = [look for look in looks if look not in taken] or looks
    line, marker = min(free, key=lambda look: (look[0] in lines) + (look[1] in markers))
    return style._replace(line=line, marker=marker)


def registered(name: str) -> Style | None:
    """The fixed look of a model that ships, or of its preset or variant; ``None`` for any other name."""
    model, preset = (*_OF_MODEL.split(str(name), maxsplit=1), "")[:2]
    if (known := _BY_NAME.get(normalized(model))) is None:
        return None
    place = _PLACES[known]
    if not preset:
        return Style(COLORS[known], LINES[place % len(LINES)], MARKERS[place % len(MARKERS)], False)
    drawn = crc32(preset.casefold().encode(errors="replace"))
    line = LINES[(place + 1 + drawn % (len(LINES) - 1)) % len(LINES)]
    return Style(shade(COLORS[known], drawn), line, MARKERS[(place + 1 + drawn) % len(MARKERS)], False)


def shade(color: Any, number: int) -> str:
    """A shade of a colour, which a number leads to: up to 20 degrees of hue away, and lighter or darker."""
    hue, light, saturation = colorsys.rgb_to_hls(*to_rgb(color))
    turn = ((number >> 8) % 1024 / 1023 - 0.5) * 40 / 360
    change = (number >> 20) % 1024 / 1023
    light += (0.1 + 0.12 * change) * (1 if number % 2 else -1)
    return to_hex(colorsys.hls_to_rgb((hue + turn) % 1, min(max(light, 0.24), 0.74), saturation))


def _free(start: int, taken: Sequence[Any]) -> str:
    """The first of the other colours, from a place on, that is none of those taken; the place's own if all are."""
    for step in range(len(OTHERS)):
        color = OTHERS[(start + step) % len(OTHERS)]
        if all(difference(color, other) >= NEAR for other in taken):
            return color
    return shade(OTHERS[start % len(OTHERS)], start + len(taken) * 0x9E3779B1)
