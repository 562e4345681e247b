"""Which model predicts people, and what fits recover: held-out comparison and recovery. Imports fitting and
training and what stands below them.
"""
