"""Human data: data sets with their sources, and tables of their curves that ship with memsim."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
