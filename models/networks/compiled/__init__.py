"""Networks as compiled loops.

May import core and other models.
"""
