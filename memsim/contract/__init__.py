"""The contract of models, and the checks that a model keeps it.

May import core, paradigms and models.
"""
