"""Baselines, and the template of a model: uniform choice, and strength that decays.

May import core, paradigms and other models.
"""
