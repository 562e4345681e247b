"""Search of associative memory (SAM): a short-term store, associations, and a search by cues.

May import core, paradigms and other models.
"""
