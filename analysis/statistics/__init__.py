"""Statistics of tidy frames: intervals, contrasts, distances between curves, regression, and all of it in words.

Imports core, paradigms and the rest of analysis.
"""
