"""Human data sets, one file for each publication.

Imports core, paradigms and the rest of data.
"""
