"""The likelihood of CMR beside that of the package cymr, on the same lists: ``python -m benchmarks.cmr``.

This needs ``pip install cymr``, best in a separate environment; memsim does not depend on cymr.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.speed import median_seconds
from memsim import Recalls, log_likelihood, simulate
from memsim.models import CMR
from memsim.paradigms import FreeRecall

MODEL = CMR(
    encoding_drift=0.7,
    start_drift=0.3,
    recall_drift=0.9,
    item_to_context_own=0.85,
    context_to_item_own=0.85,
    item_to_context_learning=0.15,
    context_to_item_learning=0.15,
    context_to_item_shared=0,
    primacy_scale=0.2,
    primacy_decay=2,
    choice_rule="exponential",
    choice_noise=0.3,
    stop_base=0.05,
    stop_growth=0.25,
)
# The symbols are the names in cymr, except for the underscore of matrices: A_fc is Afc there.
THEIR_PARAMETERS = {
    declared.symbol if declared.symbol.startswith("B_") else declared.symbol.replace("_", ""): value
    for declared, value in zip(MODEL.parameters(), MODEL.values().values(), strict=True)
}


def their_likelihood(recalls: Recalls) -> float:
    """The log-likelihood of all lists by cymr."""
    from cymr import cmr

    length = recalls.list_length
    model = cmr.CMR()
    definition, patterns = cmr.config_loc_cmr(length)
    columns = [row[row > 0] - 1 for row in recalls.positions]
    study = {"input": [np.arange(length)] * len(recalls), "item_index": [np.arange(length)] * len(recalls)}
    recall = {"input": columns}
    total, _ = model.likelihood_subject(study, recall, THEIR_PARAMETERS, param_def=definition, patterns=patterns)
    return float(total)


def main() -> None:
    """Print both log-likelihoods, both times and their ratio."""
    recalls = simulate(MODEL, FreeRecall(list_length=20).trials(1200, seed=0), seed=0)
    ours, theirs = log_likelihood(MODEL, recalls).sum(), their_likelihood(recalls)
    print(f"1,200 lists of 20 words: log-likelihood {ours:.6f}, cymr {theirs:.6f}")
    here = median_seconds(partial(log_likelihood, MODEL, recalls), repeats=200)
    there = median_seconds(partial(their_likelihood, recalls), repeats=3)
    print(f"  memsim {1000 * here:.2f} ms   cymr {1000 * there:.0f} ms   ratio {there / here:.0f}")


if __name__ == "__main__":
    main()
