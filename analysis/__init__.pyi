from .analyses import Analysis, analyze
from .bayesian_selection import Selection, bayesian_model_selection, exceedance_probabilities
from .categories import category_clustering, category_crp
from .contrasts import contrast, equivalence, summary_contrast
from .curve_distance import attainment, curve_distance, noise_ceiling, share_of_attainable
from .curves import curve_table, position_tables, root_mean_squared_difference, summary_table
from .figures import comparison_figure, save_figure
from .indices import edge_indices, primacy_index, recency_index
from .initiation import probability_of_nth_recall
from .intervals import bootstrap_interval, within_subject_interval
from .intrusions import error_rates, prior_list_intrusions
from .latency import latency_by_lag, response_latency
from .memory_figure import Strip, memory_figure
from .model_selection import Winners, held_out, information_criteria, log_evidence, winners
from .next_response import empirical_reference
from .plots import comparison_panel, plot
from .raster import recall_raster
from .recall_regression import RecallRegression, recall_regression
from .selection_figure import selection_figure
from .selection_words import comparison_table, selection_in_words
from .semantic import distance_crp, distance_rank, equal_bins, labelled_distances
from .serial_accuracy import serial_accuracy
from .serial_curves import serial_summary
from .serial_errors import error_types, fill_in, relative_order, repetition_distance, transposition_gradient
from .serial_position import serial_position_curve
from .spacing import repetition_effect, spacing_effect
from .stopping import stopping_by_response, stopping_by_time, stopping_probability
from .subjects import mean_over_subjects
from .targets import Panel, criteria_figure, identity_figure, target_figure
from .taxonomy import index_table, taxonomy_figure
from .transitions import lag_crp, lag_crp_compound, lag_rank
from .words import in_words

__all__ = [
    "Analysis",
    "Panel",
    "RecallRegression",
    "Selection",
    "Strip",
    "Winners",
    "analyze",
    "attainment",
    "bayesian_model_selection",
    "bootstrap_interval",
    "category_clustering",
    "category_crp",
    "comparison_figure",
    "comparison_panel",
    "comparison_table",
    "contrast",
    "criteria_figure",
    "curve_distance",
    "curve_table",
    "distance_crp",
    "distance_rank",
    "edge_indices",
    "empirical_reference",
    "equal_bins",
    "equivalence",
    "error_rates",
    "error_types",
    "exceedance_probabilities",
    "fill_in",
    "held_out",
    "identity_figure",
    "in_words",
    "index_table",
    "information_criteria",
    "labelled_distances",
    "lag_crp",
    "lag_crp_compound",
    "lag_rank",
    "latency_by_lag",
    "log_evidence",
    "mean_over_subjects",
    "memory_figure",
    "noise_ceiling",
    "plot",
    "position_tables",
    "primacy_index",
    "prior_list_intrusions",
    "probability_of_nth_recall",
    "recall_raster",
    "recall_regression",
    "recency_index",
    "relative_order",
    "repetition_distance",
    "repetition_effect",
    "response_latency",
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
    "winners",
    "within_subject_interval",
]
