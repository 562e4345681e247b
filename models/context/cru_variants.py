"""The models from CRU to CMR of Gunn & Polyn (2025), as settings of one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from memsim.core.parameters import Preset


class Variant(NamedTuple):
    """A model between CRU and CMR. Parameters that are not free have the values of CRU."""

    free: tuple[str, ...]
    stop_rule: str = "exponential"


_CRU = ("encoding_drift", "recall_drift", "choice_exponent")
_STOP = ("stop_base", "stop_growth")
_START, _PRIMACY, _SUPPORT = ("start_drift",), ("primacy_scale", "primacy_decay"), ("shared_support", "item_support")
_CMR = (*_CRU, *_START, *_PRIMACY, *_SUPPORT, "item_to_context_learning")
VARIANTS: Mapping[str, Variant] = {
    "BaseCRU": Variant((*_CRU, *_STOP)),
    "CRU_with_Free_Start_Drift_Rate": Variant((*_CRU, *_START, *_STOP)),
    "CRU_with_Primacy_and_StartDrift": Variant((*_CRU, *_START, *_PRIMACY, *_STOP)),
    "CRU_with_Pre-Expt,_Primacy,_and_StartDrift": Variant((*_CRU, *_START, *_PRIMACY, *_SUPPORT, *_STOP)),
    "BaseCMR": Variant((*_CMR, *_STOP)),
    "Omnibus": Variant((*_CMR, "encoding_drift_decrease", *_STOP)),
    "BaseCRU_with_ContextTerm": Variant(_CRU, "context"),
    "BaseCMR_with_ContextTerm": Variant(_CMR, "context"),
}
"""By the names of their files."""

CONVENTIONS: Mapping[str, Any] = {"drift_rule": "elementwise", "floor": "all"}
"""The numerical conventions under which their fits were made."""

_PEOPLE = "fitted here to Healey & Kahana (2014), no-task lists, all subjects pooled"
_POOLED = f"{_PEOPLE}, by maximum likelihood"
_ON_A_RIDGE = (
    f"{_PEOPLE}; the likelihood has no maximum: it grows, by 2.3 nats as far as was looked, as both drifts approach 1"
)
_LENGTHS = (16,)
_FREE_RECALL = {"stop_base": 0.007767, "stop_growth": 0.290144}
PRESETS: Mapping[str, Preset] = {
    "BaseCRU": Preset(
        {"encoding_drift": 0.999372, "recall_drift": 0.999999, "choice_exponent": 0.011766, **_FREE_RECALL},
        _ON_A_RIDGE, _LENGTHS,
    ),
    "BaseCMR": Preset(
        {
            "encoding_drift": 0.8462, "start_drift": 0.2464, "recall_drift": 0.7926, "choice_exponent": 4.83,
            "item_to_context_learning": 0.7379, "shared_support": 0.3237, "item_support": 0.0078,
            "primacy_scale": 1.4348, "primacy_decay": 1.2416, **_FREE_RECALL,
        },
        _POOLED, _LENGTHS,
    ),
}  # fmt: skip
