from .associative_recognition import AssociativeRecognition
from .continuous_recognition import ContinuousRecognition
from .cued_recall import CuedRecall
from .final_recognition import FinalRecognition
from .free_recall import FreeRecall
from .frequency_judgment import FrequencyJudgment
from .recall_then_recognition import RecallThenRecognition
from .recognition import Recognition
from .serial_recall import SerialRecall

__all__ = [
    "AssociativeRecognition",
    "ContinuousRecognition",
    "CuedRecall",
    "FinalRecognition",
    "FreeRecall",
    "FrequencyJudgment",
    "RecallThenRecognition",
    "Recognition",
    "SerialRecall",
]
