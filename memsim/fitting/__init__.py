"""Fits of one model: what is free, what is maximised, the search, intervals, the result. Imports running and
what stands below it.
"""
