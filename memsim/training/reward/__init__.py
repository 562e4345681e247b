"""Networks that are trained by reward: an actor and a critic on any core. May import what ``memsim.training`` may."""
