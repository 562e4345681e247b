from . import analysis, data, errors, models, paradigms, registry
from .check import check_model
from .comparison import compare
from .data import load_curves, load_dataset
from .items import ItemPool
from .model import MemoryModel
from .paradigm import Paradigm
from .parameters import Parameter, choice, parameter
from .positions import PositionModel, position_log_likelihood, recall_probability
from .recall_loop import event_log_probabilities, log_likelihood, score, simulate
from .recalls import Recalls
from .trials import Trials

__version__: str

__all__ = [
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
    "data",
    "errors",
    "event_log_probabilities",
    "load_curves",
    "load_dataset",
    "log_likelihood",
    "models",
    "paradigms",
    "parameter",
    "position_log_likelihood",
    "recall_probability",
    "registry",
    "score",
    "simulate",
]
