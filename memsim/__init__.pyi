from . import analysis, data, errors, models, paradigms, registry
from .battery import run_battery
from .check import check_model
from .comparison import compare
from .cross_validation import cross_validate
from .data import load_curves, load_dataset
from .fit_comparison import compare_fits
from .fit_result import Fit
from .fitting import fit
from .items import ItemPool
from .model import MemoryModel
from .paradigm import Paradigm
from .parameters import Parameter, choice, parameter
from .positions import PositionModel, position_log_likelihood, recall_probability
from .recall_loop import event_log_probabilities, log_likelihood, score, simulate
from .recalls import Recalls
from .recovery import recover_models, recover_parameters
from .trials import Trials

__version__: str

__all__ = [
    "Fit",
    "ItemPool",
    "MemoryModel",
    "Paradigm",
    "Parameter",
    "PositionModel",
    "Recalls",
    "Trials",
    "analysis",
    "check_model",
    "choice",
    "compare",
    "compare_fits",
    "cross_validate",
    "data",
    "errors",
    "event_log_probabilities",
    "fit",
    "load_curves",
    "load_dataset",
    "log_likelihood",
    "models",
    "paradigms",
    "parameter",
    "position_log_likelihood",
    "recall_probability",
    "recover_models",
    "recover_parameters",
    "registry",
    "run_battery",
    "score",
    "simulate",
]
