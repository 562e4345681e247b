"""The models of memory, a folder for each family. May import core and paradigms."""

from memsim.core.lazy_names import offered

__getattr__, __dir__, __all__ = offered(__name__, __file__)
