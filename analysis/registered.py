"""The analyses by name."""

from __future__ import annotations

from memsim.analysis.declaration import Analysis
from memsim.core.registry import Registry

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
