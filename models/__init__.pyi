from .cmr import CMR
from .sam import SAM
from .strength import Strength
from .tcm import TCM

__all__ = ["CMR", "SAM", "TCM", "Strength"]
