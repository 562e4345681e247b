"""Analyses of association: cued recall, its errors and symmetry, and the contingency of two tests of one item.

They import core, paradigms and other analyses.
"""
