from .chaining import Chaining
from .cmr import CMR
from .dnc import DNC, LSTM, DNCPeople, DNCSerial, LSTMPeople, LSTMSerial
from .perturbation import Perturbation
from .primacy_model import Primacy
from .sam import SAM
from .simple import SIMPLE
from .start_end import StartEnd
from .strength import Strength
from .tcm import TCM
from .tcma import TCMA
from .uniform import Uniform

__all__ = [
    "CMR",
    "DNC",
    "LSTM",
    "SAM",
    "SIMPLE",
    "TCM",
    "TCMA",
    "Chaining",
    "DNCPeople",
    "DNCSerial",
    "LSTMPeople",
    "LSTMSerial",
    "Perturbation",
    "Primacy",
    "StartEnd",
    "Strength",
    "Uniform",
]
