"""Analyses of serial recall: accuracy, and errors of order.

They import core, paradigms and other analyses.
"""
