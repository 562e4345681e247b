"""The essay's five claims together: all entries on them, one table of verdicts, and one figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Unpack

from memsim.core.listed_options import known_names
from memsim.core.parameters import Parameterized, text
from memsim.reproductions.entry import Outcome, Reproduction
from memsim.reproductions.hypotheses import Claim, claims_table, counted
from memsim.reproductions.kinds import Kind
from memsim.reproductions.registered import REPRODUCTIONS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.analysis.figures.page import Drawing

CLAIMS: Mapping[str, str] = {
    "context-recall": "Context: it cannot traverse several memories in a single time step",
    "learning-rules": "Backpropagation: the brain does not learn in this way",
    "forgetting": "Forgetting is the key reason why its curves are nearly flat",
    "transfer": "Transfer: what one task taught does not serve another",
    "reward": "Reward: memory may be a reinforcement-learning problem",
}
"""By entry, what the essay says or hopes of it."""


@dataclass(frozen=True)
class EssayOptions(Parameterized):
    """Which of the entries are run, each at its small size.

    Raises
    ------
    InputError : an entry that is none of the five, or no entry.
    """

    entries: str = text("all", f"of {', '.join(CLAIMS)}, separated by commas, or all")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.names  # noqa: B018  # raises

    @property
    def names(self) -> list[str]:
        """The entries that are run."""
        return known_names(self.entries, "EssayOptions: entries", CLAIMS, "entry")


def five_claims(seed: int, options: EssayOptions) -> Outcome:
    """Run the entries one after another; those that were run in the same folder before are taken from there."""
    outcomes = {name: REPRODUCTIONS.get(name).outcome(seed, {}) for name in options.names}
    claims = {name: list(outcome.claims) for name, outcome in outcomes.items()}
    every = [claim for each in claims.values() for claim in each]
    return Outcome(
        [
            replace(finding, quantity=f"{name}: {finding.quantity}")
            for name, outcome in outcomes.items()
            for finding in outcome.findings
        ],
        partial(_figure, claims),
        {"entries": {name: dict(outcome.settings) for name, outcome in outcomes.items()}},
        shown=claims_table(every)[["claim", "verdict", "hypothesis"]].to_string(index=False, max_colwidth=90),
        further={name: outcome.draw for name, outcome in outcomes.items()}
        | {name: draw for outcome in outcomes.values() for name, draw in outcome.further.items()},
        statement=" ".join(f"{CLAIMS[name]}: {counted(each)}." for name, each in claims.items()),
        claims=every,
    )


def _figure(claims: Mapping[str, list[Claim]], **drawing: Unpack[Drawing]) -> Figure:
    from memsim.reproductions.essay.verdicts_figure import verdicts_figure

    return verdicts_figure({CLAIMS[name]: each for name, each in claims.items()}, **drawing)


ESSAY = Reproduction(
    "essay",
    "The essay's five claims, each under test: context, backpropagation, forgetting, transfer, reward",
    "Greydanus (2017), Differentiable memory and the brain; own trainings, no published numbers",
    five_claims,
    EssayOptions(),
    kinds=(Kind.PEOPLE, Kind.OWN, Kind.PREDICTION),
)
