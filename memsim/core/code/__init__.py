"""The code that runs: registries, modules of the user's, compiled functions, versions.

May import errors, names and parameters of core.
"""
