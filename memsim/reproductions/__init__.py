"""The catalogue of published results that memsim runs again, one file for each result or family of them. Imports
experiments and evaluation and what stands below them, and nothing of reporting.
"""
