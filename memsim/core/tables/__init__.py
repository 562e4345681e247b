"""Recalls as tables: psifr's long table and its scored one, and how the text of items is compared.

May import all of core.
"""
