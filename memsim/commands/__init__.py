"""The command line, one file for each command. Imports everything; nothing imports it."""
