"""Analyses of recognition: hits and false alarms, signal detection, ROCs.

They import core, paradigms and other analyses.
"""
