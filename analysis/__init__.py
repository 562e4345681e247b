"""Analyses of recall, one file per question; all take Recalls, of models and of people alike."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
