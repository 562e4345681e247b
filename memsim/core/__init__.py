"""The vocabulary of memsim, and the loop that runs a model in trials. Imports no other package of memsim."""
