"""What readers left out or doubt: counted in the details of the origin, and shown in one warning."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from memsim.core.errors import DataWarning

LEFT_OUT = {
    "files_of_other_tasks": ("file of another task", "files of other tasks"),
    "files_unreadable": ("file that cannot be read", "files that cannot be read"),
    "files_hidden": ("hidden file", "hidden files"),
    "files_in_side_folders": ("file in a folder beside the raw data", "files in folders beside the raw data"),
    "files_without_studied_items": ("file without studied items", "files without studied items"),
    "files_that_differ": (
        "file that differs from the one read for its session",
        "files that differ from those read for their sessions",
    ),
    "subjects_without_lists": ("subject without a list", "subjects without a list"),
    "sessions_without_lists": ("session without a list", "sessions without a list"),
    "events_of_other_types": ("event of another type", "events of other types"),
    "vocalizations_skipped": ("vocalization", "vocalizations"),
    "events_without_list": ("event without a list", "events without a list"),
    "practice_lists_skipped": ("practice list", "practice lists"),
    "lists_not_tested": ("list that was not tested", "lists that were not tested"),
    "lists_without_presentation": ("list without presented items", "lists without presented items"),
    "lists_of_other_sessions": ("list of another session", "lists of other sessions"),
    "sessions_of_other_lengths": ("session of another length", "sessions of other lengths"),
    "lists_of_other_lengths": ("list of another length", "lists of other lengths"),
    "answers_left_out": ("probe without an answer", "probes without an answer"),
}
"""Counts in the details of an origin of what was left out, in words for one and for several."""
DOUBTFUL = {
    "contradictory_responses": (
        "response whose item contradicts its serial position, which was taken",
        "responses whose items contradict their serial positions, which were taken",
    ),
    "contradictory_words": (
        "item number that belongs to another word; the word was taken",
        "item numbers that belong to other words; the words were taken",
    ),
    "codes_read_as_intrusions": (
        "response with a code other than -1, read as an intrusion (codes says what it means)",
        "responses with codes other than -1, read as intrusions (codes says what they mean)",
    ),
    "repetitions_of_unknown_items": (
        "repetition of an unknown item, read as an intrusion",
        "repetitions of unknown items, read as intrusions",
    ),
    "times_without_response": (
        "time where there is no response, not taken",
        "times where there is no response, not taken",
    ),
    "unknown_times": ("time below 0, taken as unknown", "times below 0, taken as unknown"),
}
"""Counts of what is kept although it is doubtful, in words for one and for several."""


def warn_left_out(where: str, details: Mapping[str, Any]) -> None:
    """Give one :class:`memsim.core.errors.DataWarning` with all that these details count; none if they count nothing.

    Parameters
    ----------
    where : the file or folder.
    details : of the origin, with the counts of :data:`LEFT_OUT` and :data:`DOUBTFUL`: a number, or numbers by kind.
    """
    parts = [f"{title}: {found}" for title, table in (("left out", LEFT_OUT), ("kept with doubt", DOUBTFUL))
             if (found := _counted(table, details))]  # fmt: skip
    if parts:
        warnings.warn(f"{where}: {'; '.join(parts)}", DataWarning, stacklevel=3)


def _counted(table: Mapping[str, tuple[str, str]], details: Mapping[str, Any]) -> str:
    found = []
    for name, (one, many) in table.items():
        kinds = details.get(name, 0)
        count = sum(kinds.values()) if isinstance(kinds, Mapping) else kinds
        named = f" ({_shown([*kinds])})" if isinstance(kinds, Mapping) else ""
        if count:
            found.append(f"{count:,} {one if count == 1 else many}{named}")
    return ", ".join(found)


def _shown(kinds: list[str]) -> str:
    return ", ".join(kinds[:5]) + (f" and {len(kinds) - 5} more" if len(kinds) > 5 else "")
