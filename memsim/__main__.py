"""``python -m memsim``."""

import sys

from memsim.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
