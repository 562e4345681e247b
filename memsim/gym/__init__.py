"""Memory as decisions for reward: tasks in batches, in numpy alone, and as environments of Gymnasium.

May import core. Gymnasium is imported only where an environment is made (``pip install 'memsim[rl]'``).
"""

from memsim.core.lazy_names import offered

__getattr__, __dir__, __all__ = offered(__name__, __file__)
