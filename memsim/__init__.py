"""memsim: models of human memory, run through the same experiments as people, and compared with them."""

from pathlib import Path

import lazy_loader

# In a checkout four rooms stand beside this folder; an installation holds them in it (`package_dir` in setup.cfg).
if not Path(__path__[0], "models").is_dir():
    __path__.append(str(Path(__path__[0]).parent))

from memsim.core import errors as errors
from memsim.core.version import __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]
