"""The explorer as a local page: static files, and a socket for each page that is open."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import webbrowser
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from memsim.core.errors import InputError
from memsim.explorer.curves import Curves
from memsim.explorer.menu import Menu
from memsim.explorer.session import Session, warm_up
from memsim.explorer.setting import Setting

LOCAL = "127.0.0.1"
PORT = 5006
MOST_BYTES = 100_000
"""Of one message of a page."""
SCRIPTS = ("form.js", "charts.js", "strips.js", "explorer.js")
"""What runs on the page, in this order; one script, so that a notebook can load it as a whole."""
RULES = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache",
}  # fmt: skip


def page_file(name: str) -> str:
    """The text of a file of the page."""
    return (files("memsim.explorer") / "page" / name).read_text(encoding="utf-8")


def script(last: str) -> str:
    """The scripts of the page as one, ending with the file that connects it: to a socket, or to a notebook."""
    return "\n".join(page_file(name) for name in (*SCRIPTS, last))


def application(menu: Menu, setting: Setting, hosts: tuple[str, ...] = (LOCAL, "localhost")) -> Any:
    """The tornado application of a page.

    ``hosts`` are the names under which it may be asked for: another name that leads to this address, as a foreign page
    may set up, is refused.

    Raises
    ------
    InputError : tornado is not installed.
    """
    web, websocket = _tornado("web"), _tornado("websocket")
    curves = Curves(menu)
    answers = {
        "": ("text/html", page_file("page.html")), "explorer.css": ("text/css", page_file("explorer.css")),
        "explorer.js": ("text/javascript", script("page.js")),
    }  # fmt: skip

    def known(host: str) -> bool:
        return host.rpartition(":")[0].strip("[]") in hosts or host in hosts

    class Files(web.RequestHandler):  # type: ignore[misc, name-defined]
        def get(self, name: str) -> None:
            if not known(self.request.host):
                raise web.HTTPError(403, "the page is served under another name")
            kind, text = answers[name]
            for key, value in RULES.items():
                self.set_header(key, value)
            self.set_header("Content-Type", f"{kind}; charset=utf-8")
            self.finish(text)

    class Socket(websocket.WebSocketHandler):  # type: ignore[misc, name-defined]
        session: Session | None = None

        def prepare(self) -> None:
            if not known(self.request.host):
                raise web.HTTPError(403, "the page is served under another name")

        def open(self, *args: str, **kwargs: str) -> None:
            self.set_nodelay(True)
            self.session = Session(menu, setting, self._send, curves)

        def _send(self, message: dict[str, Any]) -> None:
            if self.ws_connection is not None and not self.ws_connection.is_closing():
                self.write_message(json.dumps(message, allow_nan=False))

        def on_message(self, message: str | bytes) -> None:
            try:
                content = json.loads(message)
            except (ValueError, RecursionError):
                content = None
            if self.session is not None:
                self.session.receive(content)

        def on_close(self) -> None:
            if self.session is not None:
                self.session.close()

    warm_up(menu, setting, curves)
    return web.Application(
        [(r"/(|explorer\.css|explorer\.js)", Files), (r"/socket", Socket)], websocket_max_message_size=MOST_BYTES
    )


def _tornado(part: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"tornado.{part}")
    except ImportError:
        raise InputError("the explorer needs tornado, which is not installed; pip install 'memsim[explore]'") from None


def serve(
    menu: Menu,
    setting: Setting,
    *,
    port: int = PORT,
    query: str = "",
    browser: bool = True,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve the page on this machine alone until the process is interrupted.

    Parameters
    ----------
    port : where it listens; 0 for any port that is free.
    query : of the setting with which the browser opens.
    browser : whether a browser is opened.
    ready : called with the address when the page can be opened.

    Raises
    ------
    InputError : tornado is not installed, or the port is taken.
    """
    asyncio.run(_serve(application(menu, setting), port, query, browser, ready))


async def _serve(app: Any, port: int, query: str, browser: bool, ready: Callable[[str], None]) -> None:
    sockets = listening(port)
    server = _tornado("httpserver").HTTPServer(app)
    server.add_sockets(sockets)
    address = f"http://{LOCAL}:{sockets[0].getsockname()[1]}/" + (f"?{query}" if query else "")
    ready(address)
    if browser:
        webbrowser.open(address)
    await asyncio.Event().wait()


def listening(port: int) -> list[socket.socket]:
    """Sockets that listen on this machine alone; an error of memsim where the port is taken."""
    try:
        bound = socket.create_server((LOCAL, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise InputError(
            f"port {port} cannot be used ({reason}); give another one, or 0 for any that is free"
        ) from None
    bound.setblocking(False)
    return [bound]
