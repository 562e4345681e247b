"""The explorer in a cell of a notebook: the same page, connected to the kernel instead of a server."""

from __future__ import annotations

from typing import Any

from memsim.core.errors import InputError
from memsim.explorer.links import query_of
from memsim.explorer.menu import Menu
from memsim.explorer.server import page_file, script
from memsim.explorer.session import Session
from memsim.explorer.setting import Setting


class Explorer:
    """A page in a notebook; the last value of a cell shows it.

    Parameters
    ----------
    menu : what the page offers.
    setting : what it shows first.
    """

    def __init__(self, menu: Menu, setting: Setting) -> None:
        self.menu, self.first = menu, setting
        self.widget: Any = None
        self.session: Session | None = None

    @property
    def setting(self) -> Setting:
        """What is chosen on the page at this moment."""
        return self.first if self.session is None else self.session.setting

    @property
    def models(self) -> dict[str, Any]:
        """The models with the parameters that the page shows at this moment, by label."""
        return self.setting.by_label

    @property
    def query(self) -> str:
        """The query that restores what is chosen: ``memsim explore --link "..."``."""
        return query_of(self.setting, self.menu)

    def __repr__(self) -> str:
        return f"Explorer({self.query!r})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        if self.widget is None:
            self.widget = _widget(self)
        return self.widget._repr_mimebundle_(**options)


def _widget(explorer: Explorer) -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise InputError(
            "a notebook shows the explorer by anywidget, which is not installed; pip install 'memsim[explore]'"
        ) from None

    class Widget(anywidget.AnyWidget):  # type: ignore[misc]
        _esm = traitlets.Unicode(script("notebook.js")).tag(sync=True)
        _css = traitlets.Unicode(page_file("explorer.css")).tag(sync=True)

    widget = Widget()
    explorer.session = session = Session(explorer.menu, explorer.first, widget.send)
    widget.on_msg(lambda _, content, buffers: session.receive(content))
    return widget
