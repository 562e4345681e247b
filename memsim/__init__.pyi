from . import analysis, data, models, paradigms
from .core import errors
from .core.contract import check_model
from .core.items import ItemPool
from .core.loop import event_log_probabilities, log_likelihood, score, simulate
from .core.model import MemoryModel
from .core.parameters import Parameter, choice, parameter
from .core.position_model import PositionModel, position_log_likelihood, recall_probability
from .core.recalls import Recalls
from .core.trials import Paradigm, Trials
from .data import load_curves, load_dataset
from .evaluation.comparison import compare_fits
from .evaluation.cross_validation import cross_validate
from .evaluation.recovery import recover_models, recover_parameters
from .experiments.battery import run_battery
from .experiments.experiment import compare
from .fitting.estimation import fit
from .fitting.result import Fit
from .training.inspection import show
from .training.run import train

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
    "run_battery",
    "score",
    "show",
    "simulate",
    "train",
]
