"""Analyses of serial recall: accuracy in place, and errors.

Imports core, paradigms and the rest of analysis.
"""
