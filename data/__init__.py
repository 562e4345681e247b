"""Human data: formats of files, data sets, and what ships with memsim. May import core and paradigms."""

from memsim.core.lazy_names import offered

__getattr__, __dir__, __all__ = offered(__name__, __file__)
