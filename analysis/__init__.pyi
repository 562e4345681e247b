from .curves import curve_table, position_tables, root_mean_squared_difference, summary_table
from .figures import comparison_figure, save_figure
from .indices import primacy_index, recency_index
from .initiation import probability_of_nth_recall
from .memory_figure import Strip, memory_figure
from .serial_position import serial_position_curve
from .subjects import mean_over_subjects
from .targets import Panel, criteria_figure, identity_figure, target_figure
from .transitions import lag_crp

__all__ = [
    "Panel",
    "Strip",
    "comparison_figure",
    "criteria_figure",
    "curve_table",
    "identity_figure",
    "lag_crp",
    "mean_over_subjects",
    "memory_figure",
    "position_tables",
    "primacy_index",
    "probability_of_nth_recall",
    "recency_index",
    "root_mean_squared_difference",
    "save_figure",
    "serial_position_curve",
    "summary_table",
    "target_figure",
]
