from .cmr import CMR
from .sam import SAM
from .simple import SIMPLE
from .strength import Strength
from .tcm import TCM

__all__ = ["CMR", "SAM", "SIMPLE", "TCM", "Strength"]
