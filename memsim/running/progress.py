"""The bar of what is done, in a terminal and in a notebook."""

from __future__ import annotations

import sys
from typing import Any

from tqdm.auto import tqdm


def progress_bar(wanted: bool = True, **options: Any) -> Any:
    """A bar of tqdm, with these options, that is shown if it is wanted, and somebody can see it move.

    That is where standard error is a terminal, and in a notebook.
    """
    return tqdm(disable=(False if _in_notebook() else None) if wanted else True, **options)


def _in_notebook() -> bool:
    """Whether this process runs the cells of a notebook."""
    if "IPython" not in sys.modules:
        return False
    return hasattr(sys.modules["IPython"].get_ipython(), "kernel")
