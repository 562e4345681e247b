"""Trained networks: the DNC and the LSTM, their fast kernels, and weights on disk.

Imports core, paradigms and other models.
"""
