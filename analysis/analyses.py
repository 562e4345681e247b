"""The analyses that memsim offers, each with its axes and how it is drawn."""

from __future__ import annotations

from memsim.analysis.declaration import UNBOUNDED, Analysis

_RECALL, _SERIAL = "memsim.analysis.recall", "memsim.analysis.serial"
_TRANSITIONS = ("items", "transitions", "within", "across")
"""Options of analyses of transitions that have a row for each trial."""

OF_RECALL = (
    Analysis(
        f"{_RECALL}.serial_position:serial_position_curve", "Serial position curve", "position", "Serial position",
        "Probability of recall", of_positions=True, limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECALL}.initiation:probability_of_nth_recall", "Probability of nth recall", "position", "Serial position",
        "Probability of nth recall", series="output", first_label="Probability of first recall",
    ),
    Analysis(
        f"{_RECALL}.transitions:lag_crp", "Lag-CRP", "lag", "Lag", "Conditional response\nprobability", "lags",
        series="output", by_trial=_TRANSITIONS,
    ),
    Analysis(
        f"{_RECALL}.transitions:lag_crp_compound", "Compound lag-CRP", "lag", "Lag", "Lag before", "heat",
        series="previous", by_trial=_TRANSITIONS,
    ),
    Analysis(
        f"{_RECALL}.transitions:lag_rank", "Lag rank", y_label="Lag rank (temporal factor)", style="index",
        value="rank", series="output", by_trial=_TRANSITIONS, limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.semantic:distance_crp", "Distance CRP", "center", "Distance between items",
        "Conditional response\nprobability", by_trial=_TRANSITIONS,
    ),
    Analysis(
        f"{_RECALL}.semantic:distance_rank", "Distance rank", y_label="Distance rank (semantic factor)", style="index",
        value="rank", series="output", by_trial=_TRANSITIONS, limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.categories:category_crp", "Category CRP", y_label="Probability of staying in the category",
        style="index", by_trial=("category", "items", "transitions"), limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.categories:category_clustering", "Category clustering", y_label="Adjusted ratio of clustering",
        style="index", value="arc", by_trial=("category",), limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.intrusions:error_rates", "Error rates", "kind", "", "Errors per list", "categories",
        "per_list", whole=True,
    ),
    Analysis(
        f"{_RECALL}.intrusions:prior_list_intrusions", "Prior-list intrusions", "list_lag", "Lists ago",
        "Share of intrusions", whole=True,
    ),
    Analysis(
        f"{_RECALL}.latency:response_latency", "Inter-response times by output", "output", "Output position",
        "Inter-response time (s)", "curve", "latency", "recalled",
    ),
    Analysis(
        f"{_RECALL}.latency:latency_by_lag", "Inter-response times by lag", "lag", "Lag", "Inter-response time (s)",
        "lags", "latency",
    ),
    Analysis(
        f"{_RECALL}.stopping:stopping_probability", "Stopping probability", "recalled", "Responses given",
        "Probability of stopping", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECALL}.stopping:stopping_by_time", "Stopping by time", "center", "Time of response (s)",
        "Probability that it is the last",
    ),
    Analysis(
        f"{_RECALL}.stopping:stopping_by_response", "Stopping by kind of response", "response", "",
        "Probability that it is the last", "categories",
    ),
    Analysis(
        f"{_RECALL}.raster:recall_raster", "Raster of responses", "output", "Output position", "List", "raster",
        "position", limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.indices:primacy_index", "Primacy", y_label="Primacy: edge less middle", style="index",
        value="difference", limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.indices:recency_index", "Recency", y_label="Recency: edge less middle", style="index",
        value="difference", limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.indices:edge_indices", "Primacy and recency by definition", "end", style="categories",
        value="value", panels="definition", limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.spacing:repetition_effect", "Repetition effect", "presentations", "Presentations",
        "Probability of recall", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECALL}.spacing:spacing_effect", "Spacing effect", "spacing", "Spacing (items between)",
        "Probability of recall", limits=(0.0, 1.0),
    ),
)  # fmt: skip
OF_SERIAL_RECALL = (
    Analysis(
        f"{_SERIAL}.accuracy:serial_accuracy", "Accuracy by position", "position", "Serial position",
        "Probability of recall in place", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_SERIAL}.errors:error_types", "Types of errors", "output", "Output position", "Share of responses",
        panels="type",
    ),
    Analysis(
        f"{_SERIAL}.errors:transposition_gradient", "Transposition gradient", "displacement", "Displacement",
        "Response probability", "lags",
    ),
    Analysis(
        f"{_SERIAL}.errors:fill_in", "Fill-in", y_label="Share of fill-ins", style="index", limits=(0.0, 1.0)
    ),
    Analysis(
        f"{_SERIAL}.errors:repetition_distance", "Repetition distance", "distance", "Outputs between",
        "Share of repeats",
    ),
    Analysis(
        f"{_SERIAL}.errors:relative_order", "Relative order", y_label="Adjacent responses in order", style="index",
        limits=UNBOUNDED,
    ),
)  # fmt: skip
