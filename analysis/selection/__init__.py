"""Which of several models people favour: criteria, Bayesian selection, tables and figures of it.

Imports core, paradigms and the rest of analysis.
"""
