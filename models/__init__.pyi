from .cmr import CMR
from .dnc import DNC, LSTM, DNCPeople
from .sam import SAM
from .simple import SIMPLE
from .strength import Strength
from .tcm import TCM
from .tcma import TCMA

__all__ = ["CMR", "DNC", "LSTM", "SAM", "SIMPLE", "TCM", "TCMA", "DNCPeople", "Strength"]
