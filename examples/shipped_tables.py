"""Make the tables of human curves that ship with memsim: ``python examples/shipped_tables.py``.

The files of Murdock (1962) and of Farrell & Lewandowsky (2003) are fetched, or read from the folder that MEMSIM_DATA
names.
"""

from pathlib import Path

import pandas as pd

from memsim import load_dataset
from memsim.analysis import curve_table, summary_table
from memsim.data.registered import DATASETS

if __name__ == "__main__":
    for name in ("murdock1962", "farrell_lewandowsky2003"):
        recalls = {condition: load_dataset(name, condition) for condition in DATASETS.get(name).conditions}
        for kind, table in (("curves", curve_table), ("summary", summary_table)):
            tables = {condition: table(found) for condition, found in recalls.items()}
            frame = pd.concat(tables, names=["condition"]).reset_index("condition").round(6)
            frame.to_csv(Path(__file__).parents[1] / "data" / "tables" / f"{name}_{kind}.csv", index=False)
