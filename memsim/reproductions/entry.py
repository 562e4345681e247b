"""Published results, run again: a target table with its sources, what memsim obtains, and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from memsim.core.errors import InputError
from memsim.core.provenance import versions

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

REPRODUCED, DIFFERS, NOT_RUN = "reproduced", "differs", "not run"


class Finding(NamedTuple):
    """One number: what was published, and what was obtained."""

    quantity: str
    target: float
    obtained: float
    tolerance: float
    """Of the absolute difference."""
    source: str
    known: str = ""
    """Why this number is known not to come out, or to be out of reach; empty if it should be reproduced."""

    @property
    def verdict(self) -> str:
        """``reproduced``, ``differs`` or, where nothing was obtained, ``not run``."""
        if np.isnan(self.obtained):
            return NOT_RUN
        # A whole unit in the last place of float arithmetic does not count as a difference.
        return REPRODUCED if abs(self.obtained - self.target) <= self.tolerance * (1 + 1e-9) else DIFFERS

    @property
    def expected(self) -> bool:
        """Whether the verdict is the one that the catalogue announces."""
        return (self.verdict == REPRODUCED) == (not self.known)


@dataclass(frozen=True)
class Outcome:
    """What running an entry of the catalogue gives."""

    findings: list[Finding]
    draw: Callable[[], Figure]
    settings: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Further tables, by file name without ``.csv``."""
    shown: str = ""
    """What a terminal shows instead of the target table, where that is long."""
    further: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    """Further figures, by file name without suffix."""
    statement: str = ""
    """What the numbers say, in a sentence or two."""


@dataclass(frozen=True)
class Reproduction:
    """An entry of the catalogue.

    Parameters
    ----------
    name, title : of the entry.
    source : the publication whose result this is, and where the target numbers come from.
    run : takes a seed.
    """

    name: str
    title: str
    source: str
    run: Callable[[int], Outcome]


@dataclass(frozen=True)
class Report:
    """An entry that was run: its table and what made it."""

    entry: Reproduction
    outcome: Outcome
    manifest: Mapping[str, Any]

    @property
    def table(self) -> pd.DataFrame:
        """``quantity, target, obtained, difference, tolerance, verdict, source, known``, a row per finding."""
        import pandas as pd

        rows = [
            {
                "quantity": finding.quantity,
                "target": finding.target,
                "obtained": finding.obtained,
                "difference": finding.obtained - finding.target,
                "tolerance": finding.tolerance,
                "verdict": finding.verdict,
                "source": finding.source,
                "known": finding.known,
            }
            for finding in self.outcome.findings
        ]
        return pd.DataFrame(rows)

    @property
    def as_announced(self) -> bool:
        """Whether every verdict is the one that the catalogue announces."""
        return all(finding.expected for finding in self.outcome.findings)

    @property
    def verdict(self) -> str:
        """The verdicts in words: how many numbers were reproduced, differ as known, differ unexpectedly."""
        findings = self.outcome.findings
        reproduced = [finding for finding in findings if finding.verdict == REPRODUCED]
        known = [finding for finding in findings if finding.verdict == DIFFERS and finding.known]
        unexpected = [finding for finding in findings if not finding.expected]
        not_run = [finding for finding in findings if finding.verdict == NOT_RUN and finding.expected]
        parts = [f"{len(reproduced)} of {len(findings)} numbers reproduced"]
        parts += [f"{len(known)} differ for a known reason"] if known else []
        parts += [f"{len(not_run)} not run"] if not_run else []
        parts += [f"{len(unexpected)} against what the catalogue announces"] if unexpected else []
        return ", ".join(parts)


def reproduce(entry: Reproduction, seed: int = 0) -> Report:
    """Run an entry of the catalogue."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed={seed!r} must be a whole number of at least 0")
    started = datetime.now(UTC)
    outcome = entry.run(seed)
    manifest = {
        "name": entry.name,
        "title": entry.title,
        "source": entry.source,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 3),
        "seed": seed,
        "settings": outcome.settings,
        "statement": outcome.statement,
        "versions": versions(),
    }
    return Report(entry, outcome, manifest)
