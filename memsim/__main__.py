"""``python -m memsim``."""

import sys

from memsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
