from .free_recall import FreeRecall
from .serial_recall import SerialRecall

__all__ = ["FreeRecall", "SerialRecall"]
