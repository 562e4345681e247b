"""Published results of recognition and of memory for pairs, run again. May import what the catalogue may."""
