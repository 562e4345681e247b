"""Trainings of cores on tasks of sequences, at a size that one processor trains in minutes; torch is not imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ALL = {"batch": 32, "learning_rate": 0.002}
_COPY = {**_ALL, "objective": "copy", "vector_size": 6, "first_length": 10, "list_length": 10}
_REPEAT = {**_ALL, "objective": "repeat-copy", "vector_size": 6, "first_length": 5, "list_length": 5, "copies": 3}
_PAIRS = {**_ALL, "objective": "associative-recall", "vector_size": 8, "first_length": 6, "list_length": 6}
_GRAMS = {**_ALL, "objective": "n-grams", "order": 3, "first_length": 50, "list_length": 50}
_SORT = {**_ALL, "objective": "priority-sort", "vector_size": 6, "first_length": 8, "list_length": 8}
_SHOT = {**_ALL, "objective": "one-shot", "first_length": 30, "list_length": 30}
_HOPS = {**_ALL, "objective": "two-hops", "first_length": 10, "list_length": 10}
_NEXT = {**_ALL, "objective": "induction", "first_length": 12, "list_length": 12}

RECIPES: Mapping[str, Mapping[str, Any]] = {}
"""Settings by the name of the training, ``NTM:copy``, each of a core and the task of its publication, or of the LSTM as
the control without external memory."""
