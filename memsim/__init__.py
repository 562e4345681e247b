"""memsim: models of human memory, run through the same experiments as people, and compared with them."""

from memsim.core import errors as errors
from memsim.core.code.own_sources import find_rooms_beside
from memsim.core.lazy_names import offered
from memsim.core.named_models import find_models_by
from memsim.core.version import __version__

find_rooms_beside()


def _model(name: str) -> object:
    from memsim.models.lookup import build_model

    return build_model(name)


find_models_by(_model)
__getattr__, __dir__, __all__ = offered(__name__, __file__)
__all__ += ["__version__"]
