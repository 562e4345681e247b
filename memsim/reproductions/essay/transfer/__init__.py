"""Transfer between tasks of memory: by networks with several tasks, and by models whose parameters were fitted to
another task.
"""
