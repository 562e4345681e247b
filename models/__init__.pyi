from .cmr import CMR
from .strength import Strength
from .tcm import TCM

__all__ = ["CMR", "TCM", "Strength"]
