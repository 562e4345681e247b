"""Models of serial recall: Start-End, primacy, perturbation and chaining.

May import core, paradigms and other models.
"""
