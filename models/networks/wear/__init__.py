"""How the state of a network wears between steps, and what a rest between study and test does to it. May import the
cores, and :mod:`memsim.core`.
"""
