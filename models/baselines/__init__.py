"""Yardsticks and the template of a model: strength that decays, and uniform choice.

Imports core, paradigms and other models.
"""
