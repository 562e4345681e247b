"""Entries of the catalogue: results, each with targets, where they are from, what memsim obtains, and a verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.parameters import Parameterized
from memsim.reproductions.hypotheses import Claim, claims_table, counted, measures_table
from memsim.reproductions.kinds import Kind, TargetOrigin, counted_kinds, in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

REPRODUCED, DIFFERS, NOT_RUN = "reproduced", "differs", "not run"


@dataclass(frozen=True)
class Finding:
    """One number: its target, where that is from, and what memsim obtained."""

    quantity: str
    target: float
    obtained: float
    tolerance: float
    """The largest absolute difference at which the number counts as reproduced."""
    origin: TargetOrigin
    """Where the target is from."""
    known: str = ""
    """Why this number is known to differ or cannot be obtained; empty if it should be reproduced."""

    @property
    def kind(self) -> Kind:
        """The kind of the target."""
        return self.origin.kind

    @property
    def citation(self) -> str:
        """Where the target is from, in words."""
        return str(self.origin)

    @property
    def difference(self) -> float:
        """What was obtained minus the target."""
        return self.obtained - self.target

    @property
    def verdict(self) -> str:
        """``reproduced``, ``differs`` or, where nothing was obtained, ``not run``."""
        if np.isnan(self.obtained):
            return NOT_RUN
        # Rounding in the last place of floating-point arithmetic does not count as a difference.
        return REPRODUCED if abs(self.difference) <= self.tolerance * (1 + 1e-9) else DIFFERS

    @property
    def expected(self) -> bool:
        """Whether the verdict is the one that the catalogue announces."""
        return (self.verdict == REPRODUCED) == (not self.known)


COLUMNS = (
    *(each.name for each in fields(Finding) if each.name not in ("origin", "known")),
    "difference", "verdict", "kind", "citation", "known",
)  # fmt: skip
"""Of a table of findings: the fields of a finding, and what follows from them."""


def findings_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """:data:`COLUMNS`, a row for each finding."""
    import pandas as pd

    rows = [[getattr(finding, name) for name in COLUMNS] for finding in findings]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"kind": str})


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
    def kinds(self) -> dict[str, int]:
        """How many targets are of which kind; claims are predictions."""
        return counted_kinds([*(finding.kind for finding in self.findings), *[Kind.PREDICTION] * len(self.claims)])

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
    kinds : of which kinds its targets are.
    waits_for : the numbers that the entry needs and that are not at hand, each in a phrase.
    """

    name: str
    title: str
    citation: str
    run: Callable[..., Outcome]
    options: Parameterized | None = None
    kinds: tuple[Kind, ...] = field(kw_only=True)
    waits_for: tuple[str, ...] = field(default=(), kw_only=True)

    def outcome(self, seed: int, changes: Mapping[str, Any]) -> Outcome:
        """Run the entry, with some options changed.

        Raises
        ------
        InputError : the entry has no options, or not this one, or a value is out of its range; or a target is of a kind
            that the entry does not name.
        """
        if self.options is None and changes:
            raise InputError(f"{self.name} has no options, and {', '.join(changes)} was given; leave it out")
        found = self.run(seed) if self.options is None else self.run(seed, self.options.replace(**changes))
        if unnamed := [kind for kind in found.kinds if kind not in self.kinds]:
            raise InputError(
                f"{self.name} has targets of the kind {', '.join(unnamed)}, and names {', '.join(self.kinds)}; name it "
                "in its kinds"
            )
        return found

    @property
    def of_kinds(self) -> str:
        """Of which kinds its targets are, and what it waits for, in words."""
        waits = f"; waits for {'; '.join(self.waits_for)}" if self.waits_for else ""
        return f"targets: {', '.join(self.kinds)}{waits}"


@says_what_it_has
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
        """:data:`COLUMNS`, a row for each finding."""
        return findings_table(self.outcome.findings)

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
        columns = ["quantity", "target", "obtained", "tolerance", "verdict", "kind"]
        shown = self.outcome.shown or self.table[columns].to_string(index=False, float_format="{:.4g}".format)
        lines = [f"{self.entry.name}: {self.entry.title}", textwrap.indent(shown, "  ")]
        for reason, rows in self.table[self.table["known"] != ""].groupby("known", sort=False):
            text = f"{'; '.join(rows['quantity'])}: {reason}."
            lines.append(textwrap.fill(text, 100, initial_indent="  ", subsequent_indent="    "))
        lines += [
            textwrap.fill(each, 100, initial_indent="  ", subsequent_indent="  ") for each in self.outcome.paragraphs
        ]
        lines.append(f"  {self.verdict}")
        lines.append(f"  Targets: {in_words(self.outcome.kinds)}.")
        lines += [
            textwrap.fill(f"Waits for {each}.", 100, initial_indent="  ", subsequent_indent="    ")
            for each in self.entry.waits_for
        ]
        if self.files:
            names = ", ".join(path.name for path in self.files)
            lines.append(f"  Written to {self.files[0].parent}/: {names}")
        return "\n".join(lines)
