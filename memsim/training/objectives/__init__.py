"""Objectives: what a network is trained on, and its loss. They may import the rooms below training, and the tasks of
sequences.
"""
