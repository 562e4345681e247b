from .association.hopfield import Hopfield
from .association.matrix import Matrix
from .association.osth_dennis import OsthDennis
from .association.todam import TODAM
from .baselines.fast_strength import Strength
from .baselines.uniform import Uniform
from .context.cmr import CMR
from .context.context_memory import ContextMemory
from .context.cru import CRU
from .context.tcm import TCM
from .context.tcma import TCMA
from .networks.network_models import DNC, LSTM, Network
from .position.simple import SIMPLE
from .recognition.bcdmem import BCDMEM
from .recognition.dual_process import DualProcess
from .recognition.minerva2 import MINERVA2
from .recognition.rem import REM
from .recognition.signal_detection import EqualVariance, UnequalVariance
from .recognition.summed_similarity import SummedSimilarity
from .recognition.two_high_threshold import TwoHighThreshold
from .recognition.two_strengths import TwoStrengths
from .sam.model import SAM
from .serial.chaining import Chaining
from .serial.perturbation import Perturbation
from .serial.primacy import Primacy
from .serial.start_end import StartEnd

__all__ = [
    "BCDMEM",
    "CMR",
    "CRU",
    "DNC",
    "LSTM",
    "MINERVA2",
    "REM",
    "SAM",
    "SIMPLE",
    "TCM",
    "TCMA",
    "TODAM",
    "Chaining",
    "ContextMemory",
    "DualProcess",
    "EqualVariance",
    "Hopfield",
    "Matrix",
    "Network",
    "OsthDennis",
    "Perturbation",
    "Primacy",
    "StartEnd",
    "Strength",
    "SummedSimilarity",
    "TwoHighThreshold",
    "TwoStrengths",
    "UnequalVariance",
    "Uniform",
]
