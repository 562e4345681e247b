"""The vocabulary of memsim and the loop in which a model meets a trial. Imports nothing of memsim but itself."""
