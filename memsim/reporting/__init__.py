"""Reports of experiments for readers. Imports experiments and evaluation and what stands below them."""
