from .categories import category_clustering, category_crp
from .curves import curve_table, position_tables, root_mean_squared_difference, summary_table
from .figures import comparison_figure, save_figure
from .indices import primacy_index, recency_index
from .initiation import probability_of_nth_recall
from .latency import response_latency
from .memory_figure import Strip, memory_figure
from .semantic import distance_crp, distance_rank, equal_bins, labelled_distances
from .serial_accuracy import serial_accuracy
from .serial_curves import serial_summary
from .serial_errors import error_types, fill_in, relative_order, repetition_distance, transposition_gradient
from .serial_position import serial_position_curve
from .subjects import mean_over_subjects
from .targets import Panel, criteria_figure, identity_figure, target_figure
from .transitions import lag_crp, lag_crp_compound, lag_rank

__all__ = [
    "Panel",
    "Strip",
    "category_clustering",
    "category_crp",
    "comparison_figure",
    "criteria_figure",
    "curve_table",
    "distance_crp",
    "distance_rank",
    "equal_bins",
    "error_types",
    "fill_in",
    "identity_figure",
    "labelled_distances",
    "lag_crp",
    "lag_crp_compound",
    "lag_rank",
    "mean_over_subjects",
    "memory_figure",
    "position_tables",
    "primacy_index",
    "probability_of_nth_recall",
    "recency_index",
    "relative_order",
    "repetition_distance",
    "response_latency",
    "root_mean_squared_difference",
    "save_figure",
    "serial_accuracy",
    "serial_position_curve",
    "serial_summary",
    "summary_table",
    "target_figure",
    "transposition_gradient",
]
