"""Tasks of sequences in and sequences out, one a file, in the shape of ``sequences``. They may import the rooms below
training, and no objective.
"""
