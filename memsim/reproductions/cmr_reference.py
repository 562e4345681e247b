"""The parameters at which another program of memsim's authors computed CMR's likelihood of Murdock (1962)."""

from __future__ import annotations

from memsim.models import CMR

_VALUES = {
    "20-1": (0.3419, 0.0088, 0.8567, 0.0026, 0.0908, 0.3156, 1.2615, 0.9154, 0.0337, 0.2594, 4.0129),
    "30-1": (0.6074, 0.0835, 0.8282, 0.1766, 4.6512, 0.0534, 17.8039, 3.1080, 0.0172, 0.2774, 2.8906),
    "40-1": (0.6199, 0.0604, 0.8290, 0.1545, 6.8304, 0.0385, 19.0189, 3.0442, 0.0199, 0.2782, 2.6088),
}
"""B_enc, B_start, B_rec, support by other items and by an item's own context, share of learned context, P1, P2, X1, X2,
τ: what its searches found, which are near the maxima that the presets of CMR are at, and not at them. Criteria of
recognition suit these parameters."""


def reference(condition: str) -> CMR:
    """CMR with the parameters of the other program for a condition of Murdock (1962)."""
    enc, start, rec, shared, own, learned, p1, p2, x1, x2, exponent = _VALUES[condition]
    return CMR(
        encoding_drift=enc, start_drift=start, recall_drift=rec, context_to_item_shared=shared,
        context_to_item_own=round(own - shared, 4), item_to_context_own=round(1 - learned, 4),
        item_to_context_learning=learned, primacy_scale=p1, primacy_decay=p2, stop_base=x1, stop_growth=x2,
        choice_exponent=exponent, criterion=0.1, criterion_noise=0.12,
    )  # fmt: skip
