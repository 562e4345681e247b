"""``memsim models``, ``paradigms``, ``datasets`` and ``analyses``: list what is registered, or describe one entry."""

from __future__ import annotations

import argparse

HELP = {
    "models": "list the models, or describe one with its parameters",
    "paradigms": "list the tasks, or describe one with its settings",
    "datasets": "list the human data sets, or describe one with its conditions",
    "analyses": "list the analyses, or describe one with its options",
}


def add_listing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the four commands to the parser."""
    for kind, help_text in HELP.items():
        listing = commands.add_parser(kind, help=help_text)
        listing.add_argument("name", nargs="?", help="the entry to describe in full")
        listing.set_defaults(command=_list, kind=kind)


def _list(parsed: argparse.Namespace) -> int:
    from memsim.commands.descriptions import print_entries

    return print_entries(parsed.kind, parsed.name)
