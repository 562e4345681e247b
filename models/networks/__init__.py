"""Trained networks: the DNC and the LSTM, their fast kernels, and weights on disk.

May import core, paradigms and other models.
"""
