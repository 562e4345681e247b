from .association.contingency import associative_symmetry, recall_recognition_contingency, tulving_wiseman, yules_q
from .association.cued_recall import (
    cued_recall_by_direction,
    cued_recall_by_lag,
    cued_recall_by_position,
    cued_recall_responses,
)
from .association.intrusions import cued_intrusions_by_lag, cued_intrusions_by_list
from .by_name import analyze
from .curves import curve_table, points_by_label, points_of_curve, root_mean_squared_difference
from .declaration import Analysis, of_judgments, of_recalls
from .figures.memory import Strip, memory_figure
from .figures.plots import comparison_panel, plot
from .figures.style import save_figure
from .figures.targets import Panel, criteria_figure, identity_figure, target_figure
from .figures.taxonomy import index_table, taxonomy_figure
from .points import points_of
from .recall.categories import category_clustering, category_crp
from .recall.indices import edge_indices, primacy_index, recency_index
from .recall.initiation import probability_of_nth_recall
from .recall.intrusions import error_rates, prior_list_intrusions
from .recall.latency import latency_by_lag, response_latency
from .recall.raster import recall_raster
from .recall.semantic import distance_crp, distance_rank, equal_bins, labelled_distances
from .recall.serial_position import serial_position_curve
from .recall.spacing import repetition_effect, spacing_effect
from .recall.stopping import stopping_by_response, stopping_by_time, stopping_probability
from .recall.transitions import lag_crp, lag_crp_compound, lag_rank
from .recognition.contiguity import recognition_contiguity
from .recognition.frequency import judged_frequency
from .recognition.hits import (
    hits_by_lag,
    hits_by_list,
    hits_by_list_length,
    hits_by_presentations,
    hits_by_serial_position,
    hits_by_study_test_lag,
)
from .recognition.list_strength import ratio_of_mean_ratios, ratio_of_ratios
from .recognition.measures import called_old, detection_measures
from .recognition.mirror import mirror_effect
from .recognition.places_in_test import false_alarms_by_test_position, hits_by_test_position
from .recognition.rating_fits import RatingFits, fit_ratings
from .recognition.roc import roc, zroc
from .recognition.signal_detection import recollection, zroc_slope
from .registered import ANALYSES, curves_of
from .selection.bayesian import Selection, bayesian_model_selection, exceedance_probabilities
from .selection.criteria import information_criteria
from .selection.evidence import Winners, log_evidence, winners
from .selection.figure import selection_figure
from .selection.prediction import held_out
from .selection.words import comparison_table, selection_in_words
from .serial.accuracy import serial_accuracy
from .serial.curves import serial_summary
from .serial.errors import error_types, fill_in, relative_order, repetition_distance, transposition_gradient
from .statistics.contrasts import contrast, equivalence, summary_contrast
from .statistics.distances import attainment, curve_distance, noise_ceiling, share_of_attainable
from .statistics.intervals import bootstrap_interval, within_subject_interval
from .statistics.regression import RecallRegression, recall_regression
from .statistics.words import in_words
from .subjects import mean_over_subjects
from .summaries import summary_table

__all__ = [
    "ANALYSES",
    "Analysis",
    "Panel",
    "RatingFits",
    "RecallRegression",
    "Selection",
    "Strip",
    "Winners",
    "analyze",
    "associative_symmetry",
    "attainment",
    "bayesian_model_selection",
    "bootstrap_interval",
    "called_old",
    "category_clustering",
    "category_crp",
    "comparison_panel",
    "comparison_table",
    "contrast",
    "criteria_figure",
    "cued_intrusions_by_lag",
    "cued_intrusions_by_list",
    "cued_recall_by_direction",
    "cued_recall_by_lag",
    "cued_recall_by_position",
    "cued_recall_responses",
    "curve_distance",
    "curve_table",
    "curves_of",
    "detection_measures",
    "distance_crp",
    "distance_rank",
    "edge_indices",
    "equal_bins",
    "equivalence",
    "error_rates",
    "error_types",
    "exceedance_probabilities",
    "false_alarms_by_test_position",
    "fill_in",
    "fit_ratings",
    "held_out",
    "hits_by_lag",
    "hits_by_list",
    "hits_by_list_length",
    "hits_by_presentations",
    "hits_by_serial_position",
    "hits_by_study_test_lag",
    "hits_by_test_position",
    "identity_figure",
    "in_words",
    "index_table",
    "information_criteria",
    "judged_frequency",
    "labelled_distances",
    "lag_crp",
    "lag_crp_compound",
    "lag_rank",
    "latency_by_lag",
    "log_evidence",
    "mean_over_subjects",
    "memory_figure",
    "mirror_effect",
    "noise_ceiling",
    "of_judgments",
    "of_recalls",
    "plot",
    "points_by_label",
    "points_of",
    "points_of_curve",
    "primacy_index",
    "prior_list_intrusions",
    "probability_of_nth_recall",
    "ratio_of_mean_ratios",
    "ratio_of_ratios",
    "recall_raster",
    "recall_recognition_contingency",
    "recall_regression",
    "recency_index",
    "recognition_contiguity",
    "recollection",
    "relative_order",
    "repetition_distance",
    "repetition_effect",
    "response_latency",
    "roc",
    "root_mean_squared_difference",
    "save_figure",
    "selection_figure",
    "selection_in_words",
    "serial_accuracy",
    "serial_position_curve",
    "serial_summary",
    "share_of_attainable",
    "spacing_effect",
    "stopping_by_response",
    "stopping_by_time",
    "stopping_probability",
    "summary_contrast",
    "summary_table",
    "target_figure",
    "taxonomy_figure",
    "transposition_gradient",
    "tulving_wiseman",
    "winners",
    "within_subject_interval",
    "yules_q",
    "zroc",
    "zroc_slope",
]
