"""The tasks of people and models, one file for each. May import core."""

from memsim.core.lazy_names import offered

__getattr__, __dir__, __all__ = offered(__name__, __file__)
