"""Statistics of the frames that analyses return: intervals, contrasts, distances between curves, regression.

They import core, paradigms and analyses.
"""
