"""The cores: recurrent networks that run behind one interface, one file each, and what drives any of them.

May import core, and the files of networks that hold memories and kernels.
"""
