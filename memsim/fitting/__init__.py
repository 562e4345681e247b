"""Fits of one model: the specification, the search, intervals of the estimates, the result and its figures.

May import running and what stands below it.
"""
