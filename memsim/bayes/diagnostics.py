"""Whether chains or networks can be believed, and what they say of people and population, in tables and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from memsim.bayes.result import Posterior

R_HAT, ESS = 1.01, 400.0
"""Largest R-hat, and smallest effective sample size, of draws that are taken as they are (Vehtari et al., 2021)."""
ALIKE = 1.05
"""Largest R-hat of networks that are said to agree: their means of a parameter then differ by a third of its posterior
standard deviation, as they do by their standard deviation over networks."""
UNUSUAL = 0.01
"""The share of simulated subjects who are less usual than a person whose recalls the simulations hardly cover."""
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
            said.append("R-hat is not known, which takes two chains of four draws; sample four chains, of more draws.")
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


class Agreement(NamedTuple):
    """How far networks that learned independently agree, and whether they have seen people of this kind.

    The draws of a network are independent, so that there are no effective sample sizes; R-hat compares networks.
    """

    r_hat: float
    """The largest rank-normalised R-hat over networks, of all subjects and parameters; NaN for one network."""
    worst: str
    """The parameter and the subject that have it."""
    n_draws: int
    """Draws of all networks, of each subject."""
    simulations: int
    """Simulated subjects from whom the networks learned."""
    unusual: int
    """Subjects than whom fewer than 1% of simulated subjects recall less usually."""
    n_subjects: int

    @property
    def good(self) -> bool:
        """Whether R-hat is below 1.05, and no more people are unusual than 1 in 20 (or 1)."""
        return self.r_hat < ALIKE and self.unusual <= max(self.n_subjects // 20, 1)

    def sentences(self) -> list[str]:
        """What a reader must know, in words."""
        said = [
            f"By simulation: {self.n_draws:,} independent draws of each subject alone, given summary statistics, from "
            f"networks that learned from {self.simulations:,} simulated subjects; nothing is estimated of a population."
        ]
        if np.isnan(self.r_hat):
            said.append(
                "It is not known whether networks agree, which takes two networks (chains) of four draws; train four."
            )
        elif self.r_hat < ALIKE:
            said.append(f"The networks agree: R-hat over networks is at most {self.r_hat:.3f}.")
        else:
            said.append(
                f"The networks do not agree: R-hat over networks is {self.r_hat:.3f} for {self.worst} (it should be "
                f"below {ALIKE}); raise simulations."
            )
        if self.unusual:
            said.append(
                f"{self.unusual:,} of {self.n_subjects:,} subjects recall as fewer than {UNUSUAL:.0%} of the simulated "
                "ones do, and networks extrapolate for them: look at what their posteriors predict, and whether the "
                "priors allow them."
            )
        else:
            said.append("All subjects recall as simulated ones do.")
        said.append("Whether such posteriors are as sure as they should be, memsim calibrate tests.")
        return said


def convergence_of(found: Posterior) -> Convergence | Agreement:
    """R-hat, effective sample sizes and divergences of chains; of networks, whether they agree."""
    if found.spec.by == "simulation":
        return _agreement(found)
    import arviz

    draws = found.data["posterior"].drop_vars(["typical", "correlation"], errors="ignore")
    varying = [k for k, prior in enumerate(found.spec.priors) if prior.between]
    if "sigma" in draws:  # what all people have in common has a spread of 0
        draws = draws.assign(sigma=draws["sigma"].isel(parameter=varying).rename(parameter="varying"))
        draws = draws if varying else draws.drop_vars("sigma")
    if "correlation" in found.data["posterior"] and len(varying) > 1:
        pairs = found.data["posterior"]["correlation"].stack(pair=["parameter", "parameter_other"])
        row, column = (np.array(varying)[each] for each in np.triu_indices(len(varying), 1))
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


def _agreement(found: Posterior) -> Agreement:
    import arviz

    theta = found.data["posterior"]["theta"]
    r_hat, worst = float("nan"), ""
    if theta.sizes["chain"] > 1:
        each = arviz.rhat(theta.to_dataset())["theta"].transpose("subject", "parameter")
        subject, parameter = np.unravel_index(np.nanargmax(each.values), each.shape)
        r_hat = float(each.values[subject, parameter])
        worst = f"{each['parameter'].values[parameter]} of subject {each['subject'].values[subject]}"
    farther = found.data["constant_data"]["share_farther"].values
    n_draws = theta.sizes["chain"] * theta.sizes["draw"]
    unusual = int((farther < UNUSUAL).sum())
    return Agreement(r_hat, worst, n_draws, found.spec.simulations, unusual, theta.sizes["subject"])


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
