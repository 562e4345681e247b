"""Models and people through one task, or through a battery of tasks.

Imports fitting, training and the rooms below them, and nothing of evaluation.
"""
