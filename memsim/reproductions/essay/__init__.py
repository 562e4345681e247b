"""The essay of Greydanus (2017) with which memsim began: its networks run again, and a room for each of five claims.

May import what the other entries of the catalogue may.
"""
