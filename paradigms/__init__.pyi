from .final_recognition import FinalRecognition
from .free_recall import FreeRecall
from .recognition import Recognition
from .serial_recall import SerialRecall

__all__ = ["FinalRecognition", "FreeRecall", "Recognition", "SerialRecall"]
