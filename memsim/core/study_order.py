"""Lists of people whose order of study was not recorded, so that the order in the trials says nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from memsim.core.errors import DataWarning
from memsim.core.joint_recalls import JointRecalls
from memsim.core.origin import STUDY_ORDER, Observed

DECLARATION = "by_study_order"
"""The attribute of the function of an analysis that says whether places in the list of study are its levels."""

NEEDS_ORDER = "needs the order of study"
"""What an analysis says of itself that people are refused whose order is not known."""


def unknown_order(responses: Any) -> str:
    """Why the order of study of these recalls or judgments is not known, as their origin says; empty if it is known."""
    if isinstance(responses, JointRecalls):
        return next((reason for part in responses.parts.values() if (reason := unknown_order(part))), "")
    origin = getattr(responses, "origin", None)
    details: Mapping[str, Any] = origin.details if isinstance(origin, Observed) else {}
    return str(details.get(STUDY_ORDER, ""))


def refusal_of_order(function: Any, responses: Any) -> str:
    """Why an analysis by places of study does not take these responses, in one line; empty if it takes them."""
    if getattr(function, DECLARATION, False) and (reason := unknown_order(responses)):
        return f"{function.__name__} {NEEDS_ORDER}, which is not known of these people ({reason})"
    return ""


def warn_of_order(model: Any, responses: Any) -> None:
    """Give a :class:`DataWarning` if the order of study is not known, and the model may depend on it."""
    if getattr(model, "depends_on_order", True) and (reason := unknown_order(responses)):
        warnings.warn(
            f"the order of study of these people is not known ({reason}); what {type(model).__name__} predicts may "
            "depend on it, so that its likelihood is that of an arbitrary order",
            DataWarning,
            stacklevel=3,
        )
