"""The errors and warnings of memsim. Each message names the value, the rule that it breaks and the usual fix."""


class MemsimError(Exception):
    """Base of every error that memsim raises on purpose."""


class InputError(MemsimError, ValueError):
    """A value that a user gave (a matrix, a table, a setting, a parameter) breaks a rule."""


class NoEffectError(InputError):
    """A setting that has no effect beside the others as they are, given another value than its default."""


class DivergenceError(InputError):
    """The loss of a training is no longer finite, by its settings or by the core that is trained."""


class UnknownNameError(MemsimError, LookupError):
    """A name that is not registered; the message offers the closest one."""


class ModelError(MemsimError, RuntimeError):
    """A model broke the contract of :class:`memsim.MemoryModel`."""


class LikelihoodError(MemsimError, TypeError):
    """A model without a likelihood was asked for one."""


class DataError(MemsimError, OSError):
    """A data file is missing or corrupt, or could not be downloaded."""


class MemsimWarning(UserWarning):
    """Base of every warning that memsim gives on purpose; the command line shows each once, in one line."""


class BeyondWarning(MemsimWarning):
    """A model runs in a task that lies beyond what it was trained or fitted for; the message says in what."""


class DataWarning(MemsimWarning):
    """Something in the data is doubtful, or was left out; the message counts it."""
