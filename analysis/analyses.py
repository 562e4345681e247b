"""The analyses that memsim offers, with their axes and styles."""

from __future__ import annotations

from memsim.analysis.declaration import UNBOUNDED, Analysis

_RECALL, _SERIAL = "memsim.analysis.recall", "memsim.analysis.serial"
_RECOGNITION, _ASSOCIATION = "memsim.analysis.recognition", "memsim.analysis.association"
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
        f"{_RECALL}.transitions:lag_crp_compound", "Compound lag-CRP", "lag", "Lag", "Previous lag", "heat",
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
        f"{_RECALL}.indices:primacy_index", "Primacy", y_label="Primacy: edge minus middle", style="index",
        value="difference", limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECALL}.indices:recency_index", "Recency", y_label="Recency: edge minus middle", style="index",
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
OF_RECOGNITION = (
    Analysis(
        f"{_RECOGNITION}.measures:called_old", "Called old", "probe", "", "Probability of\ncalling old", "categories",
        of="judgments", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.measures:detection_measures", "Discrimination and bias", "measure", style="categories",
        value="value", panels="group", of="judgments", limits=UNBOUNDED,
    ),
    Analysis(
        f"{_RECOGNITION}.roc:roc", "ROC", "rating", "False-alarm rate", "Hit rate", "roc", across="false_alarms",
        of="judgments", limits=(0.0, 1.0),
        needs="targets and lures",
    ),
    Analysis(
        f"{_RECOGNITION}.roc:zroc", "z-ROC", "rating", "z of false alarms", "z of hits", "roc", "z_hits",
        across="z_false_alarms", of="judgments", limits=UNBOUNDED,
        needs="targets and lures",
    ),
    Analysis(
        f"{_RECOGNITION}.signal_detection:zroc_slope", "Slope of the z-ROC", y_label="Slope of the z-ROC",
        style="index", value="slope", of="judgments",
        needs="ratings of targets and lures that differ",
    ),
    Analysis(
        f"{_RECOGNITION}.signal_detection:recollection", "Recollection", y_label="Recollection (R)", style="index",
        value="recollection", of="judgments", limits=(0.0, 1.0),
        needs="ratings of targets and lures",
    ),
    Analysis(
        f"{_RECOGNITION}.hits:hits_by_serial_position", "Hits by serial position", "position", "Serial position",
        "Hit rate", of="judgments", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.hits:hits_by_list", "Hits by list", "list", "List", "Hit rate", of="judgments",
        limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.hits:hits_by_lag", "Hits by lag", "lag", "Lag (items studied between)", "Hit rate",
        of="judgments", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.hits:hits_by_study_test_lag", "Hits by study-test lag", "lag", "Study-test lag", "Hit rate",
        of="judgments", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.hits:hits_by_presentations", "Hits by presentations", "presentations", "Presentations",
        "Probability of\ncalling old", of="judgments", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.hits:hits_by_list_length", "Hits by list length", "length", "List length", "Hit rate",
        of="judgments", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.places_in_test:hits_by_test_position", "Hits by test position", "position", "Test position",
        "Hit rate", of="judgments", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_RECOGNITION}.places_in_test:false_alarms_by_test_position", "False alarms by test position", "position",
        "Test position", "False-alarm rate", of="judgments", limits=(0.0, 1.0),
        needs="lures",
    ),
    Analysis(
        f"{_RECOGNITION}.contiguity:recognition_contiguity", "Contiguity in recognition", "distance",
        "Distance to the target before", "Hit rate", "categories", panels="preceding", of="judgments",
        limits=(0.0, 1.0),
        needs="targets of one list in succession",
    ),
    Analysis(
        f"{_RECOGNITION}.frequency:judged_frequency", "Judged frequency", "presentations", "Presentations",
        "Judged frequency", value="judged", of="judgments",
    ),
    Analysis(
        f"{_RECOGNITION}.mirror:mirror_effect", "Mirror effect", y_label="In the order of the mirror effect",
        style="index", of="judgments", limits=(0.0, 1.0),
        needs="targets and lures of both classes",
    ),
    Analysis(
        f"{_RECOGNITION}.list_strength:ratio_of_ratios", "Ratio of ratios", y_label="Ratio of ratios", style="index",
        value="ratio", of="judgments",
        needs="lists with strong and weak targets, and lists with either alone",
    ),
)  # fmt: skip
OF_ASSOCIATION = (
    Analysis(
        f"{_ASSOCIATION}.cued_recall:cued_recall_by_position", "Cued recall by position", "position",
        "Position of the pair", "Probability of\ncued recall", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_ASSOCIATION}.cued_recall:cued_recall_by_lag", "Cued recall by lag", "lag", "Study-test lag",
        "Probability of\ncued recall", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_ASSOCIATION}.cued_recall:cued_recall_by_direction", "Cued recall by direction", "direction", "",
        "Probability of\ncued recall", "categories", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_ASSOCIATION}.cued_recall:cued_recall_responses", "Responses to cues", "response", "", "Share of cues",
        "categories", limits=(0.0, 1.0),
    ),
    Analysis(
        f"{_ASSOCIATION}.intrusions:cued_intrusions_by_lag", "Intrusions by lag", "lag", "Lag of the intruding pair",
        "Intrusions per opportunity", "lags",
        needs="intrusions from the same list",
    ),
    Analysis(
        f"{_ASSOCIATION}.intrusions:cued_intrusions_by_list", "Intrusions by list", "list_lag", "Lists ago",
        "Intrusions per cue",
    ),
    Analysis(
        f"{_ASSOCIATION}.contingency:associative_symmetry", "Associative symmetry", "tests", "", "Yule's Q",
        "categories", "q", limits=UNBOUNDED,
        needs="pairs that are tested twice",
    ),
    Analysis(
        f"{_ASSOCIATION}.contingency:recall_recognition_contingency", "Recall and recognition", y_label="Yule's Q",
        style="index", value="q", of="judgments", limits=UNBOUNDED,
        needs="targets that were studied for recall",
    ),
)  # fmt: skip
