"""Trained networks: cores in a room of their own, their fast kernels, networks in experiments, and weights on disk.

May import core, paradigms and other models.
"""
