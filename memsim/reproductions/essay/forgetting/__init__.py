"""Forgetting and consolidation: levers of wear, at test only and in training, against curves and lists of people. May
import what the other reproductions may.
"""
