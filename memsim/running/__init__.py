"""Many independent pieces of work: on this machine or a cluster, kept when finished. Imports core and the
four packages (paradigms, models, analysis, data).
"""
