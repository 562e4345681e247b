"""Names: what each registry holds, from memsim itself and from installed plug-ins.

An entry is a string ``module:attribute`` that is imported when it is first asked for. Plug-ins add theirs
through the entry points ``memsim.models``, ``memsim.paradigms``, ``memsim.datasets``, ``memsim.analyses`` and
``memsim.reproductions``.
"""

from __future__ import annotations

import difflib
import importlib
import warnings
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from memsim.errors import ModelError, UnknownNameError
from memsim.parameters import build

if TYPE_CHECKING:
    from memsim.analysis.analyses import Analysis
    from memsim.data.dataset import Dataset
    from memsim.paradigm import Paradigm
    from memsim.positions import Model
    from memsim.reproduction import Reproduction

Entry = TypeVar("Entry")


def normalized(name: str) -> str:
    """``name`` without case, hyphens, underscores and spaces: ``Free-Recall`` is ``free_recall``."""
    return "".join(character for character in name.casefold() if character not in "-_ ")


def closest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the known name nearest to ``name``, or a full stop if none is near."""
    by_key = {normalized(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(normalized(name), by_key, n=1)
    return f"; did you mean {by_key[near[0]]!r}?" if near else "."


class Registry(Generic[Entry]):
    """The things of one kind, by name.

    Parameters
    ----------
    kind : what the entries are, for messages.
    group : the entry point group that plug-ins use.
    builtin : ``module:attribute`` by name.
    """

    def __init__(self, kind: str, group: str, builtin: Mapping[str, str]) -> None:
        self.kind = kind
        self.group = group
        self._builtin = builtin

    @cached_property
    def _targets(self) -> dict[str, EntryPoint]:
        found = {name: EntryPoint(name, target, self.group) for name, target in self._builtin.items()}
        keys = {normalized(name) for name in found}
        for point in entry_points(group=self.group):
            if normalized(point.name) in keys:
                taken = f"the plug-in {point.value!r} is left out: there is a {self.kind} {point.name!r} already"
                warnings.warn(taken, stacklevel=2)
                continue
            keys.add(normalized(point.name))
            found[point.name] = point
        return found

    def names(self) -> list[str]:
        """All names, memsim's own first."""
        return list(self._targets)

    def canonical(self, name: str) -> str:
        """The name of an entry as it is registered, from one in any case and with ``-`` or ``_``.

        Raises
        ------
        UnknownNameError : no such name; the message offers the closest one and lists the rest.
        """
        for known in self.names():
            if normalized(known) == normalized(name):
                return known
        raise UnknownNameError(
            f"there is no {self.kind} {name!r}{closest(name, self.names())} There are: {', '.join(self.names())}."
        )

    def get(self, name: str) -> Entry:
        """The entry called ``name``, imported if need be.

        Raises
        ------
        UnknownNameError : as :meth:`canonical` does.
        ModelError : a plug-in's entry point leads to something that cannot be imported.
        """
        target = self._targets[self.canonical(name)]
        try:
            return getattr(importlib.import_module(target.module), target.attr)
        except Exception as error:
            if target.name in self._builtin:
                raise
            raise ModelError(
                f"the plug-in {self.kind} {target.name!r} ({target.value}) cannot be loaded: "
                f"{type(error).__name__}: {error}"
            ) from error

    def build(self, name: str, values: Mapping[str, Any]) -> Any:
        """An instance of the class called ``name``; its parameters not in ``values`` keep their defaults."""
        cls: Any = self.get(name)
        return build(cls, dict(values))


MODELS: Registry[type[Model]] = Registry(
    "model",
    "memsim.models",
    {
        "CMR": "memsim.models.cmr:CMR",
        "SAM": "memsim.models.sam:SAM",
        "SIMPLE": "memsim.models.simple:SIMPLE",
        "TCM": "memsim.models.tcm:TCM",
        "TCMA": "memsim.models.tcma:TCMA",
        "DNC": "memsim.models.dnc:DNC",
        "DNCPeople": "memsim.models.dnc:DNCPeople",
        "LSTM": "memsim.models.dnc:LSTM",
        "DNCSerial": "memsim.models.dnc:DNCSerial",
        "LSTMSerial": "memsim.models.dnc:LSTMSerial",
        "Strength": "memsim.models.strength:Strength",
        "Chaining": "memsim.models.chaining:Chaining",
        "StartEnd": "memsim.models.start_end:StartEnd",
        "Primacy": "memsim.models.primacy_model:Primacy",
        "Perturbation": "memsim.models.perturbation:Perturbation",
        "Uniform": "memsim.models.uniform:Uniform",
    },
)
PARADIGMS: Registry[type[Paradigm]] = Registry(
    "paradigm",
    "memsim.paradigms",
    {
        "free_recall": "memsim.paradigms.free_recall:FreeRecall",
        "serial_recall": "memsim.paradigms.serial_recall:SerialRecall",
    },
)
DATASETS: Registry[Dataset] = Registry(
    "data set",
    "memsim.datasets",
    {
        "murdock1962": "memsim.data.murdock1962:MURDOCK1962",
        "farrell_lewandowsky2003": "memsim.data.farrell_lewandowsky2003:FARRELL_LEWANDOWSKY2003",
        "peers_notask": "memsim.data.psifr_tables:PEERS_NOTASK",
        "morton2013": "memsim.data.psifr_tables:MORTON2013",
    },
)
ANALYSES: Registry[Analysis] = Registry(
    "analysis",
    "memsim.analyses",
    {
        "serial_position_curve": "memsim.analysis.analyses:SERIAL_POSITION_CURVE",
        "probability_of_nth_recall": "memsim.analysis.analyses:PROBABILITY_OF_NTH_RECALL",
        "lag_crp": "memsim.analysis.analyses:LAG_CRP",
        "lag_crp_compound": "memsim.analysis.analyses:LAG_CRP_COMPOUND",
        "lag_rank": "memsim.analysis.analyses:LAG_RANK",
        "distance_crp": "memsim.analysis.analyses:DISTANCE_CRP",
        "distance_rank": "memsim.analysis.analyses:DISTANCE_RANK",
        "category_crp": "memsim.analysis.analyses:CATEGORY_CRP",
        "category_clustering": "memsim.analysis.analyses:CATEGORY_CLUSTERING",
        "error_rates": "memsim.analysis.analyses:ERROR_RATES",
        "prior_list_intrusions": "memsim.analysis.analyses:PRIOR_LIST_INTRUSIONS",
        "response_latency": "memsim.analysis.analyses:RESPONSE_LATENCY",
        "latency_by_lag": "memsim.analysis.analyses:LATENCY_BY_LAG",
        "stopping_probability": "memsim.analysis.analyses:STOPPING_PROBABILITY",
        "stopping_by_time": "memsim.analysis.analyses:STOPPING_BY_TIME",
        "stopping_by_response": "memsim.analysis.analyses:STOPPING_BY_RESPONSE",
        "recall_raster": "memsim.analysis.analyses:RECALL_RASTER",
        "primacy_index": "memsim.analysis.analyses:PRIMACY_INDEX",
        "recency_index": "memsim.analysis.analyses:RECENCY_INDEX",
        "edge_indices": "memsim.analysis.analyses:EDGE_INDICES",
        "repetition_effect": "memsim.analysis.analyses:REPETITION_EFFECT",
        "spacing_effect": "memsim.analysis.analyses:SPACING_EFFECT",
        "serial_accuracy": "memsim.analysis.analyses:SERIAL_ACCURACY",
        "error_types": "memsim.analysis.analyses:ERROR_TYPES",
        "transposition_gradient": "memsim.analysis.analyses:TRANSPOSITION_GRADIENT",
        "fill_in": "memsim.analysis.analyses:FILL_IN",
        "repetition_distance": "memsim.analysis.analyses:REPETITION_DISTANCE",
        "relative_order": "memsim.analysis.analyses:RELATIVE_ORDER",
    },
)
REPRODUCTIONS: Registry[Reproduction] = Registry(
    "reproduction",
    "memsim.reproductions",
    {
        "murdock1962-sam": "memsim.catalogue:MURDOCK_SAM",
        "murdock1962-cmr": "memsim.catalogue:MURDOCK_CMR",
        "murdock1962-simple": "memsim.catalogue:MURDOCK_SIMPLE",
        "howardkahana2002": "memsim.catalogue:RECENCY_TCM",
        "criteria": "memsim.catalogue:TEN_CRITERIA",
        "greydanus2017": "memsim.greydanus2017:GREYDANUS2017",
        "chaining-or-position": "memsim.chaining_or_position:CHAINING_OR_POSITION",
        "golden-cases": "memsim.catalogue:GOLDEN_CASES",
    },
)


def models_for(cue: str, *, baselines: bool = False) -> list[str]:
    """Names of the registered models that have an account of tests with this cue, and of yardsticks if asked for."""
    return [
        name for name in MODELS.names() if cue in (cls := MODELS.get(name)).cues and (baselines or not cls.baseline)
    ]
