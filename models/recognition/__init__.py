"""Models of recognition: signal detection and other measurement models, and memory by similarity.

May import core, paradigms and other models.
"""
