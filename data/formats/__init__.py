"""Readers of files of recalls, one file for each format.

Imports core, paradigms and the rest of data.
"""
