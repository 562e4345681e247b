"""Published results of serial recall, run again. May import what the catalogue may."""
