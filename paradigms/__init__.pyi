from .free_recall import FreeRecall

__all__ = ["FreeRecall"]
