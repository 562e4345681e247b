"""Free recall; its class stands in :mod:`memsim.core.free_recall`, where records of recall without a task need it."""

from memsim.core.free_recall import FreeRecall

__all__ = ["FreeRecall"]
