"""Which model predicts people, and what fits recover: held-out comparison, and recovery of parameters and models.

May import fitting and training and what stands below them.
"""
