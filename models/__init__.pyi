from .strength import Strength
from .tcm import TCM

__all__ = ["TCM", "Strength"]
