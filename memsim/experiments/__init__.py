"""Models and people through one task, or through a battery of tasks.

May import fitting, training and the rooms below them, and nothing of evaluation.
"""
