"""How different two colours look."""

from __future__ import annotations

from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb

WHITE = (0.95047, 1.0, 1.08883)
"""The white of screens (D65), of which each colour is a part."""
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
"""From red, green and blue of sRGB, made linear."""


def lab(color: Any) -> tuple[float, float, float]:
    """Lightness from 0 to 100, and green to red and blue to yellow, of a colour that matplotlib knows (CIELAB, D65)."""
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = np.array(TO_XYZ) @ linear / WHITE
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116).tolist()
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Any, other: Any) -> float:
    """The difference of two colours by CIEDE2000: 1 is just seen side by side, black and white are 100 apart."""
    return ciede2000(lab(one), lab(other))


def ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The difference of two colours in CIELAB.

    Reference: Sharma, G., Wu, W., & Dalal, E. N. (2005). The CIEDE2000 color-difference formula. Color Research &
    Application, 30, 21-30.
    """
    (light_1, a_1, b_1), (light_2, a_2, b_2) = one, other
    stretch = 1 + 0.5 * (1 - _saturation((hypot(a_1, b_1) + hypot(a_2, b_2)) / 2))
    chroma_1, chroma_2 = hypot(stretch * a_1, b_1), hypot(stretch * a_2, b_2)
    hue_1, hue_2 = (degrees(atan2(b, stretch * a)) % 360 for a, b in ((a_1, b_1), (a_2, b_2)))
    grey = chroma_1 * chroma_2 == 0
    turn = 0.0 if grey else (hue_2 - hue_1 + 180) % 360 - 180
    if abs(hue_1 - hue_2) <= 180 or grey:
        hue = hue_1 + hue_2 if grey else (hue_1 + hue_2) / 2
    else:
        hue = (hue_1 + hue_2 + (360 if hue_1 + hue_2 < 360 else -360)) / 2
    light, chroma = (light_1 + light_2) / 2, (chroma_1 + chroma_2) / 2
    waves = (
        1 - 0.17 * cos(radians(hue - 30)) + 0.24 * cos(radians(2 * hue)) + 0.32 * cos(radians(3 * hue + 6))
        - 0.2 * cos(radians(4 * hue - 63))
    )  # fmt: skip
    by_light = (light_2 - light_1) / (1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2))
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * sqrt(chroma_1 * chroma_2) * sin(radians(turn / 2)) / (1 + 0.015 * chroma * waves)
    rotation = -sin(radians(60 * exp(-(((hue - 275) / 25) ** 2)))) * 2 * _saturation(chroma)
    return sqrt(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)


def _saturation(chroma: float) -> float:
    return sqrt(chroma**7 / (chroma**7 + 25.0**7))
