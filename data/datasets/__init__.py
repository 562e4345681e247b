"""Human data sets, one file for each source.

Imports core, paradigms and the rest of data.
"""
