"""Several tasks by one network: at once or one after another, what is forgotten, and what keeps it. They may import
objectives, and the rooms below training.
"""
