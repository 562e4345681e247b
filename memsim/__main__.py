"""``python -m memsim``."""

import sys

from memsim.commands.start import main

if __name__ == "__main__":
    sys.exit(main())
