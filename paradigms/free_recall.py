"""Free recall. The class is defined in :mod:`memsim.core.free_recall`, since it is the default task in core."""

from memsim.core.free_recall import FreeRecall

__all__ = ["FreeRecall"]
