"""Models that predict which serial positions are recalled, without an order of recall: SIMPLE.

May import core, paradigms and other models.
"""
