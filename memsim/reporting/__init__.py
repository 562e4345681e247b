"""Reports of experiments for readers. Imports experiments, evaluation and the rooms below them."""
