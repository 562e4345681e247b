"""The errors memsim raises: each names the value, the rule it breaks and the usual fix."""


class MemsimError(Exception):
    """Base of every error that memsim raises on purpose."""


class InputError(MemsimError, ValueError):
    """A value from outside (a matrix, a table, a setting, a parameter) breaks a rule."""


class UnknownNameError(MemsimError, LookupError):
    """A name that no registry knows; the message offers the closest ones."""


class ModelError(MemsimError, RuntimeError):
    """A model broke the contract of :class:`memsim.MemoryModel`."""


class LikelihoodError(MemsimError, TypeError):
    """A likelihood was asked of a model that has none."""


class DataError(MemsimError, OSError):
    """A data file is missing, corrupt, or could not be fetched."""
