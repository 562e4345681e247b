from .baselines.fast_strength import Strength
from .baselines.uniform import Uniform
from .context.cmr import CMR
from .context.cru import CRU
from .context.tcm import TCM
from .context.tcma import TCMA
from .networks.network_models import DNC, LSTM
from .position.simple import SIMPLE
from .recognition.dual_process import DualProcess
from .recognition.signal_detection import EqualVariance, UnequalVariance
from .recognition.two_high_threshold import TwoHighThreshold
from .recognition.two_strengths import TwoStrengths
from .sam.model import SAM
from .serial.chaining import Chaining
from .serial.perturbation import Perturbation
from .serial.primacy import Primacy
from .serial.start_end import StartEnd

__all__ = [
    "CMR",
    "CRU",
    "DNC",
    "LSTM",
    "SAM",
    "SIMPLE",
    "TCM",
    "TCMA",
    "Chaining",
    "DualProcess",
    "EqualVariance",
    "Perturbation",
    "Primacy",
    "StartEnd",
    "Strength",
    "TwoHighThreshold",
    "TwoStrengths",
    "UnequalVariance",
    "Uniform",
]
