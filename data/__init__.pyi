from .dataset import Dataset, load_dataset, load_recalls
from .shipped import load_curves, load_summary

__all__ = ["Dataset", "load_curves", "load_dataset", "load_recalls", "load_summary"]
