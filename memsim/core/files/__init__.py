"""Files that memsim writes: each whole or not there, none that is another's replaced, with safe names.

May import errors and names of core. `strict_json` reads and writes JSON, also of numbers that are not finite.
"""
