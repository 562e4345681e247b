"""Pictures of a network at work: what is drawn of its steps, and a sequence of a task beside them."""
