"""How the tables of human curves that ship with memsim were made: ``python examples/shipped_tables.py``.

Needs the files of Murdock (1962), which are fetched, or found in the folder that MEMSIM_DATA names.
"""

from pathlib import Path

import pandas as pd

from memsim import load_dataset
from memsim.analysis import curve_table, summary_table
from memsim.registry import DATASETS

if __name__ == "__main__":
    for kind, table in (("curves", curve_table), ("summary", summary_table)):
        conditions = DATASETS.get("murdock1962").conditions
        tables = {condition: table(load_dataset("murdock1962", condition)) for condition in conditions}
        frame = pd.concat(tables, names=["condition"]).reset_index("condition").round(6)
        frame.to_csv(Path(__file__).parents[1] / "data" / f"murdock1962_{kind}.csv", index=False)
