"""Hierarchical posteriors of TCM and CMR for people of PEERS, with their times: ``python -m benchmarks.posteriors``.

The choice of CMR is exponential: with the power rule (and its exponent in place of the noise) chains do not agree on
the parameters of some people (R-hat 1.46 after four chains of 600 draws).

Says the processor time of one gradient, gradients in a draw, the time of all chains, R-hat, effective sizes and
divergences. ``--subjects 10 --draws 100 --tune 100`` is a short try.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np

from memsim import load_dataset, posterior
from memsim.bayes.diagnostics import Convergence, convergence_of, population_table
from memsim.bayes.spec import PosteriorSpec
from memsim.models import CMR, TCM

CHOICE = ("encoding_drift", "start_drift", "recall_drift", "choice_noise", "primacy_scale", "lapse")
OWN = ("encoding_drift", "start_drift", "recall_drift", "choice_noise", "stop_base", "stop_growth", "lapse")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["TCM", "CMR"])
    parser.add_argument("--subjects", type=int, default=126)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--tune", type=int, default=150)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--accept", type=float, default=0.8, help="the mean acceptance that steps aim at")
    parser.add_argument("--stopping", choices=("own", "shared"), default="shared")
    parser.add_argument("--cache", type=Path, help="folder of finished chains")
    given = parser.parse_args()
    people = load_dataset("peers_notask")
    people = people[np.isin(people.trials.subject, people.trials.subjects[: given.subjects])]
    for name in given.models:
        free = None if name == "TCM" else CHOICE if given.stopping == "shared" else OWN
        spec = PosteriorSpec.of(
            TCM() if name == "TCM" else CMR(choice_rule="exponential"), free, draws=given.draws, tune=given.tune,
            chains=given.chains, stopping=given.stopping, target_accept=given.accept,
        )  # fmt: skip
        density = spec.density(people)
        at = 0.1 * np.random.default_rng(0).standard_normal(density.size)
        best = np.inf
        for _ in range(20):
            start = thread_time()
            density(at)
            best = min(best, thread_time() - start)
        start = perf_counter()
        found = posterior(spec, people, workers=given.workers, cache=given.cache, progress=True)
        seconds = perf_counter() - start
        convergence = convergence_of(found)
        assert isinstance(convergence, Convergence)
        print(f"{name}, {given.subjects} subjects, {given.stopping} stopping: {', '.join(spec.names)}")
        print(
            f"{density.size} coordinates; {1000 * best:.1f} ms for a gradient; {convergence.steps:.1f} gradients in a "
            f"draw; {seconds:.0f} s for {given.chains} chains of "
            f"{given.tune} + {given.draws} with {given.workers} workers"
        )
        print("\n".join(convergence.sentences()))
        print(population_table(found).to_string(index=False, float_format="{:.4g}".format), flush=True)


if __name__ == "__main__":
    main()
