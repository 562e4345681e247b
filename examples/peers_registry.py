"""Make the registry of the sessions of PEERS, with sums: ``python examples/peers_registry.py FOLDER``.

FOLDER has the data set ds004395 of OpenNeuro, at the commit that ``memsim.data.formats.peers_tables`` names.
"""

import gzip
import hashlib
import sys
from pathlib import Path

from memsim.data.peers import FILES, REGISTRY

if __name__ == "__main__":
    root = Path(sys.argv[1])
    lines = ["file,sha256"]
    for path in sorted(root.glob(FILES)):
        lines.append(f"{path.relative_to(root).as_posix()},{hashlib.sha256(path.read_bytes()).hexdigest()}")
    target = Path(__file__).parents[1] / "data" / "tables" / REGISTRY
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write("\n".join([*lines, ""]).encode("ascii"))
