"""The benchmark: every model fitted to some people by one budget, and ranked by what it predicts of others.

May import what :mod:`memsim.evaluation` may, and its files.
"""
