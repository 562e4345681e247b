"""Baselines, and the template of a model: uniform choice, and strength that decays.

Imports core, paradigms and other models.
"""
