"""The learning rule of a training, by its settings."""

from __future__ import annotations

from importlib import import_module

from memsim.training.learning_rules.registered import RULES
from memsim.training.learning_rules.rule import LearningRule
from memsim.training.objectives.objective import Objective


def make_rule(objective: Objective) -> LearningRule:
    """The rule that ``objective.training`` names.

    Raises
    ------
    InputError : the rule is not for this core, or not for this objective.
    """
    module, _, name = RULES[objective.training.learning_rule].partition(":")
    rule: LearningRule = getattr(import_module(module), name)(objective)
    return rule
