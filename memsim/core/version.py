"""The version of memsim, once."""

__version__ = "0.1.0"
