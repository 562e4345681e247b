"""Whether the chains can be believed, and what they say of the population, in a table and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from memsim.bayes.result import Posterior

R_HAT, ESS = 1.01, 400.0
"""Largest R-hat, and smallest effective sample size, of draws that are taken as they are (Vehtari et al., 2021)."""
LEVEL = 0.95


class Convergence(NamedTuple):
    """How well the chains mixed, over all parameters of population and people."""

    r_hat: float
    """The largest rank-normalised split R-hat; NaN for one chain."""
    worst: str
    """The quantity that has it."""
    ess_bulk: float
    """The smallest effective sample size of the bulk."""
    ess_tail: float
    """The smallest effective sample size of the 5% and 95% quantiles."""
    divergences: int
    """Trajectories that left the region in which steps can be trusted."""
    deepest: int
    """Trajectories that were cut at their greatest length."""
    n_draws: int
    """Draws of all chains."""
    steps: float
    """Mean number of gradients in a draw."""

    @property
    def good(self) -> bool:
        """Whether R-hat is below 1.01, effective sample sizes are above 400, and nothing diverged."""
        return self.r_hat < R_HAT and min(self.ess_bulk, self.ess_tail) >= ESS and not self.divergences

    def sentences(self) -> list[str]:
        """What a reader must know, in words."""
        said = []
        if np.isnan(self.r_hat):
            said.append("There is one chain, so that R-hat is not known; sample four.")
        elif self.r_hat < R_HAT:
            said.append(f"The chains agree: R-hat is at most {self.r_hat:.4f}.")
        else:
            said.append(
                f"The chains do not agree: R-hat is {self.r_hat:.3f} for {self.worst} (it should be below {R_HAT}); "
                "raise tune and draws."
            )
        least = min(self.ess_bulk, self.ess_tail)
        said.append(
            f"Of {self.n_draws:,} draws, at least {self.ess_bulk:,.0f} are effective in the bulk and "
            f"{self.ess_tail:,.0f} in the tails" + ("." if least >= ESS else f", which is few (below {ESS:g}).")
        )
        if self.divergences:
            said.append(
                f"{self.divergences:,} trajectories diverged, so that parts of the posterior may be missing; raise "
                "target_accept, or narrow priors that allow what the lists do not limit."
            )
        else:
            said.append("No trajectory diverged.")
        if self.deepest:
            said.append(f"{self.deepest:,} trajectories were cut at their greatest length; the draws are correlated.")
        return said


def convergence_of(found: Posterior) -> Convergence:
    """R-hat, effective sample sizes and divergences."""
    import arviz

    draws = found.data["posterior"].drop_vars(["typical", "correlation"], errors="ignore")
    if "correlation" in found.data["posterior"] and len(found.spec.names) > 1:
        pairs = found.data["posterior"]["correlation"].stack(pair=["parameter", "parameter_other"])
        row, column = np.triu_indices(len(found.spec.names), 1)
        kept = pairs.isel(pair=row * len(found.spec.names) + column).reset_index("pair", drop=True)
        draws = draws.assign(correlation=kept)
    stats = found.data["sample_stats"]
    several = draws.sizes["chain"] > 1
    r_hats = {str(name): each.values for name, each in arviz.rhat(draws).items()} if several else {}
    worst = max(r_hats, key=lambda name: np.nanmax(r_hats[name], initial=0.0), default="")
    bulk, tail = (
        min(float(np.nanmin(each.values)) for each in arviz.ess(draws, method=method).values())
        for method in ("bulk", "tail")
    )
    return Convergence(
        float(np.nanmax(r_hats[worst])) if several else float("nan"),
        worst,
        bulk,
        tail,
        int(stats["diverging"].values.sum()),
        int(stats["maxdepth_reached"].values.sum()) if "maxdepth_reached" in stats else 0,
        draws.sizes["chain"] * draws.sizes["draw"],
        float(stats["n_steps"].values.mean()),
    )


def population_table(found: Posterior) -> pd.DataFrame:
    """A row for each free parameter: the population in the parameter's units and on its scale, and people.

    Returns
    -------
    DataFrame : ``parameter``; ``typical`` with ``_low, _high``, the parameter of the median person; ``mean`` and
        ``spread`` with ``_low, _high``, over people on the parameter's scale; ``r_hat``, ``ess``, those of the mean;
        ``people_low, people_high``, between which 95% of people's posterior means lie; ``prior_median``. Intervals
        hold 95% of the draws, 2.5% on either side. Without a population, ``parameter`` and the columns of people.
    """
    import arviz

    draws, names = found.data["posterior"], found.spec.names
    frame = pd.DataFrame({"parameter": names})
    if found.spec.pooled:
        for label, variable in (("typical", "typical"), ("mean", "mu"), ("spread", "sigma")):
            low, middle, high = draws[variable].quantile(
                [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], dim=("chain", "draw")
            ).transpose("quantile", "parameter").values  # fmt: skip
            frame[label], frame[f"{label}_low"], frame[f"{label}_high"] = middle, low, high
        several = draws.sizes["chain"] > 1
        frame["r_hat"] = arviz.rhat(draws[["mu"]])["mu"].values if several else np.nan
        frame["ess"] = arviz.ess(draws[["mu"]])["mu"].values
    means = draws["theta"].mean(dim=("chain", "draw")).transpose("subject", "parameter").values
    frame["people_low"], frame["people_high"] = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    frame["prior_median"] = [prior.median for prior in found.spec.priors]
    return frame


def people_table(found: Posterior) -> pd.DataFrame:
    """A row for each subject and free parameter: ``subject, parameter, mean, median, low, high`` (95%)."""
    theta = found.data["posterior"]["theta"].transpose("chain", "draw", "subject", "parameter").values
    flat = theta.reshape(-1, *theta.shape[2:])
    low, middle, high = np.quantile(flat, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=0)
    subjects = found.data["posterior"]["subject"].values.astype(str)
    names = found.spec.names
    return pd.DataFrame(
        {
            "subject": np.repeat(subjects, len(names)), "parameter": np.tile(names, len(subjects)),
            "mean": flat.mean(axis=0).ravel(), "median": middle.ravel(), "low": low.ravel(), "high": high.ravel(),
        }
    )  # fmt: skip
