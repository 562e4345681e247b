from .free_recall import FreeRecall
from .recognition import Recognition
from .serial_recall import SerialRecall

__all__ = ["FreeRecall", "Recognition", "SerialRecall"]
