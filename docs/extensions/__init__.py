"""What the site adds to Sphinx: pages generated from what is registered, examples that run, and typeset equations."""
