"""Every figure that memsim draws, at three widths: nothing is cut, no label touches another."""
