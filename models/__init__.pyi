from .cmr import CMR
from .sam import SAM
from .simple import SIMPLE
from .strength import Strength
from .tcm import TCM
from .tcma import TCMA

__all__ = ["CMR", "SAM", "SIMPLE", "TCM", "TCMA", "Strength"]
