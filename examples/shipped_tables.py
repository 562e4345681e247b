"""Make the tables of human curves that ship with memsim: ``python examples/shipped_tables.py [NAME ...]``.

The files of the data sets are fetched, or read from the folder that MEMSIM_DATA names. The tables of recognition and
cued recall that ship now were made so from the files of half of the people.
"""

import sys
from pathlib import Path

import pandas as pd

from memsim import load_dataset
from memsim.analysis import curve_table, summary_table
from memsim.data.datasets.confidence_database import SOURCES
from memsim.data.registered import DATASETS

NAMES = [
    "murdock1962", "farrell_lewandowsky2003", "aue2017", "buchler2008", "criss2011", "diana_reder2006", "reder2000",
    *SOURCES,
]  # fmt: skip

if __name__ == "__main__":
    for name in sys.argv[1:] or NAMES:
        responses = {condition: load_dataset(name, condition) for condition in DATASETS.get(name).conditions}
        for kind, table in (("curves", curve_table), ("summary", summary_table)):
            tables = {condition: table(found) for condition, found in responses.items()}
            frame = pd.concat(tables, names=["condition"]).reset_index("condition").round(6)
            frame.to_csv(Path(__file__).parents[1] / "data" / "tables" / f"{name}_{kind}.csv", index=False)
