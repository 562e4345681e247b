"""Small cases with known answers, computed by other software or by a computation independent of memsim."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from memsim.analysis.figures.targets import identity_figure
from memsim.analysis.recall.transitions import lag_crp
from memsim.core.arrays import FloatArray
from memsim.core.likelihood import event_log_probabilities, log_likelihood
from memsim.core.loop import study
from memsim.core.model import MemoryModel
from memsim.core.position_model import recall_probability
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.models import CMR, SAM, SIMPLE, TCM
from memsim.paradigms import FreeRecall
from memsim.reproductions.cmr_reference import reference
from memsim.reproductions.entry import Finding, Outcome, Reproduction, findings_table
from memsim.reproductions.kinds import Kind, OtherProgram, OwnComputation, TargetOrigin

CYMR = OtherProgram("package cymr", "0.14.3")
BY_HAND = OwnComputation("an independent program, or counts by hand")
FIVE = Recalls.from_matrix([[5, 4, 1, 2, 0], [1, 2, 3, 4, 5], [3, 0, 0, 0, 0], [0, 0, 0, 0, 0]], 5)
LUCE = CMR.preset("demonstration")
CASE_C = {
    "item_to_context_own": 0.5, "context_to_item_own": 0.0, "item_to_context_learning": 0.5,
    "context_to_item_learning": 1.0, "primacy_scale": 0.0, "primacy_decay": 1.0, "choice_noise": 0.5,
    "stop_base": 0.05, "stop_growth": 0.3,
}  # fmt: skip
SMALL_CMR = CMR(
    encoding_drift=0.7, start_drift=0.3, recall_drift=0.8, item_to_context_own=0.6, item_to_context_learning=0.4,
    context_to_item_shared=0.1, context_to_item_own=0.9, context_to_item_learning=1, primacy_scale=2, primacy_decay=1,
    choice_exponent=2, choice_noise=0.35, stop_base=0.02, stop_growth=0.3,
)  # fmt: skip


def golden_cases(seed: int) -> Outcome:
    """The outcome of every case; nothing is random, so ``seed`` is not used."""
    findings = [*_tcm(), *_cmr(), *_sam(), *_simple(), *_analyses()]
    table = findings_table(findings)
    worst = max(abs(finding.obtained - finding.target) for finding in findings)
    return Outcome(
        findings,
        partial(identity_figure, table, f"Cases with known answers; the largest difference is {worst:.1e}"),
        {"lists": "those of each case", "random": "nothing"},
        shown=f"{len(findings)} numbers; the largest difference is {worst:.1e}; targets.csv holds all",
    )


def _match(name: str, obtained: Any, target: Any, digits: int, origin: TargetOrigin) -> list[Finding]:
    """A finding for each number, which must equal the target to this number of printed digits."""
    obtained, target = np.ravel(obtained), np.ravel(target)
    many = len(target) > 1
    return [
        Finding(f"{name} [{i}]" if many else name, float(t), float(o), 0.5 * 10**-digits * 1.01, origin)
        for i, (t, o) in enumerate(zip(target, obtained, strict=True), 1)
    ]


def _at_test(model: MemoryModel[Any], length: int) -> Any:
    """The state of one trial when its first response is due."""
    return study(model, FreeRecall(list_length=length).trials(1), stream(0, "unused"))


def _outcomes(model: MemoryModel[Any], state: Any, *history: int) -> tuple[FloatArray, Any]:
    """The probabilities of the next response after the positions in ``history`` were recalled, and the state."""
    for position in history:
        state = model.recalled(state, np.array([position - 1], dtype=np.int32))
    return np.array(model.outcome_probabilities(state)[0]), state


def _tcm() -> list[Finding]:
    model = TCM(context_drift=0.6, choice_noise=0.4, stop_base=0)
    name = "TCM, L = 3, β = .6, γ = 1, τ = .4"
    outcome, state = _outcomes(model, _at_test(model, 3))
    context = [0.384, 0.48, 0.6, 0.512]
    found_context = _match(f"{name}: context after the list", state.temporal.context[0], context, 6, BY_HAND)
    found = found_context + _match(f"{name}: activation", state.searching.support[0], [0.64, 0.80, 1.0], 6, BY_HAND)
    found += _match(f"{name}: first recall", outcome[:3], [0.107815, 0.239946, 0.652240], 6, BY_HAND)
    outcome, state = _outcomes(model, state, 2)
    support = state.searching.support[0]
    found += _match(f"{name}: activation after 2", support, [0.574629, 0.919533, 0.907921], 6, BY_HAND)
    return found + _match(f"{name}: after 2", outcome[[0, 2]], [0.158897, 0.841103], 6, BY_HAND)


def _cmr() -> list[Finding]:
    found = []
    events = {
        "A": [0.973855312499, 0.498341295038, 0.236891712530, 0.610639520450, 0.002718281828],
        "C": [0.504186541117, 0.381789664904, 0.197294426156, 0.554250663943, 0.166005846137],
    }
    lists = {
        "A": [-8.564118548674, -10.828357427377, -13.053023563539, -6.907755278982],
        "C": [-5.656623018661, -4.958099801116, -4.930072103967, -2.995732273554],
    }
    for case, model in (("A", LUCE), ("C", LUCE.replace(**CASE_C))):
        probabilities = np.exp(event_log_probabilities(model, FIVE)[0, :5])
        found += _match(f"CMR case {case}: events of list 5 4 1 2", probabilities, events[case], 12, CYMR)
        found += _match(f"CMR case {case}: log-likelihood", log_likelihood(model, FIVE), lists[case], 12, CYMR)
    total = log_likelihood(LUCE, FIVE).sum()
    found += _match("CMR case A: total", total, -39.353254818572, 10, CYMR)
    name = "CMR, L = 4, power rule"
    state = _at_test(SMALL_CMR, 4)
    expected = {
        (): [0.331494, 0.189598, 0.191093, 0.267815, 0.02],
        (3,): [0.385601, 0.280125, 0, 0.307277, 0.026997],
        (4,): [0.534413, 0.429145, 0, 0, 0.036442],
    }
    for history, target in expected.items():
        outcome, state = _outcomes(SMALL_CMR, state, *history)
        found += _match(f"{name}: {'then ' * bool(history)}{history or 'first'}", outcome, target, 6, BY_HAND)
    recalls = Recalls.from_matrix([[3, 4, 1]], 4)
    found += _match(f"{name}: log-likelihood of 3 4 1", log_likelihood(SMALL_CMR, recalls), -6.473612, 6, BY_HAND)
    exponential = SMALL_CMR.replace(choice_rule="exponential")
    outcome, _ = _outcomes(exponential, _at_test(exponential, 4))
    name = "CMR, L = 4, exponential rule"
    found += _match(f"{name}: first", outcome[:4], [0.674391, 0.043735, 0.045220, 0.216654], 6, BY_HAND)
    found += _match(f"{name}: log-likelihood of 3 4 1", log_likelihood(exponential, recalls), -7.988615, 6, BY_HAND)
    for condition, order, first_list in (
        ("20-1", [20, 19, 13, 18, 1, 9, 2, 17, 16], -24.853707),
        ("30-1", [30, 27, 6, 29, 15, 23, 8], -23.649588),
    ):
        recalls = Recalls.from_matrix([order], int(condition[:2]))
        likelihood = log_likelihood(reference(condition), recalls)
        found += _match(f"CMR, first list of Murdock (1962) {condition}", likelihood, first_list, 6, BY_HAND)
    return found


def _sam() -> list[Finding]:
    context = [0.20, 0.15, 0.10, 0.25]
    links = [[0.2, 0.1, 0.05, 0.02], [0.1, 0.15, 0.1, 0.02], [0.05, 0.1, 0.1, 0.1], [0.02, 0.02, 0.1, 0.25]]
    cases = {
        "none": [
            [0.183119, 0.105535, 0.048067, 0.279320, 0.383959],
            [0.041430, 0.029362, 0, 0.073956, 0.855252],
            [0.009422, 0.005453, 0, 0, 0.985125],
        ],
        "episode": [
            [0.124246, 0.079353, 0.040363, 0.172115, 0.583922],
            [0.041540, 0.029833, 0, 0.073078, 0.855549],
            [0.010309, 0.006001, 0, 0, 0.983690],
        ],
        "component": [[0.626049, 0, 0.313024, 0, 0.060927]],
    }
    found = []
    for memory, expected in cases.items():
        model = SAM(cue_failures_max=2, sampling_failures_max=5, failure_memory=memory)
        trial = FreeRecall(list_length=4, retention_interval=1).trials(1)
        state = model.begin(trial, stream(0, "unused"))
        state.context[:], state.links[:] = context, links
        state = model.cue(state, "free")
        if memory == "component":
            state.by_context = np.array([[1.0, 0.0, 1.0, 0.0]])
        for history, target in zip(((), (3,), (4,)), expected, strict=False):
            outcome, state = _outcomes(model, state, *history)
            after = "first" if not history else f"then {history[0]}"
            found += _match(f"SAM, failure memory {memory}: {after}", outcome, target, 6, BY_HAND)
    return found


def _simple() -> list[Finding]:
    model = SIMPLE(distinctiveness=4, threshold=0.5, threshold_slope=15, recall_delay=3)
    task = FreeRecall(list_length=5)
    diagonal = np.diag(model.discriminability(task))
    found = _match("SIMPLE: D_ii", diagonal, [0.515347, 0.438201, 0.438258, 0.492572, 0.648407], 6, BY_HAND)
    recalled = [0.581184, 0.334567, 0.314049, 0.495420, 0.911111]
    return found + _match("SIMPLE: recall", recall_probability(model, task), recalled, 6, BY_HAND)


def _analyses() -> list[Finding]:
    recalls = Recalls.from_matrix([[5, 6, 1, 2, 4, 0], [6, 5, -1, 3, 3, 4], [1, 2, 3, 0, 0, 0]], 6)
    crp = lag_crp(recalls)
    found = _match("lag-CRP of three lists: actual", crp["actual"], [1, 0, 0, 0, 1, 0, 4, 1, 0, 0, 0], 0, BY_HAND)
    possible = [2, 3, 3, 3, 2, 0, 5, 4, 3, 2, 1]
    return found + _match("lag-CRP of three lists: possible", crp["possible"], possible, 0, BY_HAND)


GOLDEN_CASES = Reproduction(
    "golden-cases", "Small cases with known answers", f"{CYMR}; computations of memsim's authors",
    golden_cases, kinds=(Kind.PROGRAM, Kind.OWN),
)  # fmt: skip
