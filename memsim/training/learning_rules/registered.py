"""The learning rules by name; torch is not imported here."""

from __future__ import annotations

from collections.abc import Mapping

_HERE = "memsim.training.learning_rules"
RULES: Mapping[str, str] = {
    "backpropagation": f"{_HERE}.rule:Backpropagation",
    "evolution": f"{_HERE}.evolution:Evolution",
    "node-perturbation": f"{_HERE}.node_perturbation:NodePerturbation",
    "feedback-alignment": f"{_HERE}.feedback_alignment:FeedbackAlignment",
    "e-prop": f"{_HERE}.eligibility:EProp",
    "rflo": f"{_HERE}.eligibility:RFLO",
    "read-out": f"{_HERE}.read_out:ReadOut",
}
"""Where the class of each rule is."""
WITH_FEEDBACK = ("feedback-alignment", "e-prop", "rflo")
"""Rules that send errors back through weights, which may be fixed and random."""
BY_NOISE = ("evolution", "node-perturbation")
"""Rules that learn from what random changes do to the loss."""
