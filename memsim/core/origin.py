"""Where recalls come from: a model simulated them, or people gave them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, TypeAlias

import numpy as np

from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.names import shown

SEVERAL_MODELS = "several models"
"""The ``model`` of recalls of different models that were joined."""
STUDY_ORDER = "study_order"
"""The detail of an observed origin that says why the order of study is not known (:mod:`memsim.core.study_order`)."""


@says_what_it_has
@dataclass(frozen=True)
class Simulated:
    """A model simulated the recalls.

    Parameters
    ----------
    model : str
        Name of the model's class; ``"several models"`` where recalls of different models were joined.
    parameters : dict
        Values of its parameters, by name.
    seed : int, optional
        Seed of the simulation.
    lists_seed : int, optional
        Seed that drew the study lists.
    versions : dict
        Versions of memsim and of the libraries that it used, by name.

    Of joined recalls, each field holds what all parts have in common. All values can be written as JSON.

    Raises
    ------
    InputError
        A field of another type, no name of a model, or a value that JSON cannot hold.
    """

    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    lists_seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_fields(self, texts=("model",), whole_numbers=("seed", "lists_seed"), mappings=("parameters", "versions"))
        if not self.model:
            raise InputError("Simulated: model is empty; name the model that simulated the recalls")

    def words(self) -> str:
        """The model and the seed."""
        return self.model if self.seed is None else f"{self.model}, seed {self.seed}"

    def to_json(self) -> dict[str, Any]:
        """Kind and fields as JSON; fields without a value are left out. :func:`origin_from_json` reads them."""
        return _to_json("simulated", self)


@says_what_it_has
@dataclass(frozen=True)
class Observed:
    """People gave the recalls.

    Parameters
    ----------
    dataset, condition : str
        Name of the data set and of its condition.
    citation : str
        The publication to cite for the data.
    details : dict
        What a reader of files noted: file, sha256, counts of skipped lists, codes read as intrusions. ``study_order``
        is there where the order of study is not known, and says why; analyses by places of study then refuse.

    Of joined recalls, each field holds what all parts have in common. All values can be written as JSON.

    Raises
    ------
    InputError
        A field of another type, or a value that JSON cannot hold.
    """

    dataset: str = ""
    condition: str = ""
    citation: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_fields(self, texts=("dataset", "condition", "citation"), mappings=("details",))

    def words(self) -> str:
        """The data set and its condition, or the publication."""
        return " ".join(filter(None, (self.dataset, self.condition))) or self.citation or "people"

    def to_json(self) -> dict[str, Any]:
        """Kind and fields as JSON; fields without a value are left out. :func:`origin_from_json` reads them."""
        return _to_json("observed", self)


Origin: TypeAlias = Simulated | Observed
KINDS: Mapping[str, type[Simulated] | type[Observed]] = {"simulated": Simulated, "observed": Observed}
"""The classes of origins by the ``kind`` that JSON names."""


def origin_from_json(values: Any) -> Origin:
    """The origin that ``to_json`` wrote.

    Raises
    ------
    InputError
        Not a mapping, no known kind, an unknown field, or a simulated origin without a model.
    """
    if not isinstance(values, Mapping):
        raise InputError(f"origin: expected a mapping with the key 'kind', got {values!r}")
    fields = dict(values)
    kind = fields.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"origin: kind={kind!r} is not one of {', '.join(map(repr, KINDS))}")
    cls = KINDS[kind]
    known = [each.name for each in dataclasses.fields(cls)]
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise InputError(f"origin: a {kind} origin has no field {unknown[0]!r}; it has {', '.join(known)}")
    if cls is Simulated and "model" not in fields:
        raise InputError("origin: a simulated origin names its model; the field 'model' is missing")
    return cls(**fields)


def require_origin(value: Any, who: str) -> None:
    """Raise :class:`InputError`, in the name of the class ``who``, unless ``value`` is an :data:`Origin`."""
    if not isinstance(value, Simulated | Observed):
        raise InputError(
            f"{who}: origin={shown(value)} is neither a Simulated nor an Observed; for people write "
            "Observed(dataset, condition, citation), or Observed(details={...}) for anything else that is known"
        )


def common_origin(origins: Sequence[Origin]) -> Origin:
    """The origin of recalls that are joined: what all ``origins`` have in common.

    Raises
    ------
    InputError
        No origin at all, or models among people.
    """
    if not origins:
        raise InputError("there are no recalls to join")
    classes = {type(origin) for origin in origins}
    if len(classes) > 1:
        raise InputError("recalls of models and of people cannot be joined; keep them apart")
    first, *others = origins
    kept: dict[str, Any] = {}
    for each in dataclasses.fields(first):
        value, rest = getattr(first, each.name), [getattr(other, each.name) for other in others]
        if isinstance(value, Mapping):
            kept[each.name] = {
                key: part for key, part in value.items() if all(key in other and other[key] == part for other in rest)
            }
            for part in (value, *rest):  # what is not known of one part is not known of the whole
                if STUDY_ORDER in part:
                    kept[each.name][STUDY_ORDER] = part[STUDY_ORDER]
        elif all(other == value for other in rest):
            kept[each.name] = value
        elif each.name == "model":
            kept[each.name] = SEVERAL_MODELS
    return type(first)(**kept)


def _to_json(kind: str, origin: Origin) -> dict[str, Any]:
    values = {each.name: getattr(origin, each.name) for each in dataclasses.fields(origin)}
    return {"kind": kind, **{name: value for name, value in values.items() if value not in (None, "", {})}}


def _check_fields(
    origin: Origin, *, texts: Sequence[str], mappings: Sequence[str], whole_numbers: Sequence[str] = ()
) -> None:
    """Check the types of fields and replace their values by equal ones that JSON gives back unchanged."""
    expected: dict[str, tuple[Any, str]] = dict.fromkeys(texts, (str, "text"))
    expected |= dict.fromkeys(mappings, (Mapping, "a mapping"))
    expected |= dict.fromkeys(whole_numbers, (int | None, "a whole number or None"))
    for name, (kind, words) in expected.items():
        where = f"{type(origin).__name__}: {name}"
        value = getattr(origin, name)
        if isinstance(value, bool) or not isinstance(value.item() if isinstance(value, np.generic) else value, kind):
            raise InputError(f"{where}={value!r} must be {words}")
        object.__setattr__(origin, name, _plain(value, where))


def _plain(value: Any, name: str) -> Any:
    """``value`` with arrays, tuples and paths as lists and text; raises :class:`InputError` in the name of ``name``."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(part, f"{name}[{i}]") for i, part in enumerate(value)]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _plain(part, f"{name}[{key!r}]") for key, part in value.items()}
    raise InputError(f"{name} is {value!r}, which JSON cannot hold; use text, finite numbers, lists and mappings")
