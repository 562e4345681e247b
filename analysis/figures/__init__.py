"""Figures: the style of all, and one file for each kind.

Imports core, paradigms and the rest of analysis.
"""
