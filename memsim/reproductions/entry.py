"""Entries of the catalogue: published results, each with target numbers, what memsim obtains, and a verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from memsim.core.errors import InputError
from memsim.core.parameters import Parameterized
from memsim.reproductions.hypotheses import Claim, claims_table, counted, measures_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

REPRODUCED, DIFFERS, NOT_RUN = "reproduced", "differs", "not run"
OURS = "reference computation of memsim's authors"
"""The citation of target numbers that memsim's authors computed independently of memsim."""


class Finding(NamedTuple):
    """One number: what was published, and what memsim obtained."""

    quantity: str
    target: float
    obtained: float
    tolerance: float
    """The largest absolute difference at which the number counts as reproduced."""
    citation: str
    """Where the target is from."""
    known: str = ""
    """Why this number is known to differ or cannot be obtained; empty if it should be reproduced."""

    @property
    def verdict(self) -> str:
        """``reproduced``, ``differs`` or, where nothing was obtained, ``not run``."""
        if np.isnan(self.obtained):
            return NOT_RUN
        # Rounding in the last place of floating-point arithmetic does not count as a difference.
        return REPRODUCED if abs(self.obtained - self.target) <= self.tolerance * (1 + 1e-9) else DIFFERS

    @property
    def expected(self) -> bool:
        """Whether the verdict is the one that the catalogue announces."""
        return (self.verdict == REPRODUCED) == (not self.known)


@dataclass(frozen=True)
class Outcome:
    """What running an entry of the catalogue gives.

    Parameters
    ----------
    findings : the numbers, each with its target.
    draw : draws the figure of the entry.
    settings : what was run, as JSON.
    tables : further tables, by file name without ``.csv``.
    shown : what a terminal shows instead of the target table, where that is long.
    further : draws further figures, by file name without suffix.
    statement : what the numbers say as a whole, with their uncertainty, in a few sentences.
    claims : the hypotheses under test, with their verdicts.
    """

    findings: list[Finding]
    draw: Callable[[], Figure]
    settings: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    shown: str = ""
    further: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    statement: str = ""
    claims: Sequence[Claim] = ()

    @property
    def paragraphs(self) -> list[str]:
        """The statement, and each claim in words."""
        return [*([self.statement] if self.statement else []), *(claim.sentence for claim in self.claims)]

    @property
    def all_tables(self) -> dict[str, pd.DataFrame]:
        """The further tables, and those of the claims."""
        found = dict(self.tables)
        if self.claims:
            found["claims"] = claims_table(self.claims)
        if any(claim.measures for claim in self.claims):
            found["measures"] = measures_table(self.claims)
        return found


@dataclass(frozen=True)
class Reproduction:
    """An entry of the catalogue.

    Parameters
    ----------
    name : the name under which the entry is registered.
    title : what the entry is about, in a line.
    citation : the publication whose result this is, and where the target numbers are from.
    run : takes a seed and, where the entry has options, these.
    options : what may be run less, or more, of; ``None`` where there is no choice.
    """

    name: str
    title: str
    citation: str
    run: Callable[..., Outcome]
    options: Parameterized | None = None

    def outcome(self, seed: int, changes: Mapping[str, Any]) -> Outcome:
        """Run the entry, with some options changed.

        Raises
        ------
        InputError : the entry has no options, or not this one, or a value is out of its range.
        """
        if self.options is not None:
            return self.run(seed, self.options.replace(**changes))
        if changes:
            raise InputError(f"{self.name} has no options, and {', '.join(changes)} was given; leave it out")
        return self.run(seed)


@dataclass(frozen=True)
class Report:
    """An entry that was run. ``str()`` gives it as the command line prints it.

    Parameters
    ----------
    entry : the entry.
    outcome : what running it gave.
    manifest : name, title, citation, seed, settings, times and versions, as JSON.
    files : the files that were written, the manifest last; none if no folder was named.
    not_drawn : the figures that failed.
    """

    entry: Reproduction
    outcome: Outcome
    manifest: Mapping[str, Any]
    files: tuple[Path, ...] = ()
    not_drawn: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """``quantity, target, obtained, difference, tolerance, verdict, citation, known``, a row for each finding."""
        import pandas as pd

        columns = ["quantity", "target", "obtained", "difference", "tolerance", "verdict", "citation", "known"]
        rows = [
            [
                finding.quantity,
                finding.target,
                finding.obtained,
                finding.obtained - finding.target,
                finding.tolerance,
                finding.verdict,
                finding.citation,
                finding.known,
            ]
            for finding in self.outcome.findings
        ]
        return pd.DataFrame(rows, columns=columns)

    @property
    def as_announced(self) -> bool:
        """Whether every verdict is the one that the catalogue announces."""
        return all(finding.expected for finding in self.outcome.findings)

    @property
    def verdict(self) -> str:
        """How many numbers were reproduced, differ for a known reason, or have an unexpected verdict, in words; and how
        many claims have which verdict.
        """
        findings = self.outcome.findings
        if not findings:
            return f"{counted(self.outcome.claims).capitalize() or 'No numbers'}."
        n_reproduced = sum(finding.verdict == REPRODUCED for finding in findings)
        n_known = sum(finding.verdict == DIFFERS and bool(finding.known) for finding in findings)
        n_not_run = sum(finding.verdict == NOT_RUN and finding.expected for finding in findings)
        n_unexpected = sum(not finding.expected for finding in findings)
        parts = [f"{n_reproduced} of {len(findings)} numbers were reproduced"]
        if n_known:
            parts.append(f"{n_known} {'differs' if n_known == 1 else 'differ'} for a known reason")
        if n_not_run:
            parts.append(f"{n_not_run} {'was' if n_not_run == 1 else 'were'} not run")
        if n_unexpected:
            has = "has" if n_unexpected == 1 else "have"
            parts.append(f"{n_unexpected} {has} another verdict than the catalogue announces")
        return "; ".join(filter(None, (*parts, counted(self.outcome.claims)))) + "."

    def __str__(self) -> str:
        columns = ["quantity", "target", "obtained", "tolerance", "verdict"]
        shown = self.outcome.shown or self.table[columns].to_string(index=False, float_format="{:.4g}".format)
        lines = [f"{self.entry.name}: {self.entry.title}", textwrap.indent(shown, "  ")]
        for reason, rows in self.table[self.table["known"] != ""].groupby("known", sort=False):
            text = f"{'; '.join(rows['quantity'])}: {reason}."
            lines.append(textwrap.fill(text, 100, initial_indent="  ", subsequent_indent="    "))
        lines += [
            textwrap.fill(each, 100, initial_indent="  ", subsequent_indent="  ") for each in self.outcome.paragraphs
        ]
        lines.append(f"  {self.verdict}")
        if self.files:
            names = ", ".join(path.name for path in self.files)
            lines.append(f"  Written to {self.files[0].parent}/: {names}")
        return "\n".join(lines)
