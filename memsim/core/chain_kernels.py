"""From the probabilities of events to the likelihood of lists and its derivatives, in one compiled loop."""

from __future__ import annotations

import math

from memsim.core.code.compiled import njit
from memsim.core.outcomes import NO_EVENT

LEAST = 1e-300
"""Probabilities below it have no finite inverse, and no slope."""


@njit(cache=True, error_model="numpy")
def chain_rule(  # type: ignore[no-untyped-def]
    outcome, silence, guess_outcome, guess_silence, columns, length, lapse, hazard,
    likelihood, guessed, by_outcome, by_silence, by_lapse,
):  # fmt: skip
    """Fill the last five: the log-likelihood of lists, that of guessing all, and derivatives of the first.

    Parameters
    ----------
    outcome, silence, guess_outcome, guess_silence : (n_trials, n_events) of the model and of guesses; see
        :class:`memsim.core.event_probabilities.Events`.
    columns : (n_trials, n_events) what happened; see :class:`memsim.core.outcomes.Outcomes`.
    lapse : (n_trials,) the share of guesses.
    hazard : (n_outputs,) of a shared stopping rule, beside which choices count given that there is a response; empty
        for the model's own.
    by_outcome, by_silence : (n_trials, n_events) derivatives; ``likelihood``, ``guessed``, ``by_lapse`` (n_trials,).
    """
    shared = len(hazard) > 0
    for trial in range(len(columns)):
        total, total_guessed, total_by_lapse = 0.0, 0.0, 0.0
        for event in range(columns.shape[1]):
            by_outcome[trial, event], by_silence[trial, event] = 0.0, 0.0
            item = columns[trial, event]
            if item == NO_EVENT:
                continue
            if shared and item == length:
                total += math.log(hazard[event])
                continue
            chosen, guess, rest = outcome[trial, event], guess_outcome[trial, event], 1.0
            if shared:
                total += math.log(1 - hazard[event])
                rest = 1 - silence[trial, event]
                chosen = chosen / rest if rest > 0 else 0.0
                rest_of_guess = 1 - guess_silence[trial, event]
                guess = guess / rest_of_guess if rest_of_guess > 0 else 0.0
            mixed = chosen + lapse[trial] * (guess - chosen)
            total += math.log(mixed)
            total_guessed += math.log(guess)
            if mixed > LEAST:
                total_by_lapse += (guess - chosen) / mixed
                slope = (1 - lapse[trial]) / mixed
                if shared and rest > 0:
                    by_silence[trial, event] = slope * outcome[trial, event] / (rest * rest)
                by_outcome[trial, event] = slope / rest if rest > 0 else 0.0
        likelihood[trial], guessed[trial], by_lapse[trial] = total, total_guessed, total_by_lapse
