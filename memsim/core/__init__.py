"""The vocabulary of memsim, and the loop that runs a model in trials. May import no other package of memsim."""
