"""Search of associative memory (SAM): a short-term store, associations, and a search by cues.

Imports core, paradigms and other models.
"""
