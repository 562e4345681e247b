"""Readers of files of recalls, one file for each format.

May import core, paradigms and the rest of data.
"""
