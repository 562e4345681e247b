from .dataset import Dataset
from .datasets.pal1 import load_pal
from .formats.bids_events import read_bids_events
from .formats.penn_mat import read_penn_mat
from .formats.quail_eggs import read_egg
from .formats.recall_matrices import read_recall_matrix
from .loading import load_dataset, load_recalls
from .peers import fetch_peers, load_peers
from .reader_options import ReaderOptions
from .shipped import load_curves, load_summary

__all__ = [
    "Dataset",
    "ReaderOptions",
    "fetch_peers",
    "load_curves",
    "load_dataset",
    "load_pal",
    "load_peers",
    "load_recalls",
    "load_summary",
    "read_bids_events",
    "read_egg",
    "read_penn_mat",
    "read_recall_matrix",
]
