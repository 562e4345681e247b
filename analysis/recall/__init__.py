"""Analyses of recall, one file for each question: where recall begins, how it goes on, when it ends, what goes wrong.

They import core, paradigms and other analyses.
"""
