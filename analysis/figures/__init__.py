"""Figures: their common style, and one file for each kind of figure.

May import core, paradigms and the rest of analysis.
"""
