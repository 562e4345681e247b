"""Networks that learn posteriors from simulations, by the package ``sbi`` (Tejero-Cantero et al., 2020, JOSS, 5, 2505).

A network is a conditional density of parameters given summary statistics: a normalising flow of rational-quadratic
splines (Durkan et al., 2019). It learns by maximising the density of the parameters under which each simulation was
made, which makes it the posterior (neural posterior estimation: Papamakarios & Murray, 2016, Advances in Neural
Information Processing Systems, 29; Greenberg, Nonnenmacher & Macke, 2019, ICML).
"""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import numpy as np

from memsim.bayes.packing import array_to_json
from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream

EMBEDDED = 32
"""The numbers to which the first layers of a network reduce the summary statistics."""
HIDDEN, TRANSFORMS = 50, 3
BATCH, LEARNING_RATE = 100, 1e-3
VALIDATION, PATIENCE = 0.1, 20
"""The share of simulations on which learning is watched, and the epochs without progress there after which it ends."""
TOGETHER = 50
"""Subjects whose posteriors are sampled at a time."""


def network_cell(
    coordinates: FloatArray, statistics: FloatArray, observed: FloatArray, draws: int, seed: int, network: int
) -> dict[str, Any]:
    """Train one network and sample the posteriors of all subjects, as a cell.

    Parameters
    ----------
    coordinates : (n_simulations, n_free) parameters of the simulations, standard normal by the prior.
    statistics : (n_simulations, n_statistics) with means of 0 and standard deviations of 1.
    observed : (n_subjects, n_statistics) those of the subjects, on the same scales.
    draws : of each subject's posterior.
    seed, network : which random numbers it begins with.

    Returns
    -------
    dict : ``draws``, an array (draws, n_subjects, n_free) of coordinates as by
        :func:`memsim.bayes.packing.array_to_json`, and ``epochs``.
    """
    import torch
    from sbi.inference import NPE
    from sbi.neural_nets import posterior_nn
    from sbi.neural_nets.embedding_nets import FCEmbedding

    n_free, n_statistics = coordinates.shape[1], statistics.shape[1]
    theta, x, people = (torch.as_tensor(each, dtype=torch.float32) for each in (coordinates, statistics, observed))
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        torch.manual_seed(int(stream(seed, "network", network).integers(2**31)))
        builder = posterior_nn(
            "zuko_nsf", z_score_theta="none", z_score_x="none", hidden_features=HIDDEN, num_transforms=TRANSFORMS,
            embedding_net=FCEmbedding(n_statistics, output_dim=EMBEDDED, num_layers=2, num_hiddens=2 * EMBEDDED),
        )  # fmt: skip
        prior = torch.distributions.MultivariateNormal(torch.zeros(n_free), torch.eye(n_free))
        trainer = NPE(prior, builder, tracker=_Silent(), show_progress_bars=False)
        estimator = trainer.append_simulations(theta, x).train(
            training_batch_size=BATCH, learning_rate=LEARNING_RATE,
            validation_fraction=VALIDATION, stop_after_epochs=PATIENCE,
        )  # fmt: skip
        posterior = trainer.build_posterior(estimator)
        found = [
            posterior.sample_batched(
                (draws,), x=part, show_progress_bars=False, reject_outside_prior=False
            ).detach().numpy()
            for part in (people[at : at + TOGETHER] for at in range(0, len(people), TOGETHER))
        ]  # fmt: skip
    epochs = int(trainer.summary["epochs_trained"][-1])
    return {"draws": array_to_json(np.concatenate(found, axis=1)), "epochs": epochs}


class _Silent:
    """What sbi would write about training, unwritten; by itself it makes a folder of TensorBoard's logs."""

    log_dir = None

    def log_metric(self, name: str, value: float, step: int | None = None) -> None:
        pass

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        pass

    def log_params(self, params: dict[str, Any]) -> None:
        pass

    def add_figure(self, name: str, figure: Any, step: int | None = None) -> None:
        pass

    def flush(self) -> None:
        pass
