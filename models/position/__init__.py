"""Models that predict which serial positions are recalled, without an order of recall: SIMPLE.

Imports core, paradigms and other models.
"""
