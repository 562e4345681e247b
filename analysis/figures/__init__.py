"""Figures: their common style, and one file for each kind of figure.

Imports core, paradigms and the rest of analysis.
"""
