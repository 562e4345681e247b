"""Where the command ``memsim`` starts: an interruption is understood before anything else is imported."""

from __future__ import annotations

import os
import sys

from memsim.core.interruption import said


def main() -> int:
    """Run one command; see :func:`memsim.commands.main.main`."""
    os.environ["MPLBACKEND"] = "agg"  # figures go to files only, whatever the shell says
    try:
        from memsim.commands.main import main as run

        return run()
    except KeyboardInterrupt:
        os.write(2, f"memsim: {said()}\n".encode())
        return 130
    finally:
        # What is interrupted from here on has nothing left to lose, and need not say where it was.
        sys.unraisablehook = lambda _: None
