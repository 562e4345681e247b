"""The catalogue of published results that memsim runs again, with one file for each result or family of results.

May import experiments, evaluation and the rooms below them, and nothing of reporting.
"""
