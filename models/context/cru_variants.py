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

PRESETS: Mapping[str, Preset] = {}
