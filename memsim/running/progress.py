"""The bar of what is done, in a terminal and in a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm.auto import tqdm


def progress_bar(wanted: bool = True, **options: Any) -> Any:
    """A bar of tqdm, with these options, that is shown if it is wanted, and somebody can see it move.

    That is where standard error is a terminal, and in a notebook.
    """
    return tqdm(disable=(False if _in_notebook() else None) if wanted else True, **options)


@contextmanager
def step_by_step(total: int, wanted: bool = True) -> Iterator[Callable[..., None]]:
    """A bar of so many steps; what is given is called with a label and how many steps are done with it, or 1."""
    with progress_bar(wanted, total=total, unit="step", leave=False) as bar:

        def done(label: str, steps: int = 1) -> None:
            bar.set_postfix_str(label)
            bar.update(steps)

        yield done


def _in_notebook() -> bool:
    """Whether this process runs the cells of a notebook."""
    if "IPython" not in sys.modules:
        return False
    return hasattr(sys.modules["IPython"].get_ipython(), "kernel")
