"""Reports of experiments for readers. May import experiments, evaluation and the rooms below them."""
