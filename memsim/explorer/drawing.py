"""What a page draws: each curve as plain numbers, with its axes, its looks, and the same in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from memsim.analysis.declaration import Analysis
from memsim.analysis.figures.style import styles
from memsim.core.names import printable
from memsim.explorer.curves import ByCurve, Points

DASHES: Mapping[Any, str] = {"-": "", "--": "7 3", "-.": "7 3 2 3", ":": "2 2"}
"""Patterns of lines as the page's drawings name them."""
Line = dict[str, Any]


def figures(
    analyses: Mapping[str, Analysis], points: Mapping[str, ByCurve], people: str, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The figures of a page, in the order of the analyses; those of which nobody has an account are left out.

    Parameters
    ----------
    points : of each model and of people, by label.
    people : the label of people among them.
    names : what the legend calls a label, where that is something else.
    """
    looks = looks_of(tuple(points), people)
    drawn = []
    for name, analysis in analyses.items():
        found = {label: each[name] for label, each in points.items() if name in each}
        found = {label: each for label, each in found.items() if any(mean is not None for mean in each.mean)}
        if found:
            drawn.append(figure(analysis, found, looks, names))
    return drawn


@lru_cache(maxsize=64)
def looks_of(labels: tuple[str, ...], people: str) -> dict[str, dict[str, Any]]:
    """Colour, pattern and marker of each label, as in the figures of memsim; people are black."""
    from matplotlib.colors import to_hex

    found = styles(labels, [people] if people in labels else [])
    return {
        label: {"color": to_hex(style.color), "dash": dash_of(style.line), "marker": str(style.marker),
                "people": style.is_people} for label, style in found.items()
    }  # fmt: skip


def dash_of(line: Any) -> str:
    """The pattern of a line, from how matplotlib names it."""
    if isinstance(line, tuple):
        return " ".join(f"{2 * length:g}" for length in line[1])
    return DASHES.get(line, "")


def figure(
    analysis: Analysis, found: Mapping[str, Points], looks: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> dict[str, Any]:
    """One curve of several labels: its lines and axes as numbers, and in words."""
    categories = analysis.style == "categories"
    places = list(dict.fromkeys(place for points in found.values() for place in points.places))
    lines: list[Line] = []
    for at, (label, points) in enumerate(found.items()):
        x: Sequence[Any] = points.across or points.places
        if categories:
            aside = (at - (len(found) - 1) / 2) * min(0.16, 0.7 / len(found))
            x = [places.index(place) + aside for place in points.places]
        lines.append({"label": label, "name": names.get(label, label), **looks[label], "x": list(x),
                      "mean": points.mean, "low": points.low, "high": points.high,
                      "places": [_place(place) for place in points.places]})  # fmt: skip
    y_label = next(iter(found.values())).y_label
    x_label = analysis.x_label or ("" if categories else analysis.x.replace("_", " "))
    return {
        "id": analysis.name, "title": analysis.heading(y_label), "style": analysis.style,
        "x_label": x_label, "y_label": y_label,
        "x": _names_axis(places) if categories else _x_axis(lines, analysis.style == "roc"),
        "y": _y_axis(lines, analysis), "lines": lines, "words": in_words(analysis, lines, x_label or "level", y_label),
    }  # fmt: skip


def _place(place: Any) -> str:
    return printable(str(place)) if isinstance(place, str) else f"{place:g}"


def _x_axis(lines: Sequence[Line], unit: bool) -> dict[str, Any]:
    if unit:
        return {"low": 0.0, "high": 1.0, "ticks": _ticks(0.0, 1.0)}
    known = [x for line in lines for x in line["x"] if x is not None]
    low, high = min(known), max(known)
    room = 0.03 * (high - low) or 0.5
    return {"low": low - room, "high": high + room, "ticks": _whole_ticks(low, high)}


def _names_axis(places: Sequence[Any]) -> dict[str, Any]:
    ticks = [{"at": at, "label": _place(place).replace("_", " ")} for at, place in enumerate(places)]
    return {"low": -0.5, "high": len(places) - 0.5, "ticks": ticks}


def _y_axis(lines: Sequence[Line], analysis: Analysis) -> dict[str, Any]:
    """An axis that a slider moves in steps only: its end is a round number above the data."""
    low, high = analysis.limits
    known = [y for line in lines for name in ("mean", "high") for y in line[name] if y is not None] or [1.0]
    if math.isnan(high):
        high = round_above(max(known))
    if math.isnan(low):
        lows = [y for line in lines for name in ("mean", "low") for y in line[name] if y is not None] or [0.0]
        low = -round_above(-min(lows)) if min(lows) < 0 else 0.0
    return {"low": low, "high": high, "ticks": _ticks(low, high)}


def round_above(number: float) -> float:
    """The next number above that is 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten."""
    if number <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(number))
    return float(next(f"{step * power:.6g}" for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= number))


def _ticks(low: float, high: float) -> list[dict[str, Any]]:
    size = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(size))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= size * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [{"at": round(n * step, 9), "label": f"{round(n * step, 9):g}"} for n in range(first, last + 1)]


def _whole_ticks(low: float, high: float) -> list[dict[str, Any]]:
    """Ticks at whole numbers: both ends of a short axis, round numbers and the first place on a long one."""
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000) if (high - low) / each <= 10)
    at = {n for n in range(math.ceil(low), math.floor(high) + 1) if n % step == 0}
    if low > 0 and step > 1:
        at |= {math.ceil(low)}
    return [{"at": n, "label": str(n)} for n in sorted(at)]


def in_words(analysis: Analysis, lines: Sequence[Line], x_label: str, y_label: str) -> str:
    """A figure in words, for readers who do not see it: the ends, the highest and the lowest point of each line."""
    said = [f"{y_label} by {x_label.lower()}."]
    for line in lines:
        known = [(place, mean) for place, mean in zip(line["places"], line["mean"], strict=True) if mean is not None]
        name = line["name"]
        if analysis.style == "categories" or len(known) < 4:
            said.append(
                f"{name}: " + ", ".join(f"{place.replace('_', ' ')} {_rate(mean)}" for place, mean in known) + "."
            )
            continue
        lowest, highest = (pick(known, key=lambda pair: pair[1]) for pick in (min, max))
        said.append(
            f"{name}: {_rate(known[0][1])} at {known[0][0]}, {_rate(known[-1][1])} at {known[-1][0]}, "
            f"highest {_rate(highest[1])} at {highest[0]}, lowest {_rate(lowest[1])} at {lowest[0]}."
        )
    return " ".join(said)


def _rate(value: float) -> str:
    return f"{value:.2f}".removeprefix("0") if 0 <= value < 0.995 else f"{value:.2f}"
