"""Models and people through tasks: one task, or a battery of them. Imports fitting and training and what stands
below them, and nothing of evaluation.
"""
