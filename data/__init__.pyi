from .dataset import Dataset, load_dataset
from .shipped import load_curves, load_summary

__all__ = ["Dataset", "load_curves", "load_dataset", "load_summary"]
