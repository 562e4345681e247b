"""Models of serial recall: Start-End, primacy, perturbation and chaining.

Imports core, paradigms and other models.
"""
