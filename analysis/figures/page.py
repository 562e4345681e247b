"""Where a figure is drawn, how wide, and by what names, colours and order: the same options of every figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from math import ceil
from typing import Any, TypedDict, cast

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, is_color_like
from matplotlib.figure import Figure, FigureBase, SubFigure

from memsim.analysis.checks import is_real
from memsim.analysis.figures.fitting_text import LINE, broken, text_width
from memsim.analysis.figures.looks import Style, styles
from memsim.analysis.figures.shown_figure import ShownFigure
from memsim.analysis.figures.style import FONTS, WIDTHS, legend_label
from memsim.core.errors import InputError
from memsim.core.names import by_label, closest, shown

NARROWEST, WIDEST = 2.5, 40.0
"""Of a figure, in inches."""
TALLEST = 9.0
"""Of a figure of many panels in inches, a page of a journal: to keep to it, more of them stand side by side."""
PARAMETER_PANEL = 1.6
"""Least width of the panel of a parameter, in inches."""
RENAMED = {"columns": "width", "among": "order"}
"""Options by their earlier names."""


class Drawing(TypedDict, total=False):
    """The options of every function that draws a figure.

    Parameters
    ----------
    ax : where to draw, if not in a new figure: axes of matplotlib for a figure of one panel, as many axes as there are
        panels, or an empty figure or subfigure. Axes have the legend inside, and a figure that is not memsim's no other
        title than that of its panels.
    palette : colours: by the name of what is drawn, or several in the order of the models, or the name of a palette or
        of a colour map. Without it, each registered model has its own colour, and people are black.
    labels : what stands in legends, at ticks and in titles, by the name of what is drawn.
    order : names of what is drawn, in the order of legends, rows and panels; others follow. Names that are not drawn
        are passed over, unless none is drawn.
    width : 1 or 2, columns of a journal (89 and 183 mm), or inches from 2.5 to 40. The height follows.
    """

    ax: Axes | FigureBase | Sequence[Axes] | np.ndarray[Any, Any] | None
    palette: str | Sequence[Any] | Mapping[str, Any] | None
    labels: Mapping[str, str] | None
    order: Sequence[str] | None
    width: float | None


class Page:
    """What a function draws on, from the options of :class:`Drawing`.

    Parameters
    ----------
    what : the function, for messages.
    drawing : the options that it got.
    width : of the figure where the options say nothing: 1 or 2 columns, or inches.

    Raises
    ------
    InputError : an option that no figure has, or of another type; a width that is out of range or beside ``ax``;
        colours that are none; or axes that are not rectangular.
    """

    def __init__(self, what: str, drawing: Drawing, width: float = 2) -> None:
        self.what = what
        unknown = [name for name in drawing if name not in Drawing.__annotations__]
        if unknown:
            new = RENAMED.get(unknown[0])
            hint = f"; it is called {new} now." if new else closest(unknown[0], Drawing.__annotations__)
            raise InputError(f"{what}: there is no option {unknown[0]!r}{hint}")
        self._given = drawing.get("ax")
        self._labels = self._by_name(drawing.get("labels"))
        self._order = self._in_order(drawing.get("order"))
        self._palette = self._colours_of(drawing.get("palette"))
        self._seen: dict[str, None] = {}
        self._container: FigureBase | None = None
        self._axes: list[Axes] = []
        wanted = drawing.get("width")
        if self._given is not None and wanted is not None:
            raise InputError(
                f"{what}: width={wanted!r} does not apply beside ax, whose figure has a width; leave it out"
            )
        self.width = (
            self._width_of_given() if self._given is not None else self._inches(width if wanted is None else wanted)
        )

    @property
    def owns(self) -> bool:
        """Whether the arrangement of panels is memsim's, and not that of axes that were given."""
        return self._given is None or isinstance(self._given, FigureBase)

    @property
    def has_order(self) -> bool:
        """Whether the options say an order."""
        return bool(self._order)

    # Where to draw

    @property
    def figure(self) -> Figure:
        """The whole figure, that of ``ax`` where it was given."""
        part: Any = self._container if self._container is not None else self._axes[0].get_figure()
        while isinstance(part, SubFigure):
            part = part.figure
        self._require_known()
        return cast(Figure, part)

    def room(self, height: float, panels: str = "panels of different sizes") -> FigureBase:
        """An empty figure of this height in inches, or that of ``ax``, for a figure that arranges its panels itself."""
        if self._given is None:
            self._container = ShownFigure(figsize=(self.width, height), layout="constrained")
        elif isinstance(self._given, FigureBase):
            self._container = self._empty(self._given)
        else:
            raise InputError(
                f"{self.what}: this figure has {panels}; give ax a figure or a subfigure, such as "
                "plt.figure().subfigures()"
            )
        return self._container

    def axes(self, height: float) -> Axes:
        """The axes of a figure that has one panel, of this height in inches."""
        return self.panels(1, least=self.width, height=height)[0]

    def across(self, n: int, least: float) -> int:
        """How many of ``n`` panels stand side by side if each is to be ``least`` inches wide, in rows that are full."""
        most = max(1, min(n, int((self.width + 0.05) / least)))
        return ceil(n / ceil(n / most))

    def panels(self, n: int, *, least: float, height: float, beyond: float = 0.5) -> list[Axes]:
        """Axes for ``n`` panels in rows.

        Parameters
        ----------
        least : the smallest width of a panel in inches, which decides how many stand side by side.
        height : of a panel in inches.
        beyond : what the figure is higher than its panels, for titles and a legend.
        """
        across = self.across(n, least)
        down = ceil(n / across)
        cells = [(i // across, i % across) for i in range(n)]
        return self.grid(down, across, height=height * down + beyond, cells=cells)

    def grid(
        self, down: int, across: int, *, height: float, cells: Sequence[tuple[int, int]] = (), **options: Any
    ) -> list[Axes]:
        """Axes in some cells of rows and columns, or in all, row by row; ``options`` are those of GridSpec."""
        cells = cells or [(i, j) for i in range(down) for j in range(across)]
        n = len(cells)
        if self.owns:
            room = self.room(height)
            spec = room.add_gridspec(down, across, **options)
            self._axes = [room.add_subplot(spec[cell]) for cell in cells]
            return self._axes
        flat = np.ravel(np.asarray(self._given, dtype=object)).tolist()
        wrong = [each for each in flat if not isinstance(each, Axes)]
        if wrong:
            raise InputError(
                f"{self.what}: ax={shown(wrong[0])} is a {type(wrong[0]).__name__}; give axes, a figure or a subfigure "
                "of matplotlib"
            )
        if len(flat) != n:
            has = "1 panel" if n == 1 else f"{n} panels"
            got = "one axes" if len(flat) == 1 else f"{len(flat)} axes"
            raise InputError(
                f"{self.what}: this figure has {has}, and ax is {got}; give {'one axes' if n == 1 else f'{n} axes'}, "
                "or a figure or a subfigure"
            )
        for each in flat:
            if hasattr(each, "get_zlim") or "top" not in each.spines:
                raise InputError(
                    f"{self.what}: the axes in ax are {each.name!r}, and this figure needs rectangular ones; leave out "
                    "projection, as in plt.subplots()"
                )
        self._axes = flat
        return self._axes

    def title(self, text: str) -> None:
        """Write the title of the figure, or of its axes where the figure is another's and they have none."""
        if not text:
            return
        text = str(text)
        if self._container is not None:
            size = FONTS["figure.titlesize"]
            self._container.suptitle(text, fontsize=size)
            self._grow(broken(text, 72 * self.width - 8, size).count("\n") * LINE * size)
        elif len(self._axes) == 1 and not any(self._axes[0].get_title(loc) for loc in ("left", "center", "right")):
            self._axes[0].set_title(text)

    def legend(self, handles: Mapping[str, Any], *, least: int = 2) -> None:
        """List what is drawn, by name, in as many columns as there is room for; below the panels, or inside given axes.

        Nothing is listed where there are fewer than ``least`` names.
        """
        if len(handles) < least:
            return
        names = self.ordered(handles)
        size = FONTS["legend.fontsize"]
        room = 72 * self.width - 12
        texts = [legend_label(broken(self.label(name), room - 4 * size, size)) for name in names]
        drawn = [handles[name] for name in names]
        if self._container is None:
            self._axes[0].legend(drawn, texts, fontsize=size)
            return
        columns = _columns(texts, room, size)
        lines = [
            sum(1 + text.count("\n") for text in each)
            for each in np.array_split(np.array(texts, dtype=object), columns)
        ]
        self._grow((max(lines) - 1) * 1.5 * size)
        self._container.legend(
            drawn, texts, loc="outside lower center", ncols=columns, fontsize=size,
            handlelength=2.4, columnspacing=1.4,
        )  # fmt: skip

    def _grow(self, points: float) -> None:
        """Make memsim's own figure higher, so that what stands above and below the panels takes nothing of them."""
        if self._given is None and isinstance(self._container, Figure):
            width, height = self._container.get_size_inches()
            self._container.set_size_inches(width, height + points / 72)

    def legend_of(self, axes: Iterable[Axes], *, least: int = 2) -> None:
        """List what is drawn in some axes and has a label there."""
        handles: dict[str, Any] = {}
        for axis in axes:
            for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
                if _is_drawn(handle):
                    handles.setdefault(label, handle)
        self.legend(handles, least=least)

    # By what names, colours and order

    def label(self, name: Any) -> str:
        """What stands for the name of a model, people, a condition, or anything else that is drawn."""
        self._seen[str(name)] = None
        return str(self._labels.get(str(name), name))

    def ordered(self, names: Iterable[Any]) -> list[Any]:
        """Names in the order of the options; others follow as they are."""
        names = list(dict.fromkeys(names))
        self._seen |= dict.fromkeys(map(str, names))
        place = {name: i for i, name in enumerate(self._order)}
        return sorted(names, key=lambda name: place.get(str(name), len(place)))

    def styles(
        self, names: Iterable[str], people: Collection[str] = (), like: Mapping[str, str] | None = None
    ) -> dict[str, Style]:
        """The look of each name; ``like`` says whose look a name has that is no model's own."""
        names = self.ordered(names)
        models = [name for name in names if name not in people]
        asked = {name: (like or {}).get(name, name) for name in names}
        found = styles(list(dict.fromkeys(asked.values())), people)
        look = {name: found[asked[name]] for name in names}
        colours = self.colours(len(models))
        for i, name in enumerate(models):
            if colours is not None:
                look[name] = look[name]._replace(color=colours[i % len(colours)])
        if isinstance(self._palette, Mapping):
            given = self._palette
            look |= {name: look[name]._replace(color=given[str(name)]) for name in names if str(name) in given}
        return look

    def colours(self, n: int, default: str = "") -> list[Any] | None:
        """``n`` colours of the palette where it is a name or a list; else of the default palette, if there is one."""
        if self._palette is None or isinstance(self._palette, Mapping):
            return list(sns.color_palette(default, n)) if default else None
        if isinstance(self._palette, str):
            return list(sns.color_palette(self._palette, max(n, 1)))
        return list(self._palette)

    def colour(self, default: Any) -> Any:
        """The colour of what is one of a kind: the first of the palette, or the default."""
        found = self.colours(1)
        return default if found is None else found[0]

    def colour_map(self, default: str) -> Any:
        """The colours of a matrix: those of the palette where it is the name of a colour map or a list."""
        if isinstance(self._palette, str):
            with suppress(ValueError, TypeError):
                return sns.color_palette(self._palette, as_cmap=True) if self._palette else default
        elif self._palette is not None and not isinstance(self._palette, Mapping):
            return ListedColormap(list(self._palette))
        return sns.color_palette(default, as_cmap=True)

    # What is refused

    def _inches(self, width: Any) -> float:
        number = float(width) if is_real(width) else float("nan")
        inches = {float(columns): inches for columns, inches in WIDTHS.items()}.get(number, number)
        if not NARROWEST <= inches <= WIDEST:
            raise InputError(
                f"{self.what}: width={shown(width)} must be 1 or 2, columns of a journal (89 and 183 mm), or from "
                f"{NARROWEST:g} to {WIDEST:g} inches"
            )
        return inches

    def _width_of_given(self) -> float:
        given = self._given
        parts: list[Any] = (
            [given] if isinstance(given, FigureBase | Axes) else np.ravel(np.asarray(given, dtype=object)).tolist()
        )
        drawable: list[Any] = [each for each in parts if isinstance(each, FigureBase | Axes)]
        boxes = [each.bbox for each in drawable]
        if not boxes:
            raise InputError(
                f"{self.what}: ax={shown(given)} is no axes, figure or subfigure of matplotlib; give one, or leave "
                "ax out"
            )
        figure: Any = parts[0] if isinstance(parts[0], FigureBase) else parts[0].get_figure()
        return float(max(box.x1 for box in boxes) - min(box.x0 for box in boxes)) / float(figure.dpi)

    def _empty(self, given: FigureBase) -> FigureBase:
        if given.axes:
            raise InputError(
                f"{self.what}: the figure in ax has axes already; give an empty figure or subfigure, "
                "or the axes themselves"
            )
        root: Any = given
        while isinstance(root, SubFigure):
            root = root.figure
        if root.get_layout_engine() is None:
            root.set_layout_engine("constrained")
        return given

    def _by_name(self, labels: Any) -> dict[str, Any]:
        if not isinstance(labels, Mapping | None):
            raise InputError(
                f"{self.what}: labels={shown(labels)} must be a table by name, as in labels={{'CMR': 'context'}}"
            )
        return by_label(labels or {}, f"{self.what}: labels")

    def _in_order(self, order: Any) -> list[str]:
        unordered = isinstance(order, str | Mapping | Set) or not isinstance(order, Iterable)
        if order is not None and unordered:
            example = order if isinstance(order, str) else "CMR"
            raise InputError(f"{self.what}: order={shown(order)} must be a list of names, as in order=[{example!r}]")
        return [] if order is None else [str(name) for name in order]

    def _colours_of(self, given: Any) -> Any:
        """The palette, checked: by name, in order, or its own name; ``None`` if there is none."""
        if given is None:
            return None
        if isinstance(given, str):
            try:
                sns.color_palette(given, 2)
            except ValueError:
                raise InputError(
                    f"{self.what}: palette={given!r} is no palette of seaborn or colour map of matplotlib; "
                    "'colorblind' and 'viridis' are"
                ) from None
            return given
        if not isinstance(given, Iterable):
            raise InputError(
                f"{self.what}: palette={shown(given)} must be colours by name, several colours, or the name of a "
                "palette or colour map, as in palette='viridis'"
            )
        palette: Any = by_label(given, f"{self.what}: palette") if isinstance(given, Mapping) else list(given)
        colours = list(palette.values()) if isinstance(given, Mapping) else palette
        wrong = [each for each in colours if not is_color_like(each)]
        if wrong or not colours:
            what = f"{shown(wrong[0])} in palette is no colour" if wrong else "palette is empty"
            raise InputError(f"{self.what}: {what}; give names such as 'tab:blue', '#0072b2', or RGB from 0 to 1")
        return palette

    def _require_known(self) -> None:
        """Raise an error where an option names things, of which none is drawn."""
        palette = list(self._palette) if isinstance(self._palette, Mapping) else []
        for option, names in (("labels", list(self._labels)), ("order", self._order), ("palette", palette)):
            if names and self._seen and not set(names) & set(self._seen):
                drawn = [name for name in self._seen if name]
                said = f"Drawn are {', '.join(map(repr, drawn))}." if drawn else "What is drawn has no names."
                hint = closest(names[0], drawn)
                raise InputError(f"{self.what}: {option} names {names[0]!r}, which is not drawn{hint} {said}")


def _is_drawn(handle: Any) -> bool:
    """Whether what stands for a name has a point that is defined; a key that was made for the legend counts as one."""
    line = handle[0] if isinstance(handle, tuple) else handle
    if not hasattr(line, "get_ydata"):
        return True
    values = np.asarray(line.get_ydata(), dtype=float)
    return not len(values) or bool(np.isfinite(values).any())


def _columns(texts: Sequence[str], room: float, size: float) -> int:
    """The most columns of a legend, which is filled column by column, that have room, in points."""
    widths = [text_width(text, size) for text in texts]
    line, gap = (2.4 + 0.8) * size, 1.4 * size
    for n_columns in range(len(texts), 1, -1):
        longest = [float(max(each)) for each in np.array_split(widths, n_columns)]  # as matplotlib fills them
        if sum(longest) + n_columns * line + (n_columns - 1) * gap <= room:
            return n_columns
    return 1
