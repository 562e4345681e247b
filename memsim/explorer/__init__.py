"""The explorer: a page on which models run beside people while their parameters are moved.

``setting`` is what is chosen, as one frozen value; ``menu`` what can be chosen; ``links`` and ``exports`` turn a
setting into a link and into files, and ``fields`` into the description of a form. ``curves``, ``likelihoods`` and
``insides`` compute what a setting shows, without a page. ``session`` answers what is edited on one page; ``server`` and
``widget`` bring a session to a browser and to a notebook, and ``page/`` is what runs in there.

May import all rooms but commands, reporting and reproductions.
"""
