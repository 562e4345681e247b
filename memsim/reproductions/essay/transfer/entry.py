"""The entry: do networks and models carry over from one task of memory to another, and do they keep the first?"""

from __future__ import annotations

from functools import partial

from memsim.reproductions.entry import Outcome, Reproduction
from memsim.reproductions.essay.transfer.claims import claims_of
from memsim.reproductions.essay.transfer.options import REPLAYED, TUNING, TransferOptions
from memsim.reproductions.hypotheses import measures_table
from memsim.reproductions.kinds import Kind


def run_transfer(seed: int, options: TransferOptions) -> Outcome:
    """Train the networks, fit the models, and judge the claims."""
    from memsim.reproductions.essay.transfer.figures import learning_figure, longer_figure, matrix_figure
    from memsim.reproductions.essay.transfer.models import fit_all
    from memsim.reproductions.essay.transfer.networks import train_all

    found = train_all(seed, options)
    fitted = fit_all(seed, options)
    claims = claims_of(found, fitted, options)
    return Outcome(
        [],
        partial(matrix_figure, found, fitted, options),
        {
            **options.values(), "seeds": [seed + number for number in range(options.seeds)], "tuned on": seed + TUNING,
            "replayed": REPLAYED,
        },
        {**found._asdict(), "models": fitted},
        shown=measures_table(claims).to_string(index=False, float_format="{:.2f}".format),
        further={
            "transfer-learning": partial(learning_figure, found, options),
            "transfer-longer": partial(longer_figure, found, options),
        },
        statement="Brackets hold 95% t intervals over seeds.",
        claims=claims,
    )  # fmt: skip


TRANSFER = Reproduction(
    "transfer",
    "one network, many tasks: transfer and forgetting, remedies, and the same of models fitted to people",
    "Kirkpatrick et al. (2017); Fernando et al. (2017); Greydanus (2017), who asks whether the DNC transfers; own "
    "trainings and fits, no published numbers",
    run_transfer,
    TransferOptions(),
    kinds=(Kind.PREDICTION,),
)
