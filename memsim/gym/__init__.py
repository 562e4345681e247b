"""Memory as decisions for reward: tasks in batches, in numpy alone, and as environments of Gymnasium.

May import core. Gymnasium is imported only where an environment is made (``pip install 'memsim[rl]'``).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
