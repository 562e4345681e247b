"""The essay of Greydanus (2017) with which memsim began, run again: what its networks recall, and what of it holds.

May import what the other entries of the catalogue may.
"""
