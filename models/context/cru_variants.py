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

PARAMETERS: Mapping[str, str] = {
    "encoding_drift_rate": "encoding_drift", "encoding_drift_decrease": "encoding_drift_decrease",
    "start_drift_rate": "start_drift", "recall_drift_rate": "recall_drift", "shared_support": "shared_support",
    "item_support": "item_support", "learning_rate": "item_to_context_learning", "primacy_scale": "primacy_scale",
    "primacy_decay": "primacy_decay", "stop_probability_scale": "stop_base", "stop_probability_growth": "stop_growth",
    "choice_sensitivity": "choice_exponent",
}  # fmt: skip
"""Our parameters by the names of theirs."""

PRESETS: Mapping[str, Preset] = {}
