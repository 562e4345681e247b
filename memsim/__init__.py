"""memsim: models of human memory, run through the same experiments as people, and compared with them."""

import lazy_loader

from memsim.core import errors as errors
from memsim.core.version import __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]
