"""Human data sets, one file for each publication.

May import core, paradigms and the rest of data.
"""
