"""A figure that a notebook shows without anything being switched on."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from matplotlib.figure import Figure

SHARPNESS = 2
"""Pixels of the picture in one of the page, each way."""
DPI = 100
"""Pixels of the page in an inch."""


class ShownFigure(Figure):
    """A figure of matplotlib that is made without ``pyplot``, and that notebooks show as a picture."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """The picture, and its size on the page. A notebook in which plots are shown inline does this by itself."""
        written = BytesIO()
        self.savefig(written, format="png", dpi=SHARPNESS * DPI)
        width, height = self.get_size_inches() * DPI
        return written.getvalue(), {"width": round(width), "height": round(height)}
