"""The analyses that memsim offers, each with its axes and how it is drawn."""

from __future__ import annotations

from memsim.analysis.declaration import Analysis

_RECALL, _SERIAL = "memsim.analysis.recall", "memsim.analysis.serial"
_OPEN = (float("nan"), float("nan"))

SERIAL_POSITION_CURVE = Analysis(
    f"{_RECALL}.serial_position:serial_position_curve", "position", "Serial position", "Probability of recall",
    limits=(0.0, 1.0),
)  # fmt: skip
PROBABILITY_OF_NTH_RECALL = Analysis(
    f"{_RECALL}.initiation:probability_of_nth_recall", "position", "Serial position", "Probability of nth recall",
    series="output",
)  # fmt: skip
LAG_CRP = Analysis(
    f"{_RECALL}.transitions:lag_crp", "lag", "Lag", "Conditional response\nprobability", "lags", series="output"
)
LAG_CRP_COMPOUND = Analysis(
    f"{_RECALL}.transitions:lag_crp_compound", "lag", "Lag", "Lag before", "heat", series="previous"
)
LAG_RANK = Analysis(f"{_RECALL}.transitions:lag_rank", "", "", "Lag rank (temporal factor)", "index", "rank", "output",
                    limits=_OPEN)  # fmt: skip
DISTANCE_CRP = Analysis(
    f"{_RECALL}.semantic:distance_crp", "center", "Distance between items", "Conditional response\nprobability"
)
DISTANCE_RANK = Analysis(
    f"{_RECALL}.semantic:distance_rank",
    "",
    "",
    "Distance rank (semantic factor)",
    "index",
    "rank",
    "output",
    limits=_OPEN,
)
CATEGORY_CRP = Analysis(f"{_RECALL}.categories:category_crp", "", "", "Probability of staying in the category", "index",
                        limits=_OPEN)  # fmt: skip
CATEGORY_CLUSTERING = Analysis(
    f"{_RECALL}.categories:category_clustering",
    "",
    "",
    "Adjusted ratio of clustering",
    "index",
    "arc",
    limits=_OPEN,
)
ERROR_RATES = Analysis(f"{_RECALL}.intrusions:error_rates", "kind", "", "Errors per list", "categories", "per_list",
                       whole=True)  # fmt: skip
PRIOR_LIST_INTRUSIONS = Analysis(
    f"{_RECALL}.intrusions:prior_list_intrusions", "list_lag", "Lists ago", "Share of intrusions", whole=True
)
RESPONSE_LATENCY = Analysis(
    f"{_RECALL}.latency:response_latency", "output", "Output position", "Inter-response time (s)", "curve",
    "latency", "recalled",
)  # fmt: skip
LATENCY_BY_LAG = Analysis(
    f"{_RECALL}.latency:latency_by_lag", "lag", "Lag", "Inter-response time (s)", "lags", "latency"
)
STOPPING_PROBABILITY = Analysis(
    f"{_RECALL}.stopping:stopping_probability", "recalled", "Responses given", "Probability of stopping",
    limits=(0.0, 1.0),
)  # fmt: skip
STOPPING_BY_TIME = Analysis(
    f"{_RECALL}.stopping:stopping_by_time", "center", "Time of response (s)", "Probability that it is the last"
)
STOPPING_BY_RESPONSE = Analysis(
    f"{_RECALL}.stopping:stopping_by_response", "response", "", "Probability that it is the last", "categories"
)
RECALL_RASTER = Analysis(
    f"{_RECALL}.raster:recall_raster", "output", "Output position", "List", "raster", "position", limits=_OPEN
)
PRIMACY_INDEX = Analysis(f"{_RECALL}.indices:primacy_index", "", "", "Primacy: edge less middle", "index", "difference",
                         limits=_OPEN)  # fmt: skip
RECENCY_INDEX = Analysis(f"{_RECALL}.indices:recency_index", "", "", "Recency: edge less middle", "index", "difference",
                         limits=_OPEN)  # fmt: skip
EDGE_INDICES = Analysis(
    f"{_RECALL}.indices:edge_indices", "end", "", "", "categories", "value", panels="definition", limits=_OPEN
)
REPETITION_EFFECT = Analysis(
    f"{_RECALL}.spacing:repetition_effect",
    "presentations",
    "Presentations",
    "Probability of recall",
    limits=(0.0, 1.0),
)
SPACING_EFFECT = Analysis(
    f"{_RECALL}.spacing:spacing_effect",
    "spacing",
    "Spacing (items between)",
    "Probability of recall",
    limits=(0.0, 1.0),
)
SERIAL_ACCURACY = Analysis(
    f"{_SERIAL}.accuracy:serial_accuracy", "position", "Serial position", "Probability of recall in place",
    limits=(0.0, 1.0),
)  # fmt: skip
ERROR_TYPES = Analysis(
    f"{_SERIAL}.errors:error_types", "output", "Output position", "Share of responses", panels="type"
)
TRANSPOSITION_GRADIENT = Analysis(
    f"{_SERIAL}.errors:transposition_gradient", "displacement", "Displacement", "Response probability", "lags"
)
FILL_IN = Analysis(f"{_SERIAL}.errors:fill_in", "", "", "Share of fill-ins", "index",
                   limits=(0.0, 1.0))  # fmt: skip
REPETITION_DISTANCE = Analysis(
    f"{_SERIAL}.errors:repetition_distance", "distance", "Outputs between", "Share of repeats"
)
RELATIVE_ORDER = Analysis(f"{_SERIAL}.errors:relative_order", "", "", "Adjacent responses in order", "index",
                          limits=_OPEN)  # fmt: skip
