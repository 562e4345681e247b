"""``memsim explore``: a page on which models run beside people while their parameters are moved."""

from __future__ import annotations

import argparse

from memsim.commands.options import Commands, whole


def add_explore(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "explore",
        help="open a page on which parameters are moved, beside people",
        description="Open a page on which models run beside people while their parameters are moved. It is served on "
        "this machine alone, until you press Ctrl-C. It needs pip install 'memsim[explore]'.",
    )
    command.add_argument(
        "models", nargs="*", metavar="MODEL",
        help="names, name:preset, or Python files with your own model (default: two that have an account of the task)",
    )  # fmt: skip
    command.add_argument("--paradigm", help="the task, with its defaults (default: that of the people)")
    command.add_argument(
        "--people", metavar="NAME[:CONDITION]",
        help="people to compare with: a data set, a file, or none (default: peers_notask; none for another task)",
    )  # fmt: skip
    command.add_argument(
        "--link", default="", help="the link, or its part after ?, that restores a setting of the page"
    )
    command.add_argument(
        "--port",
        type=whole("port"),
        default=5006,
        help="where the page is served; 0 is any that is free (default: 5006)",
    )
    command.add_argument("--no-browser", action="store_true", help="print the address, and open no browser")
    command.set_defaults(command=_explore)


def _explore(parsed: argparse.Namespace) -> int:
    from memsim.explorer.links import query_of
    from memsim.explorer.opening import PEOPLE, opened
    from memsim.explorer.server import serve

    people = parsed.people or (PEOPLE if parsed.paradigm is None else "none")
    menu, setting = opened(*parsed.models, paradigm=parsed.paradigm, people=people, link=parsed.link)
    query = query_of(setting, menu) if parsed.link else ""
    serve(menu, setting, port=parsed.port, query=query, browser=not parsed.no_browser, ready=_say)
    return 0


def _say(address: str) -> None:
    print(f"The explorer is at {address} (Ctrl-C ends it)", flush=True)
