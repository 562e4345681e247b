"""The result of a Bayesian fit: its draws as InferenceData, what they say, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.bayes.density import Density, Guide
from memsim.bayes.sampler import Chain, require_packages
from memsim.bayes.spec import PosteriorSpec
from memsim.core.arrays import FloatArray
from memsim.core.code.provenance import versions
from memsim.core.errors import DataError, InputError, ModelError, UnknownNameError
from memsim.core.files.given_paths import given_path
from memsim.core.files.strict_json import from_json_text, to_json_text
from memsim.core.files.written_files import write_file
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import Table, html_of
from memsim.core.origin import Origin, origin_from_json
from memsim.core.recalls import Recalls
from memsim.fitting.model_records import require_model_of_record
from memsim.fitting.result import NOT_A_FIT
from memsim.running.digests import digest

if TYPE_CHECKING:
    from arviz import InferenceData

FORMAT = "memsim posterior 1"
SCORED = 500
"""Draws of each chain at which the likelihood of every list is kept, at most."""


@says_what_it_has
@dataclass(frozen=True)
class Posterior:
    """What :func:`memsim.posterior` found. :meth:`save` writes it as netCDF, :meth:`load` reads it.

    ``data`` is ArviZ's InferenceData with the groups

    - ``posterior``: ``theta`` (subject, parameter), the parameters of each subject; and of the population ``mu`` and
      ``sigma`` (parameter), mean and standard deviation over people on the scales of the parameters, ``typical``
      (parameter), the parameter at the mean, and ``correlation`` (parameter, parameter_other);
    - ``sample_stats`` of the sampler; ``log_likelihood``: ``lists``, of every list at up to 500 draws of a chain;
    - ``observed_data``: ``positions``, the responses as in :attr:`memsim.Recalls.positions`, and
      ``constant_data``: the subject of each list. :func:`memsim.bayes.predictive.with_predictions` adds prior and
      posterior predictions of the standard curves.

    By simulation, chains are networks, whose draws are independent. There is ``theta`` alone, without a population,
    ``sample_stats`` and ``log_likelihood``; ``constant_data`` has ``share_farther`` (subject), the share of simulated
    subjects whose recalls are less usual than those of the subject.
    """

    spec: PosteriorSpec
    """What was estimated and how."""
    data: InferenceData
    """The draws."""
    recalls_digest: str
    """The digest of the recalls."""
    recalls_origin: Origin
    """Where the recalls came from."""
    versions: dict[str, str]
    """Versions of memsim and of the libraries used."""

    def __repr__(self) -> str:
        n_draws, n_people, _ = self.parameters.shape
        return f"Posterior({type(self.spec.space.model).__name__}: {n_draws:,} draws, {n_people} people)"

    def _repr_html_(self) -> str:
        drawn = self.parameters.reshape(-1, self.parameters.shape[-1])
        names = [str(name) for name in self.data["posterior"]["parameter"].values]
        means, deviations = drawn.mean(axis=0).tolist(), drawn.std(axis=0).tolist()
        rows = list(zip(names, means, deviations, strict=True))
        facts = {"model": repr(self.spec.space.model), "recalls from": self.recalls_origin.words()}
        return html_of(
            repr(self), facts, Table(("parameter", "mean", "deviation over draws and people"), rows, len(rows))
        )

    @property
    def parameters(self) -> FloatArray:
        """(n_draws, n_subjects, n_free) the parameters of people, chain after chain."""
        theta = self.data["posterior"]["theta"].transpose("chain", "draw", "subject", "parameter").values
        return theta.reshape(-1, *theta.shape[2:])

    def save(self, path: str | Path) -> None:
        """Write all groups and the specification as netCDF.

        Raises
        ------
        InputError : the file cannot be written, or a file is there that memsim did not write.
        """
        write_file(given_path(path, "Posterior.save"), self.write)

    def write(self, path: Path) -> None:
        """:meth:`save` into a scratch file."""
        record = {
            "format": FORMAT, "spec": self.spec.to_json(), "recalls_digest": self.recalls_digest,
            "recalls_origin": self.recalls_origin.to_json(), "versions": self.versions,
        }  # fmt: skip
        self.data.attrs["memsim"] = to_json_text(record, default=str)
        self.data.to_netcdf(str(path), compress=True, engine="h5netcdf")

    @classmethod
    def load(cls, path: str | Path, model: Any = None) -> Posterior:
        """Read what :meth:`save` wrote; ``model`` is the class of a model that is not registered.

        Raises
        ------
        DataError : the file cannot be read, or is no posterior that memsim wrote.
        InputError : the model is not registered and not given, or has changed.
        """
        path = given_path(path, "Posterior.load")
        require_model_of_record(model, "Posterior.load")
        require_packages("arviz", "h5netcdf")
        import arviz

        try:
            data = arviz.from_netcdf(str(path), engine="h5netcdf")
            data.load()
            record = from_json_text(data.attrs["memsim"])
            if record["format"] != FORMAT:
                raise KeyError("format")
            origin = origin_from_json(record["recalls_origin"])
            spec = PosteriorSpec.from_json(record["spec"], model)
            return cls(spec, data, record["recalls_digest"], origin, record["versions"])
        except (InputError, ModelError, UnknownNameError) as error:
            raise InputError(f"{path} cannot be loaded: {error}") from error
        except NOT_A_FIT as error:
            raise DataError(f"{path} is no posterior that memsim wrote: {type(error).__name__}: {error}") from error


def assembled(spec: PosteriorSpec, recalls: Recalls, guide: Guide, chains: Sequence[Chain]) -> Posterior:
    """The result of these chains, whose draws are coordinates by this guide."""
    density = spec.density(recalls, guide)
    coordinates = np.stack([chain.draws for chain in chains])
    parameters = density.parameters(density.places(coordinates))
    groups: dict[str, Any] = {
        "posterior": {"theta": parameters},
        "sample_stats": {name: np.stack([chain.statistics[name] for chain in chains]) for name in chains[0].statistics},
        "log_likelihood": {"lists": _likelihoods(density, parameters)},
    }
    if spec.pooled:
        mean, spread, cholesky = density.population(coordinates)
        groups["posterior"] |= {"mu": mean, "sigma": spread, "typical": density.parameters(mean)}
        if spec.correlated:
            groups["posterior"]["correlation"] = cholesky @ np.swapaxes(cholesky, -1, -2)
    found = _result(spec, recalls, groups, "nutpie")
    kept = _kept(coordinates.shape[1])
    found.data["log_likelihood"] = found.data["log_likelihood"].assign_coords(draw=kept)
    return found


def assembled_by_simulation(
    spec: PosteriorSpec, recalls: Recalls, coordinates: FloatArray, share_farther: FloatArray
) -> Posterior:
    """The result of what :func:`memsim.bayes.simulation_based.coordinates_by_simulation` returned."""
    location, spread = (np.array([getattr(prior, name) for prior in spec.priors]) for name in ("location", "spread"))
    theta = spec.density(recalls).parameters(location + spread * coordinates)
    groups = {"posterior": {"theta": theta}, "constant_data": {"share_farther": share_farther}}
    return _result(spec, recalls, groups, "sbi", "torch")


def _result(spec: PosteriorSpec, recalls: Recalls, groups: dict[str, Any], *libraries: str) -> Posterior:
    """The result that has these groups, and the recalls, with the versions of the libraries that were used."""
    import arviz

    trials = recalls.trials
    constant = {"subject_of_list": trials.subject.astype(str), "list_number": trials.list}
    groups = {
        **groups, "observed_data": {"positions": recalls.positions},
        "constant_data": {**groups.get("constant_data", {}), **constant},
    }  # fmt: skip
    dims = {
        "theta": ["subject", "parameter"], "mu": ["parameter"], "sigma": ["parameter"], "typical": ["parameter"],
        "correlation": ["parameter", "parameter_other"], "lists": ["list"], "positions": ["list", "output"],
        "subject_of_list": ["list"], "list_number": ["list"], "share_farther": ["subject"],
    }  # fmt: skip
    subjects = [str(subject) for subject in trials.subjects]
    coords = {"subject": subjects, "parameter": spec.names, "parameter_other": spec.names}
    data = arviz.from_dict(**groups, coords=coords, dims=dims)
    data.attrs["created_by"] = "memsim"
    used = {name: _version(name) for name in ("arviz", *libraries)}
    return Posterior(spec, data, digest(recalls), recalls.origin, {**versions(), **used})


def _kept(n_draws: int) -> np.ndarray:
    """The draws of a chain at which likelihoods are kept, evenly spaced."""
    return np.unique(np.linspace(0, n_draws - 1, min(n_draws, SCORED)).round().astype(int))


def _likelihoods(density: Density, parameters: FloatArray) -> FloatArray:
    """(n_chains, n_kept, n_lists) log-likelihoods."""
    kept = parameters[:, _kept(parameters.shape[1])]
    return np.array([[density.people.log_likelihood(each) for each in chain] for chain in kept])


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
