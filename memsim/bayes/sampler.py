"""Chains of the No-U-Turn sampler (Hoffman & Gelman, 2014), by nutpie, one in each cell."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from memsim.bayes.packing import array_from_json, array_to_json
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError, MemsimError
from memsim.core.seeding import stream

DEEPEST = 7
"""Doublings of a trajectory, at most: with steps still too small, the first ones would not end before 1,023 gradients.
The guide makes coordinates nearly independent and normal, so that those after tuning are far shorter."""
LogDensity = Callable[[FloatArray], tuple[float, FloatArray]]
"""A log density and its gradient at a vector of coordinates."""
STATISTICS: Mapping[str, type] = {
    "diverging": bool, "energy": float, "logp": float, "n_steps": int, "depth": int, "maxdepth_reached": bool,
    "step_size": float, "mean_tree_accept": float,
}  # fmt: skip
"""What is kept of each draw, and its type, under nutpie's names."""


class Chain(NamedTuple):
    """The draws of one chain after tuning."""

    draws: FloatArray
    """(n_draws, size) coordinates."""
    statistics: dict[str, np.ndarray]
    """(n_draws,) each, by the names of :data:`STATISTICS`."""


def require_packages(*packages: str, extra: str = "bayes") -> None:
    """Raise :class:`InputError` unless these packages of an extra of memsim are installed."""
    for package in packages:
        try:
            with warnings.catch_warnings():  # ArviZ announces its next version at every import
                warnings.simplefilter("ignore", FutureWarning)
                importlib.import_module(package)
        except ImportError as error:
            raise InputError(f"posterior: {package} is not installed: pip install 'memsim[{extra}]'") from error


def sample(
    density: LogDensity,
    starts: FloatArray,
    *,
    draws: int,
    tune: int,
    seed: int,
    chain: int = 0,
    target_accept: float = 0.8,
) -> Chain:
    """One chain, in this process.

    Chains of one process would run in threads, of which only one at a time can evaluate Python: chains that are to run
    side by side run in processes (:func:`memsim.running.execution.run_cells`).

    Parameters
    ----------
    density : where it is -inf, a trajectory diverges.
    starts : (n_starts, size) coordinates, of which the first with a finite density is where the chain begins.

    Raises
    ------
    MemsimError : no start has a finite density, or the sampler failed.
    """
    require_packages("nutpie")
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    start = next((each for each in starts if np.isfinite(density(each)[0])), None)
    if start is None:
        raise MemsimError(
            f"posterior: none of {len(starts)} starts has a finite log density; some list is impossible under the "
            "model: free a lapse, or narrow the bounds of the parameters"
        )
    size = starts.shape[1]
    failed: list[BaseException] = []

    def log_density(x: FloatArray) -> tuple[float, FloatArray]:
        if not failed:
            try:
                return density(np.array(x))
            except BaseException as error:  # the sampler would bring the process down
                failed.append(error)
        return -np.inf, np.zeros(size)

    model = from_pyfunc(
        size,
        lambda: log_density,
        lambda *_: lambda x: {"x": np.array(x)},
        [np.dtype("float64")],
        [(size,)],
        ["x"],
        make_initial_point_fn=lambda _: start,
    )
    number = int(stream(seed, "chain", chain).integers(2**31))
    running = nutpie.sample(
        model, draws=draws, tune=tune, chains=1, cores=1, seed=number, progress_bar=False, save_warmup=False,
        target_accept=target_accept, maxdepth=DEEPEST, blocking=False,
    )  # fmt: skip
    try:
        found = running.wait()
    except Exception as error:
        raise MemsimError(f"posterior: the sampler failed in chain {chain + 1}: {error}") from error
    except BaseException:
        running.cancel()
        raise
    if failed:
        raise failed[0]
    statistics: dict[str, np.ndarray] = {
        name: found["sample_stats"][name].values[0].astype(kind)
        for name, kind in STATISTICS.items()
        if name in found["sample_stats"]
    }
    return Chain(found["posterior"]["x"].values[0], statistics)


def chain_to_json(chain: Chain) -> dict[str, Any]:
    """A chain as a record that the store of cells holds; the draws are compressed bytes."""
    statistics = {name: values.tolist() for name, values in chain.statistics.items()}
    return {"draws": array_to_json(chain.draws), "statistics": statistics}


def chain_from_json(record: Mapping[str, Any]) -> Chain:
    """The chain of such a record."""
    kept: dict[str, np.ndarray] = {
        name: np.array(each, STATISTICS[name]) for name, each in record["statistics"].items()
    }
    return Chain(array_from_json(record["draws"]), kept)
